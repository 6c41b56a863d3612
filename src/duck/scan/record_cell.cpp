#include "duck/scan/record_cell.h"

#include <cmath>
#include <limits>

#include "duck/native/parse_value.h"
#include "duck/scan/cell.h"
#include "duck/scan/record_times.h"

namespace freshet::duck {
namespace {

using sql::trino::Type;
using sql::trino::TypeKind;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <class T>
bool put(duckdb::Vector& out, duckdb::idx_t row, T value) {
    duckdb::FlatVector::GetData<T>(out)[row] = value;
    return true;
}

/// Figures without leading and trailing zeros, and where the point is: VALUE = 0.FIGURES *
/// 10^point.
struct Figures {
    bool is_negative = false;
    std::string digits;
    std::int64_t point = 0;
};

std::optional<Figures> figures_of(std::string_view text) {
    Figures made;
    if (text.starts_with('-') || text.starts_with('+')) {
        made.is_negative = text[0] == '-';
        text.remove_prefix(1);
    }
    bool has_digit = false, is_after_point = false;
    std::size_t i = 0;
    for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !is_after_point)); ++i) {
        if (text[i] == '.') {
            is_after_point = true;
            continue;
        }
        has_digit = true;
        const bool is_leading_zero = made.digits.empty() && text[i] == '0';
        if (!is_leading_zero) made.digits += text[i];
        if (is_leading_zero ? is_after_point : !is_after_point)
            made.point += is_leading_zero ? -1 : 1;
    }
    if (!has_digit) return std::nullopt;
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        std::string_view exponent = text.substr(i + 1);
        if (exponent.starts_with('+')) exponent.remove_prefix(1);
        const auto value = parse_whole(exponent, -100'000, 100'000);
        if (!value) return std::nullopt;
        made.point += *value;
    } else if (i < text.size()) {
        return std::nullopt;
    }
    while (made.digits.ends_with('0')) made.digits.pop_back();
    if (made.digits.empty()) made.point = 0;
    return made;
}

/// The number without a point and an exponent, as a text of at most `digits_max` digits.
std::optional<std::string> whole_text(std::string_view text, int scale, std::int64_t digits_max) {
    const auto figures = figures_of(text);
    if (!figures) return std::nullopt;
    if (figures->digits.empty()) return "0";
    const std::int64_t places = figures->point + scale;  // of digits before the moved point
    if (places < static_cast<std::int64_t>(figures->digits.size()) || places > digits_max)
        return std::nullopt;
    std::string whole = figures->is_negative ? "-" : "";
    whole += figures->digits;
    whole.append(static_cast<std::size_t>(places) - figures->digits.size(), '0');
    return whole;
}

bool put_decimal(duckdb::Vector& out, duckdb::idx_t row, const Type& type, std::string_view text) {
    const auto whole = whole_text(text, type.scale, type.precision);
    if (!whole) return false;
    constexpr int precision_of_64_bits = 18;
    if (type.precision > precision_of_64_bits) {
        duckdb::Value value(*whole), made;
        duckdb::string problem;
        if (!value.DefaultTryCastAs(duckdb::LogicalType::HUGEINT, made, &problem)) return false;
        return put(out, row, made.GetValue<duckdb::hugeint_t>());
    }
    const auto number = parse_whole(*whole, std::numeric_limits<std::int64_t>::min(),
                                    std::numeric_limits<std::int64_t>::max());
    if (!number) return false;
    const auto stored = out.GetType().InternalType();
    if (stored == duckdb::PhysicalType::INT16)
        return put(out, row, static_cast<std::int16_t>(*number));
    if (stored == duckdb::PhysicalType::INT32)
        return put(out, row, static_cast<std::int32_t>(*number));
    return put(out, row, *number);
}

template <class T>
bool put_whole(duckdb::Vector& out, duckdb::idx_t row, std::string_view text) {
    constexpr std::int64_t low = std::numeric_limits<T>::min(),
                           high = std::numeric_limits<T>::max();
    auto number = parse_whole(text, low, high);
    if (!number) {
        // 1.0 and 1e3 are whole numbers.
        const auto whole = whole_text(text, 0, std::numeric_limits<std::int64_t>::digits10 + 1);
        if (whole) number = parse_whole(*whole, low, high);
    }
    return number && put(out, row, static_cast<T>(*number));
}

/// A number that is too large for the type does not become infinite.
template <class T>
bool put_real(duckdb::Vector& out, duckdb::idx_t row, std::string_view text) {
    const auto value = parse_double(text);
    if (!value) return false;
    const T made = static_cast<T>(*value);
    const bool is_figure = text.find_first_of("0123456789") != std::string_view::npos;
    if (std::isinf(made) && is_figure) return false;
    return put(out, row, made);
}

bool put_bytes(duckdb::Vector& out, duckdb::idx_t row, std::string_view text) {
    return put(out, row, duckdb::StringVector::AddStringOrBlob(out, text.data(), text.size()));
}

bool put_boolean(duckdb::Vector& out, duckdb::idx_t row, std::string_view text) {
    const std::string lower = sql::trino::lower_case(text);
    if (lower != "true" && lower != "false") return false;
    return put(out, row, lower == "true");
}

bool put_time(duckdb::Vector& out, duckdb::idx_t row, std::string_view text,
              const ScalarRules& rules) {
    const auto micros =
        rules.is_strict ? hive_micros(text, rules.time_formats) : openx_micros(text);
    return micros && put(out, row, duckdb::timestamp_t(*micros));
}

bool put_number(duckdb::Vector& out, duckdb::idx_t row, const Type& type, std::string_view text) {
    if (type.is(TypeKind::tinyint)) return put_whole<std::int8_t>(out, row, text);
    if (type.is(TypeKind::smallint)) return put_whole<std::int16_t>(out, row, text);
    if (type.is(TypeKind::integer)) return put_whole<std::int32_t>(out, row, text);
    if (type.is(TypeKind::bigint)) return put_whole<std::int64_t>(out, row, text);
    if (type.is(TypeKind::real)) return put_real<float>(out, row, text);
    return type.is(TypeKind::double_) && put_real<double>(out, row, text);
}

}  // namespace

bool put_scalar(duckdb::Vector& out, duckdb::idx_t row, const Type& type, ScalarKind kind,
                std::string_view text, const ScalarRules& rules) {
    duckdb::FlatVector::Validity(out).SetValid(row);
    const bool is_text = kind == ScalarKind::text;
    const bool is_boolean = kind == ScalarKind::boolean;
    if (type.is_text()) return put_bytes(out, row, text);
    if (type.is(TypeKind::varbinary)) return is_text && put_bytes(out, row, text);
    if (type.is(TypeKind::boolean))
        return (is_boolean || (is_text && !rules.is_strict)) && put_boolean(out, row, text);
    if (is_boolean) return false;
    if (type.is(TypeKind::decimal)) return put_decimal(out, row, type, text);
    if (type.is(TypeKind::timestamp)) return put_time(out, row, text, rules);
    if (type.is(TypeKind::date)) {
        const auto days = is_text ? parse_date(text) : std::nullopt;
        return days && put(out, row, duckdb::date_t(*days));
    }
    if (!type.is_numeric() || (is_text && rules.is_strict)) return false;
    return put_number(out, row, type, text);
}

}  // namespace freshet::duck
