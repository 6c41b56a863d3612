#include "tables/decimal.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "tables/errors.h"
#include "tables/limits.h"

namespace freshet::tables {
namespace {

constexpr int exponent_min = -129, exponent_max = 126;  // of 0.DIGITS
constexpr std::size_t text_length_max = 1024;
// The first byte of an order key; then the exponent's byte and the digits.
constexpr char below = 1, zero = 2, above = 3;
constexpr char end_of_negative = '\xff';

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Failure not_a_number(std::string_view text) {
    return fail(Errc::invalid,
                fmt::format("The parameter cannot be converted to a numeric value: {}", text));
}

/// a + b or a - b of digit texts of the same length, a >= b when subtracting.
std::string combine(const std::string& a, const std::string& b, bool is_subtraction) {
    FRESHET_CHECK(a.size() == b.size());
    std::string out(a.size() + 1, '0');
    int carry = 0;
    for (std::size_t i = a.size(); i-- > 0;) {
        int digit = (a[i] - '0') + (is_subtraction ? -(b[i] - '0') : b[i] - '0') + carry;
        carry = digit > 9 ? 1 : digit < 0 ? -1 : 0;
        digit -= 10 * carry;
        out[i + 1] = static_cast<char>('0' + digit);
    }
    FRESHET_CHECK(carry >= 0);  // a >= b when subtracting
    out[0] = static_cast<char>('0' + carry);
    return out;
}

}  // namespace

Decimal::Decimal(std::int64_t value) { *this = *parse(fmt::format("{}", value)); }

Result<Decimal> Decimal::make(bool is_negative, std::string digits, std::int64_t exponent) {
    const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size());
    exponent -= static_cast<std::int64_t>(first);
    digits.erase(0, first);
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    if (digits.empty()) return Decimal();
    if (exponent > exponent_max)
        return fail(Errc::invalid,
                    "Number overflow. Attempting to store a number with magnitude larger than "
                    "supported range");
    if (exponent < exponent_min)
        return fail(Errc::invalid,
                    "Number underflow. Attempting to store a number with magnitude smaller than "
                    "supported range");
    if (digits.size() > limits::digits_max)
        return fail(Errc::invalid,
                    "Attempting to store more than 38 significant digits in a Number");
    Decimal made;
    made.is_negative_ = is_negative;
    made.exponent_ = static_cast<int>(exponent);
    made.digits_ = std::move(digits);
    return made;
}

Result<Decimal> Decimal::parse(std::string_view text) {
    if (text.empty() || text.size() > text_length_max) return not_a_number(text.substr(0, 64));
    std::size_t at = 0;
    bool is_negative = false;
    if (text[at] == '+' || text[at] == '-') is_negative = text[at++] == '-';
    std::string digits;
    std::int64_t exponent = 0;
    bool has_point = false;
    for (; at < text.size() && (is_digit(text[at]) || text[at] == '.'); ++at) {
        if (text[at] == '.') {
            if (std::exchange(has_point, true)) return not_a_number(text);
            continue;
        }
        digits += text[at];
        if (!has_point) ++exponent;
    }
    if (digits.empty()) return not_a_number(text);
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        bool is_small = false;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) is_small = text[at++] == '-';
        if (at == text.size()) return not_a_number(text);
        std::int64_t power = 0;
        for (; at < text.size() && is_digit(text[at]); ++at)
            power = std::min<std::int64_t>(power * 10 + (text[at] - '0'), 1'000'000);
        exponent += is_small ? -power : power;
    }
    if (at != text.size()) return not_a_number(text);
    return make(is_negative, std::move(digits), exponent);
}

std::string Decimal::to_text() const {
    if (digits_.empty()) return "0";
    std::string out = is_negative_ ? "-" : "";
    const auto size = static_cast<int>(digits_.size());
    if (exponent_ <= 0)
        return out.append("0.").append(static_cast<std::size_t>(-exponent_), '0').append(digits_);
    if (exponent_ >= size)
        return out.append(digits_).append(static_cast<std::size_t>(exponent_ - size), '0');
    const auto point = static_cast<std::size_t>(exponent_);
    return out.append(digits_, 0, point).append(".").append(digits_, point);
}

Result<Decimal> Decimal::plus(const Decimal& other) const {
    if (digits_.empty()) return other;
    if (other.digits_.empty()) return *this;
    const int top = std::max(exponent_, other.exponent_);
    const auto aligned = [top](const Decimal& one) {
        return std::string(static_cast<std::size_t>(top - one.exponent_), '0') + one.digits_;
    };
    std::string a = aligned(*this), b = aligned(other);
    const std::size_t length = std::max(a.size(), b.size());
    a.resize(length, '0');
    b.resize(length, '0');
    if (is_negative_ == other.is_negative_)
        return make(is_negative_, combine(a, b, false), top + 1);
    return a >= b ? make(is_negative_, combine(a, b, true), top + 1)
                  : make(other.is_negative_, combine(b, a, true), top + 1);
}

Result<Decimal> Decimal::minus(const Decimal& other) const {
    Decimal turned = other;
    turned.is_negative_ = !other.digits_.empty() && !other.is_negative_;
    return plus(turned);
}

std::string Decimal::order_key() const {
    if (digits_.empty()) return std::string(1, zero);
    // What from_order_key() takes back: the exponent in a byte, no zeros at either end.
    const int place = exponent_ - exponent_min;
    FRESHET_CHECK(place >= 0 && place <= 255);
    FRESHET_CHECK(digits_.front() != '0' && digits_.back() != '0');
    std::string key(1, is_negative_ ? below : above);
    key += static_cast<char>(static_cast<unsigned char>(is_negative_ ? 255 - place : place));
    if (!is_negative_) return key + digits_;
    for (const char digit : digits_) key += static_cast<char>('0' + '9' - digit);
    return key + end_of_negative;
}

Result<Decimal> Decimal::from_order_key(std::string_view key) {
    if (key == std::string_view(&zero, 1)) return Decimal();
    const bool is_negative = !key.empty() && key[0] == below;
    const auto broken = [] { return fail(freshet::Errc::corrupt, "bytes that are no number"); };
    if (key.size() < 3 || (!is_negative && key[0] != above)) return broken();
    const int place = static_cast<unsigned char>(key[1]);
    std::string digits(key.substr(2));
    if (is_negative) {
        if (digits.back() != end_of_negative) return broken();
        digits.pop_back();
    }
    if (!std::ranges::all_of(digits, is_digit)) return broken();
    if (is_negative)
        for (char& digit : digits) digit = static_cast<char>('0' + '9' - digit);
    auto made =
        make(is_negative, std::move(digits), (is_negative ? 255 - place : place) + exponent_min);
    if (!made || made->order_key() != key) return broken();
    return made;
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
    const int a = digits_.empty() ? 0 : is_negative_ ? -1 : 1;
    const int b = other.digits_.empty() ? 0 : other.is_negative_ ? -1 : 1;
    if (a != b || a == 0) return a <=> b;
    auto order = exponent_ <=> other.exponent_;
    if (order == 0) order = digits_.compare(other.digits_) <=> 0;
    return a > 0 ? order : 0 <=> order;
}

}  // namespace freshet::tables
