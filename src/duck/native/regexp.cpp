// Regular expressions with Java's syntax, by Oniguruma: Trino's own engine is its port.
#include <oniguruma.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "duck/native/adapter.h"
#include "duck/native/joni_pattern.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

using std::string_view;

const OnigUChar* bytes(const char* text) { return reinterpret_cast<const OnigUChar*>(text); }

struct Region {
    OnigRegion* region = onig_region_new();
    Region() = default;
    Region(const Region&) = delete;
    ~Region() { onig_region_free(region, 1); }
    int begin(int group) const { return region->beg[group]; }
    int end(int group) const { return region->end[group]; }
    int groups() const { return region->num_regs; }
};

struct FreeRegex {
    void operator()(regex_t* regex) const { onig_free(regex); }
};
using Regex = std::unique_ptr<regex_t, FreeRegex>;

/// Java's syntax as Joni reads it: named groups, (?i) to the end of its group.
OnigSyntaxType* joni_syntax() {
    static OnigSyntaxType syntax = [] {
        OnigSyntaxType made;
        onig_copy_syntax(&made, ONIG_SYNTAX_JAVA);
        made.op |= ONIG_SYN_OP_ESC_X_BRACE_HEX8;
        made.op2 |= ONIG_SYN_OP2_QMARK_LT_NAMED_GROUP | ONIG_SYN_OP2_ESC_K_NAMED_BACKREF;
        made.behavior &=
            ~(ONIG_SYN_ISOLATED_OPTION_CONTINUE_BRANCH | ONIG_SYN_VARIABLE_LEN_LOOK_BEHIND);
        return made;
    }();
    return &syntax;
}

/// Compiled patterns of this thread; a query has few.
regex_t* compiled(string_view pattern) {
    thread_local std::unordered_map<std::string, Regex> cache;
    static std::once_flag once;
    std::call_once(once, [] {
        OnigEncoding encodings[] = {ONIG_ENCODING_UTF8};
        onig_initialize(encodings, 1);
    });
    std::string key(pattern);
    if (const auto found = cache.find(key); found != cache.end()) return found->second.get();
    if (cache.size() > 200) cache.clear();
    regex_t* regex = nullptr;
    OnigErrorInfo info;
    const std::string written = joni_pattern(pattern);
    const int code = onig_new(&regex, bytes(written.data()), bytes(written.data() + written.size()),
                              ONIG_OPTION_NONE, ONIG_ENCODING_UTF8, joni_syntax(), &info);
    if (code != ONIG_NORMAL) {
        OnigUChar message[ONIG_MAX_ERROR_MESSAGE_LEN];
        onig_error_code_to_str(message, code, &info);
        raise(sql::ErrorCode::invalid_function_argument,
              std::string("Invalid regular expression: ") + reinterpret_cast<const char*>(message));
    }
    return cache.emplace(std::move(key), Regex(regex)).first->second.get();
}

/// True when there is a match at or after byte `from`.
bool finds(regex_t* regex, string_view text, std::size_t from, Region& region) {
    if (from > text.size()) return false;
    const auto* begin = bytes(text.data());
    const auto* end = begin + text.size();
    const int found =
        onig_search(regex, begin, end, begin + from, end, region.region, ONIG_OPTION_NONE);
    if (found < ONIG_MISMATCH)
        raise(sql::ErrorCode::invalid_function_argument,
              "Regular expression matching was too expensive");
    return found >= 0;
}

/// Where the next search begins: an empty match moves on by one character.
std::size_t next_start(string_view text, const Region& region) {
    auto at = static_cast<std::size_t>(region.end(0));
    if (region.end(0) > region.begin(0)) return at;
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U);
    return at;
}

std::optional<std::string> group_text(string_view text, const Region& region, std::int64_t group) {
    if (group < 0 || group >= region.groups())
        raise(sql::ErrorCode::invalid_function_argument,
              "Pattern has " + std::to_string(region.groups() - 1) +
                  " groups. Cannot access group " + std::to_string(group));
    const int begin = region.begin(static_cast<int>(group));
    if (begin < 0) return std::nullopt;
    return std::string(
        text.substr(static_cast<std::size_t>(begin),
                    static_cast<std::size_t>(region.end(static_cast<int>(group)) - begin)));
}

bool matches(string_view text, string_view pattern) {
    Region region;
    return finds(compiled(pattern), text, 0, region);
}

std::optional<std::string> extract(string_view text, string_view pattern, std::int64_t group) {
    Region region;
    regex_t* regex = compiled(pattern);
    if (group < 0 || group > onig_number_of_captures(regex))
        raise(sql::ErrorCode::invalid_function_argument,
              "Pattern has " + std::to_string(onig_number_of_captures(regex)) +
                  " groups. Cannot access group " + std::to_string(group));
    return finds(regex, text, 0, region) ? group_text(text, region, group) : std::nullopt;
}

