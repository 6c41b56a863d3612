#include "sql/trino/types.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace freshet::sql::trino {
namespace {

constexpr std::array<std::pair<std::string_view, TypeKind>, 18> simple_names = {{
    {"boolean", TypeKind::boolean},
    {"tinyint", TypeKind::tinyint},
    {"smallint", TypeKind::smallint},
    {"integer", TypeKind::integer},
    {"int", TypeKind::integer},
    {"bigint", TypeKind::bigint},
    {"real", TypeKind::real},
    {"double", TypeKind::double_},
    {"varchar", TypeKind::varchar},
    {"varbinary", TypeKind::varbinary},
    {"date", TypeKind::date},
    {"time", TypeKind::time},
    {"json", TypeKind::json},
    {"uuid", TypeKind::uuid},
    {"unknown", TypeKind::unknown},
    {"interval year to month", TypeKind::interval_months},
    {"interval day to second", TypeKind::interval_millis},
    {"function", TypeKind::function},
}};

std::string row_name(const Type& type) {
    std::string text = "row(";
    for (std::size_t i = 0; i < type.arguments.size(); ++i) {
        if (i > 0) text += ", ";
        if (!type.names[i].empty()) text += type.names[i] + " ";
        text += type.arguments[i].name();
    }
    return text + ")";
}

class HiveTypeReader {
  public:
    explicit HiveTypeReader(std::string_view text) : text_(text) {}
    std::optional<Type> whole() {
        auto type = read();
        skip();
        return type && here_ == text_.size() ? type : std::nullopt;
    }

  private:
    void skip() {
        while (here_ < text_.size() && text_[here_] == ' ') ++here_;
    }
    bool accept(char c) {
        skip();
        if (here_ >= text_.size() || text_[here_] != c) return false;
        ++here_;
        return true;
    }
    std::string word() {
        skip();
        std::string found;
        const bool is_quoted = accept('`');
        while (here_ < text_.size()) {
            const char c = text_[here_];
            if (is_quoted ? c == '`'
                          : std::string_view("<>(),: ").find(c) != std::string_view::npos)
                break;
            found += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            ++here_;
        }
        if (is_quoted) accept('`');
        return found;
    }
    std::optional<int> number() {
        const std::string digits = word();
        if (digits.empty() || digits.size() > 9 ||
            !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) {
            return std::nullopt;
        }
        return std::stoi(digits);
    }
    std::optional<Type> read() {
        if (++depth_ > 32) return std::nullopt;
        const std::string name = word();
        std::optional<Type> type = named(name);
        --depth_;
        return type;
    }
    std::optional<Type> named(const std::string& name) {
        if (name == "string") return varchar_type();
        if (name == "float") return make_type(TypeKind::real);
        if (name == "binary") return make_type(TypeKind::varbinary);
        if (name == "timestamp") return timestamp_type(3);
        if (name == "varchar" || name == "char") {
            Type type = name == "char" ? Type{TypeKind::char_, 1} : varchar_type();
            if (accept('(')) {
                const auto length = number();
                if (!length || !accept(')')) return std::nullopt;
                type.precision = *length;
            }
            return type;
        }
        if (name == "decimal") return decimal();
        if (name == "array") {
            if (!accept('<')) return std::nullopt;
            auto element = read();
            if (!element || !accept('>')) return std::nullopt;
            return array_type(std::move(*element));
        }
        if (name == "map") {
            if (!accept('<')) return std::nullopt;
            auto key = read();
            if (!key || !accept(',')) return std::nullopt;
            auto value = read();
            if (!value || !accept('>')) return std::nullopt;
            return map_type(std::move(*key), std::move(*value));
        }
        if (name == "struct") return fields();
        const auto kind = simple_type(name);
        static constexpr std::array built = {
            TypeKind::boolean, TypeKind::tinyint, TypeKind::smallint, TypeKind::integer,
            TypeKind::bigint,  TypeKind::double_, TypeKind::date};
        if (!kind || std::ranges::find(built, *kind) == built.end()) return std::nullopt;
        return make_type(*kind);
    }
    std::optional<Type> decimal() {
        Type type = decimal_type(10, 0);
        if (!accept('(')) return type;
        const auto precision = number();
        if (!precision) return std::nullopt;
        type.precision = *precision;
        if (accept(',')) {
            const auto scale = number();
            if (!scale) return std::nullopt;
            type.scale = *scale;
        }
        const bool is_sane =
            type.precision >= 1 && type.precision <= 38 && type.scale <= type.precision;
        return accept(')') && is_sane ? std::optional(type) : std::nullopt;
    }
    std::optional<Type> fields() {
        Type type = make_type(TypeKind::row);
        if (!accept('<')) return std::nullopt;
        do {
            type.names.push_back(word());
            if (type.names.back().empty() || !accept(':')) return std::nullopt;
            auto field = read();
            if (!field) return std::nullopt;
            type.arguments.push_back(std::move(*field));
        } while (accept(','));
        return accept('>') ? std::optional(type) : std::nullopt;
    }

