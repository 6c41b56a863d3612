// Literals: numbers, text, dates, intervals, and the values of parameters.
#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/cast.h"
#include "sql/trino/limits.h"
#include "sql/trino/parse/parser.h"
#include "sql/trino/parse/tree_walk.h"

namespace freshet::sql::trino {
namespace {

std::optional<std::int64_t> whole(std::string_view text) {
    std::int64_t value = 0;
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || problem != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// Length in characters of UTF-8 text.
int characters(std::string_view text) {
    return static_cast<int>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Typed constant(std::string sql, Type type, std::optional<std::string> text = std::nullopt) {
    Typed made{std::move(sql), std::move(type)};
    made.is_constant = true;
    made.text = std::move(text);
    return made;
}

/// "1 02:03:04.5" and the like: the parts of an interval between two units, in milliseconds or
/// months.
std::optional<std::int64_t> interval_value(const std::string& text, const std::string& from,
                                           const std::string& to) {
    static constexpr std::pair<std::string_view, std::int64_t> units[] = {
        {"YEAR", 12},        {"MONTH", 1},       {"WEEK", 604'800'000}, {"DAY", 86'400'000},
        {"HOUR", 3'600'000}, {"MINUTE", 60'000}, {"SECOND", 1000}};
    const auto find = [](std::string_view name) -> std::size_t {
        if (name.ends_with('S')) name.remove_suffix(1);
        for (std::size_t i = 0; i < std::size(units); ++i) {
            if (units[i].first == name) return i;
        }
        return std::size(units);
    };
    std::size_t unit = find(from);
    const std::size_t last = to.empty() ? unit : find(to);
    if (unit >= std::size(units) || last >= std::size(units) || last < unit ||
        (unit < 2) != (last < 2))
        return std::nullopt;
    std::int64_t total = 0;
    std::size_t at = 0;
    for (; unit <= last; ++unit) {
        if (units[unit].first == "WEEK" && from != "WEEK" && from != "WEEKS") continue;
        std::size_t end = at;
        while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
        const auto value = whole(std::string_view(text).substr(at, end - at));
        if (!value || *value > 9'000'000'000) return std::nullopt;
        total += *value * units[unit].second;
        at = end;
        if (units[unit].first == "SECOND" && at < text.size() && text[at] == '.') {
            std::string digits = text.substr(at + 1);
            if (digits.empty() ||
                !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
                return std::nullopt;
            digits.resize(3, '0');
            total += std::stoi(digits);
            at = text.size();
        }
        if (unit < last) {
            if (at >= text.size()) return std::nullopt;
            ++at;  // the separator: blank, ':' or '-'
        }
    }
    return at == text.size() ? std::optional(total) : std::nullopt;
}

/// How many digits a text of a time has after its point.
int fraction_digits(std::string_view text) {
    const auto point = text.find('.');
    if (point == std::string_view::npos) return 0;
    const auto end = text.find_first_not_of("0123456789", point + 1);
    return static_cast<int>(std::min(end, text.size()) - point - 1);
}

}  // namespace

SyntaxResult<Typed> Analysis::literal(const Expr& expr) {
    if (expr.kind == ExprKind::boolean_literal)
        return constant(expr.text, make_type(TypeKind::boolean));
    if (expr.kind == ExprKind::integer_literal) {
        const auto value = whole(expr.text);
        if (!value)
            return std::unexpected(SyntaxError{expr.at, "Invalid numeric literal: " + expr.text});
        const bool is_small = *value >= INT32_MIN && *value <= INT32_MAX;
        const std::string text = std::to_string(*value);
        return constant(std::string("CAST(") + text + (is_small ? " AS INTEGER)" : " AS BIGINT)"),
                        make_type(is_small ? TypeKind::integer : TypeKind::bigint), text);
    }
    if (expr.kind == ExprKind::decimal_literal || expr.kind == ExprKind::double_literal) {
        // Athena reads 1.2 as a DOUBLE.
        return constant("CAST(" + quote_text(expr.text) + " AS DOUBLE)",
                        make_type(TypeKind::double_));
    }
    if (expr.kind == ExprKind::string_literal) {
        if (expr.text.find('\0') != std::string::npos)
            return std::unexpected(SyntaxError{expr.at, "a NUL character is not supported in text",
                                               ErrorCode::not_supported});
        return constant(quote_text(expr.text), varchar_type(characters(expr.text)), expr.text);
    }
    if (expr.kind == ExprKind::binary_literal) {
        std::string digits;
        for (const char c : expr.text) {
            if (c == ' ') continue;
            if (!std::isxdigit(static_cast<unsigned char>(c)))
                return std::unexpected(
                    SyntaxError{expr.at, "Binary literal can only contain hexadecimal digits"});
            digits += c;
        }
        if (digits.size() % 2 != 0)
            return std::unexpected(
                SyntaxError{expr.at, "Binary literal must contain an even number of digits"});
        return constant("unhex('" + digits + "')", make_type(TypeKind::varbinary));
    }
    return constant("NULL", Type{});
}

SyntaxResult<Typed> Analysis::typed_literal(const Expr& expr) {
    const auto invalid = [&] {
        return std::unexpected(
            SyntaxError{expr.at, "'" + expr.text + "' is not a valid " + expr.unit + " literal",
                        ErrorCode::invalid_literal});
    };
    if (expr.unit == "varchar") return constant(quote_text(expr.text), varchar_type(), expr.text);
    if (expr.unit == "json")
        return constant("tr_json_parse(" + quote_text(expr.text) + ")", make_type(TypeKind::json));
    if (expr.unit == "decimal") {
        std::string digits = expr.text;
        const bool is_negative = digits.starts_with('-');
        if (is_negative || digits.starts_with('+')) digits.erase(0, 1);
        const auto point = digits.find('.');
        const int scale =
            point == std::string::npos ? 0 : static_cast<int>(digits.size() - point - 1);
        if (point != std::string::npos) digits.erase(point, 1);
        if (digits.empty() ||
            !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
            return invalid();
        const std::size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
        const int precision = std::max({static_cast<int>(digits.size() - zeros), scale, 1});
        if (precision > 38) return invalid();
        const Type type = decimal_type(precision, scale);
        return constant("CAST(" + quote_text(expr.text) + " AS " + engine_type(type) + ")", type);
    }
    const Typed text{quote_text(expr.text), varchar_type(), true};
    Type type;
    if (expr.unit == "timestamp") {
        // With a zone in the text, the literal is a timestamp with time zone.
        const auto blank = expr.text.find(' ');
        const auto rest = blank == std::string::npos ? std::string() : expr.text.substr(blank + 1);
        const bool is_zoned = rest.find_first_not_of("0123456789:.") != std::string::npos;
        const int digits = fraction_digits(rest);
        type = is_zoned ? timestamp_tz_type(digits) : timestamp_type(digits);
    } else if (expr.unit == "time") {
        if (expr.text.find_first_not_of("0123456789:. ") != std::string::npos)
            return std::unexpected(SyntaxError{expr.at, "time with time zone is not supported",
                                               ErrorCode::not_supported});
        type = time_type(fraction_digits(expr.text));
    } else if (const auto kind = simple_type(expr.unit)) {
        type = make_type(*kind);
    } else {
        return invalid();
    }
    if (type.precision > 6 && !type.is(TypeKind::decimal))
        return std::unexpected(
            SyntaxError{expr.at, type.name() + " is not supported", ErrorCode::not_supported});
    FRESHET_TRY(made, cast_value(text, type, false, expr.at));
    made->is_constant = !type.is_floating();
    return made;
}

SyntaxResult<Typed> Analysis::interval_literal(const Expr& expr) {
    const bool has_minus = expr.text.starts_with('-');
    const auto value =
        interval_value(has_minus ? expr.text.substr(1) : expr.text, expr.unit, expr.unit_to);
    if (!value)
        return std::unexpected(SyntaxError{expr.at, "Invalid INTERVAL literal: " + expr.text,
                                           ErrorCode::invalid_literal});
    const bool months = expr.unit.starts_with("YEAR") || expr.unit.starts_with("MONTH");
    const std::int64_t number = expr.is_negated != has_minus ? -*value : *value;
    return constant("CAST(" + std::to_string(number) + " AS BIGINT)",
                    make_type(months ? TypeKind::interval_months : TypeKind::interval_millis),
                    std::to_string(number));
}

SyntaxResult<Typed> Analysis::parameter(const Expr& expr, const Scope& scope) {
    const auto place = static_cast<std::size_t>(std::stoi(expr.text));
    if (place >= context_.parameters.size()) {
        return std::unexpected(SyntaxError{expr.at,
                                           "Incorrect number of parameters: expected more than " +
                                               std::to_string(place) + " but found " +
                                               std::to_string(context_.parameters.size()),
                                           ErrorCode::invalid_parameter_usage});
    }
    const std::string& text = context_.parameters[place];
    auto tokens = tokenize(text, Dialect::trino);
    if (!tokens) return pass(tokens);
    TokenReader in(text, std::move(*tokens));
    auto parsed = Parser(in).expression();
    const auto takes_one = [](const Expr& one) {
        return one.kind == ExprKind::parameter || one.query != nullptr;
    };
    if (!parsed || in.peek().kind != TokenKind::end || contains(**parsed, takes_one) ||
        walk(**parsed) > tree_height_max) {
        return std::unexpected(SyntaxError{
            expr.at,
            "the value of parameter " + std::to_string(place + 1) + " is not a literal: " + text});
    }
    parameters_.push_back(std::move(*parsed));
    return value(*parameters_.back(), scope);
}

}  // namespace freshet::sql::trino
