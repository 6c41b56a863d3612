#include "stream/sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/check.h"

namespace freshet::stream {
namespace {

constexpr std::size_t hex_digits = 47, decimal_digits = 56;

/// 192 bits, most significant limb first.
using Limbs = std::array<std::uint64_t, 3>;

std::string to_decimal(const Limbs& limbs) {
    constexpr std::uint64_t chunk = 1'000'000'000;  // nine digits: a step divides 64 bits by 32
    std::array<std::uint32_t, 6> parts{};
    for (std::size_t i = 0; i < limbs.size(); ++i) {
        parts[2 * i] = static_cast<std::uint32_t>(limbs[i] >> 32);
        parts[2 * i + 1] = static_cast<std::uint32_t>(limbs[i]);
    }
    std::array<char, 63> digits{};  // seven chunks; 192 bits have 58 digits
    std::size_t at = digits.size(), first = 0;
    while (true) {
        while (first < parts.size() && parts[first] == 0) ++first;
        if (first == parts.size()) break;
        std::uint64_t rest = 0;
        for (std::size_t i = first; i < parts.size(); ++i) {
            rest = rest << 32 | parts[i];
            parts[i] = static_cast<std::uint32_t>(rest / chunk);
            rest %= chunk;
        }
        for (int i = 0; i < 9; ++i, rest /= 10) digits[--at] = static_cast<char>('0' + rest % 10);
    }
    while (at < digits.size() && digits[at] == '0') ++at;
    return {digits.begin() + at, digits.end()};
}

std::optional<Limbs> from_decimal(std::string_view text) {
    Limbs limbs{};
    if (text.empty() || text.size() > 57) return std::nullopt;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        unsigned __int128 carry = static_cast<unsigned>(c - '0');
        for (std::size_t i = limbs.size(); i-- > 0;) {
            carry += static_cast<unsigned __int128>(limbs[i]) * 10;
            limbs[i] = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
        if (carry) return std::nullopt;
    }
    return limbs;
}

/// `digits` hexadecimal digits that begin `from` digits after the first of the 47.
std::uint64_t field(const Limbs& limbs, std::size_t from, std::size_t digits) {
    std::uint64_t value = 0;
    for (std::size_t i = from; i < from + digits; ++i) {
        const std::size_t nibble = 48 - hex_digits + i;  // of the 48 that three limbs have
        value = value << 4 | (limbs[nibble / 16] >> (60 - 4 * (nibble % 16)) & 0xf);
    }
    return value;
}

void set_field(Limbs& limbs, std::size_t from, std::size_t digits, std::uint64_t value) {
    const std::size_t bits_after = 4 * (hex_digits - from - digits), limb = 2 - bits_after / 64,
                      shift = bits_after % 64;
    if (digits < 16) value &= (std::uint64_t{1} << 4 * digits) - 1;
    limbs[limb] |= value << shift;
    if (shift != 0 && limb != 0) limbs[limb - 1] |= value >> (64 - shift);
}

}  // namespace

std::string make_sequence_number(const SequenceParts& parts) {
    Limbs limbs{};
    set_field(limbs, 0, 1, 2);
    set_field(limbs, 1, 9, static_cast<std::uint64_t>(parts.created_s));
    set_field(limbs, 10, 1, parts.shard);
    set_field(limbs, 11, 16, parts.ordinal);
    set_field(limbs, 27, 2, parts.is_continuation);
    set_field(limbs, 29, 9, static_cast<std::uint64_t>(parts.arrival_s));
    set_field(limbs, 38, 8, parts.shard);
    set_field(limbs, 46, 1, 2);
    std::string text = to_decimal(limbs);
    FRESHET_CHECK(text.size() == decimal_digits);  // the first digit is 2: texts sort as numbers do
    return text;
}

std::optional<SequenceParts> parse_sequence_number(std::string_view text) {
    const auto limbs = from_decimal(text);
    if (!limbs || limbs->front() >> 60 != 0 || field(*limbs, 0, 1) != 2 ||
        field(*limbs, 46, 1) != 2 || field(*limbs, 27, 2) > 1)
        return std::nullopt;
    SequenceParts parts;
    parts.created_s = static_cast<std::int64_t>(field(*limbs, 1, 9));
    parts.ordinal = field(*limbs, 11, 16);
    parts.arrival_s = static_cast<std::int64_t>(field(*limbs, 29, 9));
    parts.shard = static_cast<std::uint32_t>(field(*limbs, 38, 8));
    parts.is_continuation = field(*limbs, 27, 2) == 1;
    if (field(*limbs, 10, 1) != (parts.shard & 0xf)) return std::nullopt;
    return parts;
}

std::optional<AnyVersion> parse_any_version(std::string_view text) {
    constexpr std::uint64_t bit_124 = std::uint64_t{1} << 60;  // of the middle limb
    constexpr std::int64_t created_s_max = 16'025'174'999;
    auto limbs = from_decimal(text);
    if (!limbs) return std::nullopt;
    auto& [top, middle, low] = *limbs;
    AnyVersion parsed;
    if (top == 0 && middle < 2 * bit_124) {
        middle |= bit_124;  // the first of 32 digits, which may be left out
        parsed.version = 0;
        parsed.created_s = static_cast<std::int64_t>(middle >> 24 & 0xf'ffff'ffff);
        parsed.shard = static_cast<std::int64_t>(low & 0xffff);
    } else {
        parsed.version = static_cast<int>(field(*limbs, 46, 1));
        if (top >> 60 != 0 || field(*limbs, 0, 1) != 2 ||
            (parsed.version != 1 && parsed.version != 2))
            return std::nullopt;
        if (parsed.version == 2 && field(*limbs, 11, 1) > 7) return std::nullopt;
        parsed.created_s = static_cast<std::int64_t>(field(*limbs, 1, 9));
        parsed.arrival_s =
            static_cast<std::int64_t>(field(*limbs, parsed.version == 2 ? 29 : 13, 9));
        parsed.shard = static_cast<std::int32_t>(field(*limbs, 38, 8));
    }
    if (parsed.version != 1 && parsed.created_s > created_s_max) return std::nullopt;
    return parsed;
}

std::string record_number(std::int64_t created_s, std::uint32_t shard, log::Ordinal ordinal,
                          Timestamp arrival) {
    FRESHET_CHECK(ordinal + 1 < last_ordinal);  // before the number that its shard ends with
    return make_sequence_number({created_s, ordinal + 1, to_epoch_ms(arrival) / 1000, shard});
}

std::string RecordNumbers::next() {
    static constexpr std::string_view step = "1208925819614629174706176";  // 2^80
    if (!std::exchange(has_begun_, true)) return number_;
    int carry = 0;
    for (std::size_t i = 0; i < number_.size() && (i < step.size() || carry); ++i) {
        char& digit = number_[number_.size() - 1 - i];
        int sum = digit - '0' + carry;
        if (i < step.size()) sum += step[step.size() - 1 - i] - '0';
        carry = sum >= 10;
        digit = static_cast<char>('0' + sum - 10 * carry);
    }
    FRESHET_CHECK(carry == 0);  // the first hexadecimal digit is 2: no 57th decimal digit
    return number_;
}

std::string continuation_number(const Shard& shard, log::Ordinal next, Timestamp at) {
    return make_sequence_number(
        {to_epoch_ms(shard.created) / 1000, next, to_epoch_ms(at) / 1000, shard.index, true});
}

std::string first_sequence_number(const Shard& shard) {
    const std::int64_t created_s = to_epoch_ms(shard.created) / 1000;
    return make_sequence_number({created_s, 0, created_s, shard.index});
}

std::string last_sequence_number(const Shard& shard) {
    FRESHET_CHECK(shard.closed);  // an open shard has no end
    return make_sequence_number({to_epoch_ms(shard.created) / 1000, last_ordinal,
                                 to_epoch_ms(*shard.closed) / 1000, shard.index});
}

std::string shard_name(std::int64_t index) {
    if (index < 0) return fmt::format("shardId-{:012}", index);
    std::string name = "shardId-000000000000";
    for (std::size_t at = name.size(); index > 0; index /= 10)
        name[--at] = static_cast<char>('0' + index % 10);
    return name;
}

std::optional<std::uint32_t> parse_shard_name(std::string_view text) {
    if (const auto dash = text.rfind('-'); dash != std::string_view::npos)
        text.remove_prefix(dash + 1);
    std::uint32_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() ||
        index > 2147483647)
        return std::nullopt;
    return index;
}

}  // namespace freshet::stream