    std::string_view text_;
    std::size_t here_ = 0;
    int depth_ = 0;
};

std::optional<Type> common_nested(const Type& a, const Type& b) {
    if (a.arguments.size() != b.arguments.size()) return std::nullopt;
    Type result = a;
    for (std::size_t i = 0; i < a.arguments.size(); ++i) {
        auto common = common_type(a.arguments[i], b.arguments[i]);
        if (!common) return std::nullopt;
        result.arguments[i] = std::move(*common);
        if (a.kind == TypeKind::row && a.names[i] != b.names[i]) result.names[i].clear();
    }
    return result;
}

std::optional<Type> common_numeric(const Type& a, const Type& b) {
    if (a.is(TypeKind::double_) || b.is(TypeKind::double_)) return make_type(TypeKind::double_);
    if (a.is(TypeKind::real) || b.is(TypeKind::real)) return make_type(TypeKind::real);
    const Type x = decimal_of_integer(a), y = decimal_of_integer(b);
    const int scale = std::max(x.scale, y.scale);
    const int whole = std::max(x.precision - x.scale, y.precision - y.scale);
    return decimal_type(std::min(38, whole + scale), scale);
}

}  // namespace

std::string Type::name() const {
    switch (kind) {
        case TypeKind::decimal:
            return "decimal(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
        case TypeKind::varchar:
            return precision < 0 ? "varchar" : "varchar(" + std::to_string(precision) + ")";
        case TypeKind::char_:
            return "char(" + std::to_string(precision) + ")";
        case TypeKind::time:
            return "time(" + std::to_string(precision) + ")";
        case TypeKind::timestamp:
            return "timestamp(" + std::to_string(precision) + ")";
        case TypeKind::timestamp_tz:
            return "timestamp(" + std::to_string(precision) + ") with time zone";
        case TypeKind::array:
            return "array(" + arguments[0].name() + ")";
        case TypeKind::map:
            return "map(" + arguments[0].name() + ", " + arguments[1].name() + ")";
        case TypeKind::row:
            return row_name(*this);
        case TypeKind::unknown:
        case TypeKind::boolean:
        case TypeKind::tinyint:
        case TypeKind::smallint:
        case TypeKind::integer:
        case TypeKind::bigint:
        case TypeKind::real:
        case TypeKind::double_:
        case TypeKind::varbinary:
        case TypeKind::date:
        case TypeKind::interval_months:
        case TypeKind::interval_millis:
        case TypeKind::json:
        case TypeKind::uuid:
        case TypeKind::function:
            break;
    }
    for (const auto& [text, named] : simple_names) {
        if (named == kind) return std::string(text);
    }
    return "unknown";
}

std::optional<TypeKind> simple_type(std::string_view lower) {
    for (const auto& [text, kind] : simple_names) {
        if (text == lower) return kind;
    }
    return std::nullopt;
}

std::optional<Type> parse_hive_type(std::string_view text) { return HiveTypeReader(text).whole(); }

std::string hive_name(const Type& type) {
    switch (type.kind) {
        case TypeKind::integer:
            return "int";
        case TypeKind::real:
            return "float";
        case TypeKind::varbinary:
            return "binary";
        case TypeKind::timestamp:
        case TypeKind::timestamp_tz:
            return "timestamp";
        case TypeKind::varchar:
            return type.precision < 0 ? "string" : type.name();
        case TypeKind::array:
            return "array<" + hive_name(type.arguments[0]) + ">";
        case TypeKind::map:
            return "map<" + hive_name(type.arguments[0]) + "," + hive_name(type.arguments[1]) + ">";
        case TypeKind::row: {
            std::string text = "struct<";
            for (std::size_t i = 0; i < type.arguments.size(); ++i) {
                if (i > 0) text += ",";
                text += (type.names[i].empty() ? "field" + std::to_string(i) : type.names[i]) +
                        ":" + hive_name(type.arguments[i]);
            }
            return text + ">";
        }
        case TypeKind::time:
        case TypeKind::json:
        case TypeKind::uuid:
        case TypeKind::unknown:
        case TypeKind::interval_months:
        case TypeKind::interval_millis:
            return "string";
        case TypeKind::boolean:
        case TypeKind::tinyint:
        case TypeKind::smallint:
        case TypeKind::bigint:
        case TypeKind::double_:
        case TypeKind::decimal:
        case TypeKind::char_:
        case TypeKind::date:
        case TypeKind::function:
            break;
    }
    return type.name();
}

