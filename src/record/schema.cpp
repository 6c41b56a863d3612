#include "record/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace freshet::record {
namespace {

struct Word {
    std::string_view text;
    Kind kind;
};
constexpr Word words[] = {
    {"BOOLEAN", Kind::boolean},
    {"TINYINT", Kind::tinyint},
    {"SMALLINT", Kind::smallint},
    {"INTEGER", Kind::integer},
    {"INT", Kind::integer},
    {"BIGINT", Kind::bigint},
    {"DECIMAL", Kind::decimal},
    {"DEC", Kind::decimal},
    {"NUMERIC", Kind::decimal},
    {"REAL", Kind::real},
    {"DOUBLE", Kind::dbl},
    {"DOUBLE PRECISION", Kind::dbl},
    {"FLOAT", Kind::dbl},
    {"CHAR", Kind::character},
    {"CHARACTER", Kind::character},
    {"VARCHAR", Kind::varchar},
    {"CHARACTER VARYING", Kind::varchar},
    {"CHAR VARYING", Kind::varchar},
    {"BINARY", Kind::varbinary},
    {"VARBINARY", Kind::varbinary},
    {"BINARY VARYING", Kind::varbinary},
    {"DATE", Kind::date},
    {"TIME", Kind::time},
    {"TIMESTAMP", Kind::timestamp},
};

const char* name_of(Kind kind) {
    switch (kind) {
        case Kind::null:
            return "NULL";
        case Kind::boolean:
            return "BOOLEAN";
        case Kind::tinyint:
            return "TINYINT";
        case Kind::smallint:
            return "SMALLINT";
        case Kind::integer:
            return "INTEGER";
        case Kind::bigint:
            return "BIGINT";
        case Kind::decimal:
            return "DECIMAL";
        case Kind::real:
            return "REAL";
        case Kind::dbl:
            return "DOUBLE";
        case Kind::character:
            return "CHAR";
        case Kind::varchar:
            return "VARCHAR";
        case Kind::varbinary:
            return "VARBINARY";
        case Kind::date:
            return "DATE";
        case Kind::time:
            return "TIME";
        case Kind::timestamp:
            return "TIMESTAMP";
        case Kind::interval:
            return "INTERVAL";
    }
    return "?";
}

/// "a, b" as numbers; at most two.
std::optional<std::vector<int>> numbers_of(std::string_view text) {
    std::vector<int> numbers;
    std::size_t at = 0;
    while (at < text.size()) {
        while (at < text.size() && text[at] == ' ') ++at;
        int value = 0;
        std::size_t digits = 0;
        while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) && digits < 6)
            value = value * 10 + (text[at++] - '0'), ++digits;
        while (at < text.size() && text[at] == ' ') ++at;
        if (digits == 0 || (at < text.size() && text[at] != ',')) return std::nullopt;
        ++at;
        numbers.push_back(value);
    }
    return numbers.size() > 2 ? std::nullopt : std::optional(numbers);
}

}  // namespace

std::string to_string(const Type& type) {
    if (storage_of(type.kind) == Storage::texts)
        return fmt::format("{}({})", name_of(type.kind), type.size);
    if (type.kind == Kind::decimal) return fmt::format("DECIMAL({},{})", type.size, type.scale);
    return name_of(type.kind);
}

std::optional<Type> parse_type(std::string_view text) {
    std::string name;
    std::vector<int> numbers;
    const std::size_t open = text.find('(');
    for (const char c : text.substr(0, open)) {
        if (c == ' ' && (name.empty() || name.back() == ' ')) continue;
        name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    while (!name.empty() && name.back() == ' ') name.pop_back();
    if (open != std::string_view::npos) {
        const std::size_t close = text.find(')', open);
        if (close == std::string_view::npos) return std::nullopt;
        if (text.find_first_not_of(' ', close + 1) != std::string_view::npos) return std::nullopt;
        const auto parsed = numbers_of(text.substr(open + 1, close - open - 1));
        if (!parsed || parsed->empty()) return std::nullopt;
        numbers = *parsed;
    }
    const auto* word = std::ranges::find(words, name, &Word::text);
    if (word == std::end(words)) return std::nullopt;
    Type type{word->kind, 0, 0};
    if (type.kind == Kind::decimal) {
        type.size = numbers.empty() ? decimal_digits_max : numbers[0];
        type.scale = numbers.size() > 1 ? numbers[1] : 0;
        if (type.size < 1 || type.size > 19 || type.scale > type.size) return std::nullopt;
        type.size = std::min(type.size, decimal_digits_max);
        type.scale = std::min(type.scale, type.size);
        return type;
    }
    const bool has_size = is_text(type.kind) || type.kind == Kind::varbinary;
    const bool has_scale =
        type.kind == Kind::time || type.kind == Kind::timestamp || text == "FLOAT";
    if (!has_size) return numbers.empty() || has_scale ? std::optional(type) : std::nullopt;
    if (numbers.size() > 1) return std::nullopt;
    if (numbers.empty() && type.kind == Kind::varchar) return std::nullopt;
    type.size = numbers.empty() ? 1 : numbers[0];
    if (type.size < 1 || type.size > text_size_max) return std::nullopt;
    return type;
}

Storage storage_of(Kind kind) {
    if (kind == Kind::real || kind == Kind::dbl) return Storage::reals;
    if (is_text(kind) || kind == Kind::varbinary) return Storage::texts;
    return Storage::integers;
}

bool is_text(Kind kind) { return kind == Kind::character || kind == Kind::varchar; }
bool is_integer(Kind kind) { return kind >= Kind::tinyint && kind <= Kind::bigint; }
bool is_numeric(Kind kind) { return kind >= Kind::tinyint && kind <= Kind::dbl; }
bool is_datetime(Kind kind) { return kind >= Kind::date && kind <= Kind::timestamp; }

}  // namespace freshet::record
