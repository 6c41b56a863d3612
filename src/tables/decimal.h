// DynamoDB's number: 38 significant digits, magnitudes from 1E-130 to 9.99...E+125, exact. A plain
// value: sign, digits without zeros at either end, and where the point is.
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::tables {

class Decimal {
  public:
    Decimal() = default;  ///< 0
    explicit Decimal(std::int64_t value);
    /// "-1.50e3" and the like. Errc::invalid, in DynamoDB's words, for a text that is not a number,
    /// too long, too large or too small.
    static Result<Decimal> parse(std::string_view text);
    /// The shortest plain form: "1500", "0.001", never an exponent.
    std::string to_text() const;

    /// Errc::invalid when the result has more than 38 digits or is out of range.
    Result<Decimal> plus(const Decimal& other) const;
    Result<Decimal> minus(const Decimal& other) const;

    /// Bytes whose order (memcmp, shorter first) is the order of the numbers.
    std::string order_key() const;
    /// The opposite of order_key(); Errc::corrupt for other bytes.
    static Result<Decimal> from_order_key(std::string_view key);

    std::size_t digit_count() const { return digits_.size(); }
    bool is_negative() const { return is_negative_; }

    std::strong_ordering operator<=>(const Decimal& other) const;
    bool operator==(const Decimal& other) const = default;

  private:
    /// Takes zeros off both ends and checks the bounds.
    static Result<Decimal> make(bool is_negative, std::string digits, std::int64_t exponent);

    // The value is 0.DIGITS times ten to the exponent; no digits: zero.
    bool is_negative_ = false;
    int exponent_ = 0;
    std::string digits_;
};

}  // namespace freshet::tables