Type decimal_of_integer(const Type& type) {
    switch (type.kind) {
        case TypeKind::tinyint:
            return decimal_type(3, 0);
        case TypeKind::smallint:
            return decimal_type(5, 0);
        case TypeKind::integer:
            return decimal_type(10, 0);
        case TypeKind::bigint:
            return decimal_type(19, 0);
        case TypeKind::unknown:
        case TypeKind::boolean:
        case TypeKind::real:
        case TypeKind::double_:
        case TypeKind::decimal:
        case TypeKind::varchar:
        case TypeKind::char_:
        case TypeKind::varbinary:
        case TypeKind::date:
        case TypeKind::time:
        case TypeKind::timestamp:
        case TypeKind::timestamp_tz:
        case TypeKind::interval_months:
        case TypeKind::interval_millis:
        case TypeKind::json:
        case TypeKind::uuid:
        case TypeKind::array:
        case TypeKind::map:
        case TypeKind::row:
        case TypeKind::function:
            break;
    }
    return type;
}

std::optional<Type> common_type(const Type& a, const Type& b) {
    if (a == b || b.is(TypeKind::unknown)) return a;
    if (a.is(TypeKind::unknown)) return b;
    if (a.is_integer() && b.is_integer()) return a.kind > b.kind ? a : b;
    if (a.is_numeric() && b.is_numeric()) return common_numeric(a, b);
    if (a.is(TypeKind::varchar) && b.is(TypeKind::varchar)) {
        return varchar_type(
            a.precision < 0 || b.precision < 0 ? -1 : std::max(a.precision, b.precision));
    }
    if (a.is(TypeKind::time) && b.is(TypeKind::time))
        return time_type(std::max(a.precision, b.precision));
    const auto rank = [](const Type& type) {
        return type.is(TypeKind::date)           ? 1
               : type.is(TypeKind::timestamp)    ? 2
               : type.is(TypeKind::timestamp_tz) ? 3
                                                 : 0;
    };
    if (rank(a) > 0 && rank(b) > 0) {
        Type result = rank(a) > rank(b) ? a : b;
        if (rank(a) > 1 && rank(b) > 1) result.precision = std::max(a.precision, b.precision);
        return result;
    }
    const bool is_nested =
        a.kind == TypeKind::array || a.kind == TypeKind::map || a.kind == TypeKind::row;
    return is_nested && a.kind == b.kind ? common_nested(a, b) : std::nullopt;
}

bool coerces(const Type& from, const Type& to) {
    const auto common = common_type(from, to);
    if (!common) return false;
    if (from.kind == TypeKind::row && to.kind == TypeKind::row)
        return common->arguments == to.arguments;
    return *common == to;
}

std::string engine_type(const Type& type) {
    switch (type.kind) {
        case TypeKind::boolean:
            return "BOOLEAN";
        case TypeKind::tinyint:
            return "TINYINT";
        case TypeKind::smallint:
            return "SMALLINT";
        case TypeKind::integer:
            return "INTEGER";
        case TypeKind::timestamp_tz:
            return type.precision > 3 ? "HUGEINT" : "BIGINT";
        case TypeKind::bigint:
        case TypeKind::interval_months:
        case TypeKind::interval_millis:
            return "BIGINT";
        case TypeKind::real:
            return "FLOAT";
        case TypeKind::double_:
            return "DOUBLE";
        case TypeKind::decimal:
            return "DECIMAL(" + std::to_string(type.precision) + "," + std::to_string(type.scale) +
                   ")";
        case TypeKind::varchar:
        case TypeKind::char_:
        case TypeKind::json:
        case TypeKind::uuid:
            return "VARCHAR";
        case TypeKind::varbinary:
            return "BLOB";
        case TypeKind::date:
            return "DATE";
        case TypeKind::time:
            return "TIME";
        case TypeKind::timestamp:
            return "TIMESTAMP";
        case TypeKind::array:
            return engine_type(type.arguments[0]) + "[]";
        case TypeKind::map:
            return "MAP(" + engine_type(type.arguments[0]) + ", " + engine_type(type.arguments[1]) +
                   ")";
        case TypeKind::row: {
            std::string text = "STRUCT(";
            for (std::size_t i = 0; i < type.arguments.size(); ++i) {
                if (i > 0) text += ", ";
                text += "f" + std::to_string(i) + " " + engine_type(type.arguments[i]);
            }
            return text + ")";
        }
        case TypeKind::unknown:
            return "INTEGER";  // only ever NULL
        case TypeKind::function:
            break;
    }
    return "";
}

bool is_comparable(const Type& type) {
    return !type.is(TypeKind::function) && std::ranges::all_of(type.arguments, is_comparable);
}

bool is_orderable(const Type& type) {
    return is_comparable(type) && !type.is(TypeKind::map) && !type.is(TypeKind::json) &&
           std::ranges::all_of(type.arguments, is_orderable);
}

std::string quote_name(std::string_view name) {
    std::string text = "\"";
    for (const char c : name) {
        text += c;
        if (c == '"') text += c;
    }
    return text + "\"";
}

std::string quote_text(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c;
        if (c == '\'') quoted += c;
    }
    return quoted + "'";
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return lower;
}

}  // namespace freshet::sql::trino
