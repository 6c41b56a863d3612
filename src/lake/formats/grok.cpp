#include "lake/formats/grok.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/error.h"
#include "lake/classify.h"
#include "lake/limits.h"

namespace freshet::lake {
namespace {

using Definitions = std::map<std::string, std::string, std::less<>>;

std::optional<std::string> type_of(std::string_view word) {
    static const std::map<std::string_view, std::string> types{
        {"byte", "tinyint"}, {"boolean", "boolean"}, {"double", "double"}, {"short", "smallint"},
        {"int", "int"},      {"long", "bigint"},     {"float", "float"},   {"string", "string"}};
    const auto found = types.find(word);
    return found == types.end() ? std::nullopt : std::optional(found->second);
}

std::expected<Definitions, std::string> definitions_in(std::string_view custom) {
    Definitions all;
    while (!custom.empty()) {
        const std::size_t end = std::min(custom.find('\n'), custom.size());
        std::string_view line = custom.substr(0, end);
        custom.remove_prefix(std::min(end + 1, custom.size()));
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
        if (line.empty()) continue;
        const std::size_t blank = line.find(' ');
        if (blank == std::string_view::npos || blank == 0)
            return std::unexpected(fmt::format(
                "the line '{}' of the custom patterns is not a name and an expression", line));
        all[std::string(line.substr(0, blank))] = line.substr(line.find_first_not_of(' ', blank));
    }
    return all;
}

/// Replaces %{...} by expressions with groups named f0, f1, ... for the fields.
class Expansion {
  public:
    explicit Expansion(const Definitions& custom) : custom_(custom) {}
    std::vector<Column> columns;
    std::string text;

    std::expected<void, std::string> add(std::string_view pattern, int depth) {
        if (depth > limits::grok_depth_max)
            return std::unexpected(std::string("patterns name one another without an end"));
        for (std::size_t at = 0; at < pattern.size();) {
            if (text.size() > limits::grok_bytes_max)
                return std::unexpected(
                    fmt::format("the expression is longer than {} bytes", limits::grok_bytes_max));
            if (pattern.substr(at).starts_with("%{")) {
                const std::size_t end = pattern.find('}', at);
                if (end == std::string_view::npos)
                    return std::unexpected(std::string("a %{ has no }"));
                if (auto done = add_named(pattern.substr(at + 2, end - at - 2), depth); !done)
                    return done;
                at = end + 1;
            } else if (const std::size_t taken = add_group(pattern.substr(at)); taken > 0) {
                at += taken;
            } else {
                const std::size_t size = pattern[at] == '\\' && at + 1 < pattern.size() ? 2 : 1;
                text += pattern.substr(at, size);
                at += size;
            }
        }
        return {};
    }

  private:
    void begin_field(std::string_view name, std::string type) {
        std::string lower(name);
        std::ranges::transform(lower, lower.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        });
        text += fmt::format("(?P<f{}>", columns.size());
        columns.push_back({std::move(lower), std::move(type)});
    }

    /// The beginning of a named or an atomic group, in RE2's words; 0 for anything else.
    std::size_t add_group(std::string_view pattern) {
        if (pattern.starts_with("(?>")) {
            text += "(?:";
            return 3;
        }
        for (const std::string_view begin : {"(?<", "(?P<"}) {
            const std::size_t end = pattern.find('>');
            if (!pattern.starts_with(begin) || end == std::string_view::npos) continue;
            const std::string_view name = pattern.substr(begin.size(), end - begin.size());
            const bool is_name = !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
                return std::isalnum(c) != 0 || c == '_';
            });
            if (!is_name) continue;
            begin_field(name, "string");
            return end + 1;
        }
        return 0;
    }

    std::expected<void, std::string> add_named(std::string_view reference, int depth) {
        const std::size_t colon = reference.find(':');
        const std::string_view name = reference.substr(0, colon);
        const auto custom = custom_.find(name);
        const auto known = grok_patterns().find(name);
        if (custom == custom_.end() && known == grok_patterns().end())
            return std::unexpected(fmt::format("there is no pattern {}", name));
        std::string type = "string";
        const bool is_field = colon != std::string_view::npos;
        if (is_field) {
            std::string_view field = reference.substr(colon + 1);
            if (const std::size_t second = field.find(':'); second != std::string_view::npos) {
                const auto given = type_of(field.substr(second + 1));
                if (!given)
                    return std::unexpected(
                        fmt::format("{} is not a type of a field", field.substr(second + 1)));
                type = *given;
                field = field.substr(0, second);
            }
            if (field.empty())
                return std::unexpected(fmt::format("a field of {} has no name", name));
            begin_field(field, std::move(type));
        } else {
            text += "(?:";
        }
        const std::string& body = custom != custom_.end() ? custom->second : known->second;
        if (auto done = add(body, depth + 1); !done) return done;
        text += ")";
        return {};
    }

    const Definitions& custom_;
};

}  // namespace

Grok::Grok() = default;
Grok::Grok(Grok&&) noexcept = default;
Grok::~Grok() = default;

std::expected<Grok, std::string> Grok::make(std::string_view pattern, std::string_view custom) {
    auto definitions = definitions_in(custom);
    if (!definitions) return pass(definitions);
    Expansion expansion(*definitions);
    if (auto done = expansion.add(pattern, 0); !done) return pass(done);
    if (expansion.columns.empty())
        return std::unexpected(std::string("it names no field, as %{WORD:name} does"));
    re2::RE2::Options options;
    options.set_log_errors(false);
    Grok made;
    made.expression_ = std::make_unique<re2::RE2>(expansion.text, options);
    if (!made.expression_->ok())
        return std::unexpected(
            fmt::format("its regular expression is not understood: {} (lookaround and back "
                        "references are not)",
                        made.expression_->error()));
    made.columns_ = std::move(expansion.columns);
    make_distinct(made.columns_);
    return made;
}

bool Grok::matches(std::string_view line) const {
    return re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), *expression_);
}

}  // namespace freshet::lake
