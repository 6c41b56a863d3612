#include "jobs/run/sql_script.h"

#include <fmt/format.h>

#include <cctype>

#include "jobs/errors.h"

namespace freshet::jobs {
namespace {

/// Where the text, quoted name or comment that begins at `at` ends; `at` when none begins there.
std::size_t end_of_token(std::string_view script, std::size_t at) {
    const auto after = [&](std::string_view mark, std::size_t from) {
        const std::size_t found = script.find(mark, from);
        return found == std::string_view::npos ? script.size() : found + mark.size();
    };
    const std::string_view rest = script.substr(at);
    if (rest.starts_with("--")) return after("\n", at + 2);
    if (rest.starts_with("/*")) return after("*/", at + 2);
    const char quote = rest.front();
    if (quote == '\'' || quote == '"' || quote == '`') return after({&quote, 1}, at + 1);
    return at;
}

bool is_comment(std::string_view token) {
    return token.starts_with("--") || token.starts_with("/*");
}

std::string_view trimmed(std::string_view text) {
    const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

}  // namespace

std::vector<std::string> split_statements(std::string_view script) {
    std::vector<std::string> all;
    std::size_t begin = 0;
    bool has_content = false;
    const auto end_statement = [&](std::size_t end) {
        if (has_content) all.emplace_back(trimmed(script.substr(begin, end - begin)));
        has_content = false;
    };
    for (std::size_t at = 0; at < script.size();) {
        const std::size_t token_end = end_of_token(script, at);
        if (token_end > at) {
            if (!is_comment(script.substr(at))) has_content = true;
            at = token_end;
            continue;
        }
        if (script[at] == ';') {
            end_statement(at);
            begin = at + 1;
        } else if (std::isspace(static_cast<unsigned char>(script[at])) == 0) {
            has_content = true;
        }
        ++at;
    }
    end_statement(script.size());
    return all;
}

Result<std::string> substitute(std::string_view script, const Arguments& values) {
    std::string out;
    while (true) {
        const std::size_t begin = script.find("${");
        const std::size_t end = begin == std::string_view::npos ? begin : script.find('}', begin);
        if (end == std::string_view::npos) break;
        const std::string name(script.substr(begin + 2, end - begin - 2));
        auto found = values.find(name);
        if (found == values.end()) found = values.find("--" + name);
        if (found == values.end())
            return fail(
                Errc::invalid,
                fmt::format("the script names ${{{0}}}, and the run has no argument --{0}", name));
        out += script.substr(0, begin);
        out += found->second;
        script.remove_prefix(end + 1);
    }
    out += script;
    return out;
}

}  // namespace freshet::jobs
