#include "duck/native/number_text.h"

#include <charconv>
#include <cmath>

namespace freshet::duck {
namespace {

template <class Float>
std::string java_text(Float value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(value),
                                   std::chars_format::scientific)
                         .ptr;
    const std::string text(buffer, end);  // d.ddde+XX
    const auto e = text.find('e');
    std::string digits = text.substr(0, 1) + (e > 1 ? text.substr(2, e - 2) : "");
    const int exponent = std::stoi(text.substr(e + 1));
    std::string made = value < 0 ? "-" : "";
    if (exponent < -3 || exponent >= 7) {
        if (digits.size() == 1) digits += '0';
        return made + digits[0] + "." + digits.substr(1) + "E" + std::to_string(exponent);
    }
    if (exponent < 0)
        return made + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= whole)
        return made + digits + std::string(whole - digits.size(), '0') + ".0";
    return made + digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace

std::string double_text(double value) { return java_text(value); }
std::string real_text(float value) { return java_text(value); }

}  // namespace freshet::duck
