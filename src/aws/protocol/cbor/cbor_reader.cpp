#include "aws/protocol/cbor/cbor_reader.h"

#include <bit>
#include <cmath>

#include "base/text/utf8.h"

namespace freshet::aws {
namespace {

constexpr int tags_max = 8;

double half(std::uint64_t bits) {
    const auto exponent = static_cast<int>(bits >> 10 & 0x1FU);
    const auto mantissa = static_cast<double>(bits & 0x3FFU);
    double value = 0;
    if (exponent == 0)
        value = std::ldexp(mantissa, -24);
    else if (exponent != 31)
        value = std::ldexp(mantissa + 1024, exponent - 25);
    else
        value = mantissa == 0 ? INFINITY : NAN;
    return bits & 0x8000U ? -value : value;
}

}  // namespace

Token CborHead::token() const {
    switch (major) {
        case 0:
        case 1:
            return Token::number;
        case 2:
            return Token::bytes;
        case 3:
            return Token::text;
        case 4:
            return Token::list;
        case 5:
            return Token::structure;
        default:
            break;
    }
    if (is_real()) return Token::number;
    return is_boolean() ? Token::boolean : Token::null;
}

bool CborReader::read_head(CborHead& out) {
    out = {};
    for (int tags = 0; tags <= tags_max; ++tags) {
        if (at_ == text_.size()) return false;
        const auto first = static_cast<unsigned char>(text_[at_++]);
        out.major = first >> 5U;
        out.info = first & 31U;
        out.argument = out.info;
        if (out.info >= 24 && out.info <= 27) {
            const std::size_t size = std::size_t{1} << (out.info - 24U);
            if (left() < size) return false;
            out.argument = 0;
            for (std::size_t i = 0; i < size; ++i) {
                out.argument = out.argument << 8 | static_cast<unsigned char>(text_[at_++]);
            }
        } else if (out.info >= 28 && out.info <= 30) {
            return false;
        } else if (out.info == 31 && (out.major < 2 || out.major == 6)) {
            return false;
        }
        if (out.major != 6) return out.major != 7 || out.info >= 20;
    }
    return false;
}

bool CborReader::take_break() {
    if (at_ == text_.size() || static_cast<unsigned char>(text_[at_]) != 0xFF) return false;
    ++at_;
    return true;
}

bool CborReader::take_piece(const CborHead& head, std::string_view& out) {
    if (head.argument > left()) return false;
    out = text_.substr(at_, static_cast<std::size_t>(head.argument));
    at_ += out.size();
    return head.major != 3 || is_utf8(out);
}

bool CborReader::read_string(const CborHead& head, std::string_view& out, std::string& joined) {
    if (!head.is_indefinite()) return take_piece(head, out);
    joined.clear();
    while (!take_break()) {
        CborHead inner;
        std::string_view part;
        if (!read_head(inner) || inner.major != head.major || inner.is_indefinite()) return false;
        if (!take_piece(inner, part)) return false;
        joined.append(part);
    }
    out = joined;
    return true;
}

double CborReader::real(const CborHead& head) {
    if (head.info == 25) return half(head.argument);
    if (head.info == 26) {
        return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(head.argument)));
    }
    return std::bit_cast<double>(head.argument);
}

bool CborReader::skip(const CborHead& head, int depth) {
    if (depth > depth_max || head.is_break()) return false;
    if (head.major == 2 || head.major == 3) {
        std::string_view text;
        std::string joined;
        return read_string(head, text, joined);
    }
    if (head.major != 4 && head.major != 5) return true;
    CborItems items(*this, head);
    while (items.next()) {
        for (int half = head.major == 5 ? 2 : 1; half > 0; --half) {
            CborHead inner;
            if (!read_head(inner) || !skip(inner, depth + 1)) return false;
        }
    }
    return true;
}

}  // namespace freshet::aws