TextList extract_all(string_view text, string_view pattern, std::int64_t group) {
    TextList list;
    Region region;
    for (std::size_t at = 0; finds(compiled(pattern), text, at, region);
         at = next_start(text, region))
        list.push_back(group_text(text, region, group));
    return list;
}

void append_replacement(std::string& made, string_view text, string_view with, regex_t* regex,
                        const Region& region) {
    for (std::size_t i = 0; i < with.size(); ++i) {
        if (with[i] == '\\' && i + 1 < with.size()) {
            made += with[++i];
        } else if (with[i] != '$') {
            made += with[i];
        } else if (i + 1 < with.size() && with[i + 1] == '{') {
            const auto close = with.find('}', i);
            if (close == string_view::npos)
                raise(sql::ErrorCode::invalid_function_argument,
                      "Illegal replacement sequence: missing }");
            const string_view name = with.substr(i + 2, close - i - 2);
            const int group = onig_name_to_backref_number(
                regex, bytes(name.data()), bytes(name.data() + name.size()), region.region);
            if (group < 0)
                raise(sql::ErrorCode::invalid_function_argument,
                      "Illegal replacement sequence: unknown group { " + std::string(name) + " }");
            made += group_text(text, region, group).value_or("");
            i = close;
        } else {
            if (i + 1 >= with.size() || with[i + 1] < '0' || with[i + 1] > '9')
                raise(sql::ErrorCode::invalid_function_argument,
                      "Illegal replacement sequence: " + std::string(with));
            int group = with[++i] - '0';
            if (group >= region.groups())
                raise(sql::ErrorCode::invalid_function_argument,
                      "Illegal replacement sequence: unknown group " + std::to_string(group));
            while (i + 1 < with.size() && with[i + 1] >= '0' && with[i + 1] <= '9' &&
                   group * 10 + (with[i + 1] - '0') < region.groups())
                group = group * 10 + (with[++i] - '0');
            made += group_text(text, region, group).value_or("");
        }
    }
}

std::string replace(string_view text, string_view pattern, string_view with) {
    std::string made;
    Region region;
    regex_t* regex = compiled(pattern);
    std::size_t copied = 0;
    for (std::size_t at = 0; finds(regex, text, at, region); at = next_start(text, region)) {
        made += text.substr(copied, static_cast<std::size_t>(region.begin(0)) - copied);
        append_replacement(made, text, with, regex, region);
        copied = static_cast<std::size_t>(region.end(0));
    }
    return made.append(text.substr(std::min(copied, text.size())));
}

TextList split(string_view text, string_view pattern) {
    TextList list;
    Region region;
    std::size_t copied = 0;
    for (std::size_t at = 0; finds(compiled(pattern), text, at, region);
         at = next_start(text, region)) {
        list.emplace_back(
            std::string(text.substr(copied, static_cast<std::size_t>(region.begin(0)) - copied)));
        copied = static_cast<std::size_t>(region.end(0));
    }
    list.emplace_back(std::string(text.substr(copied)));
    return list;
}

std::int64_t count(string_view text, string_view pattern) {
    std::int64_t found = 0;
    Region region;
    for (std::size_t at = 0; finds(compiled(pattern), text, at, region);
         at = next_start(text, region))
        ++found;
    return found;
}

/// The place, counted in code points, of the nth match from a place on; -1 for none.
std::int64_t position(string_view text, string_view pattern, std::int64_t start,
                      std::int64_t occurrence) {
    if (start < 1)
        raise(sql::ErrorCode::invalid_function_argument, "start position cannot be smaller than 1");
    if (occurrence < 1)
        raise(sql::ErrorCode::invalid_function_argument, "occurrence cannot be smaller than 1");
    regex_t* regex = compiled(pattern);
    const auto is_first_byte = [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    };
    std::size_t at = 0;
    for (std::int64_t point = 0; at < text.size(); ++at) {
        if (is_first_byte(text[at]) && ++point == start) break;
    }
    if (at == text.size()) return -1;
    Region region;
    for (; finds(regex, text, at, region); at = next_start(text, region)) {
        if (--occurrence > 0) continue;
        const string_view before = text.substr(0, static_cast<std::size_t>(region.begin(0)));
        return 1 + std::ranges::count_if(before, is_first_byte);
    }
    return -1;
}
std::int64_t position_of_first(string_view text, string_view pattern) {
    return position(text, pattern, 1, 1);
}

}  // namespace

void add_regexp(duckdb::ExtensionLoader& loader) {
    add_native(loader, "regexp_like", &matches);
    add_native(loader, "regexp_extract", &extract);
    add_native(loader, "regexp_extract_all", &extract_all);
    add_native(loader, "regexp_replace", &replace);
    add_native(loader, "regexp_split", &split);
    add_native(loader, "regexp_count", &count);
    add_native(loader, "regexp_position", &position_of_first);
    add_native(loader, "regexp_position", &position);
}

}  // namespace freshet::duck
