// Text by code points, as Trino counts it.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/crypto/digest.h"
#include "duck/native/adapter.h"
#include "duck/native/padding.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

using std::string_view;

std::size_t length_at(string_view text, std::size_t at) {
    const auto c = static_cast<unsigned char>(text[at]);
    const std::size_t length = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    return std::min(length, text.size() - at);
}

std::vector<string_view> points(string_view text) {
    std::vector<string_view> list;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = length_at(text, at);
        list.push_back(text.substr(at, length));
        at += length;
    }
    return list;
}

std::int64_t count_points(string_view text) {
    return std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

std::size_t byte_of(string_view text, std::int64_t point) {
    std::size_t at = 0;
    while (point > 0 && at < text.size()) {
        at += length_at(text, at);
        --point;
    }
    return at;
}

bool is_blank_point(string_view point) {
    if (point.size() == 1)
        return static_cast<unsigned char>(point[0]) <= 0x20 &&
               std::string("\t\n\v\f\r\x1c\x1d\x1e\x1f ").find(point[0]) != std::string::npos;
    static constexpr string_view blanks[] = {"\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
                                             "\u2004", "\u2005", "\u2006", "\u2008", "\u2009",
                                             "\u200a", "\u2028", "\u2029", "\u205f", "\u3000"};
    return std::ranges::find(blanks, point) != std::end(blanks);
}

std::string trim_ends(string_view text, bool trims_left, bool trims_right) {
    const auto list = points(text);
    std::size_t begin = 0, end = list.size();
    while (trims_left && begin < end && is_blank_point(list[begin])) ++begin;
    while (trims_right && end > begin && is_blank_point(list[end - 1])) --end;
    if (begin == end) return "";
    return std::string(list[begin].data(), list[end - 1].data() + list[end - 1].size());
}
std::string trim(string_view text) { return trim_ends(text, true, true); }
std::string ltrim(string_view text) { return trim_ends(text, true, false); }
std::string rtrim(string_view text) { return trim_ends(text, false, true); }

std::string substr_of(string_view text, std::int64_t start, std::int64_t length) {
    if (start == 0 || length <= 0 || text.empty()) return "";
    if (start < 0) {
        start += count_points(text) + 1;
        if (start <= 0) return "";
    }
    const std::size_t begin = byte_of(text, start - 1);
    const string_view rest = text.substr(begin);
    return std::string(rest.substr(0, byte_of(rest, length)));
}
std::string substr_to_end(string_view text, std::int64_t start) {
    return substr_of(text, start, INT64_MAX);
}

std::string replace(string_view text, string_view search, string_view with) {
    std::string made;
    if (search.empty()) {
        for (const auto point : points(text)) {
            made += with;
            made += point;
        }
        return made.append(with);
    }
    std::size_t at = 0;
    for (auto found = text.find(search); found != string_view::npos;
         found = text.find(search, at)) {
        made.append(text.substr(at, found - at)).append(with);
        at = found + search.size();
    }
    return made.append(text.substr(at));
}

std::string reverse(string_view text) {
    std::string made;
    auto list = points(text);
    std::ranges::reverse(list);
    for (const auto point : list) made += point;
    return made;
}

std::int64_t strpos(string_view text, string_view part) {
    const auto found = text.find(part);
    return found == string_view::npos ? 0 : count_points(text.substr(0, found)) + 1;
}

/// Of the nth occurrence, from the end when negative.
std::int64_t strpos_nth(string_view text, string_view part, std::int64_t instance) {
    if (instance == 0)
        raise(sql::ErrorCode::invalid_function_argument, "'instance' must not be a zero.");
    if (part.empty()) return 1;
    auto found = string_view::npos;
    if (instance > 0) {
        for (std::size_t from = 0; instance > 0; --instance, from = found + 1) {
            found = text.find(part, from);
            if (found == string_view::npos) return 0;
        }
    } else {
        std::size_t from = string_view::npos;
        for (; instance < 0; ++instance) {
            found = text.rfind(part, from);
            if (found == string_view::npos || (found == 0 && instance < -1)) return 0;
            from = found - 1;
        }
    }
    return count_points(text.substr(0, found)) + 1;
}

TextList split(string_view text, string_view by, std::int64_t limit) {
    if (limit <= 0 || limit > INT32_MAX)
        raise(sql::ErrorCode::invalid_function_argument,
              limit <= 0 ? "Limit must be positive" : "Limit is too large");
    if (by.empty())
        raise(sql::ErrorCode::invalid_function_argument,
              "The delimiter may not be the empty string");
    TextList parts;
    while (static_cast<std::int64_t>(parts.size()) + 1 < limit) {
        const auto found = text.find(by);
        if (found == string_view::npos) break;
        parts.emplace_back(std::string(text.substr(0, found)));
        text.remove_prefix(found + by.size());
    }
    parts.emplace_back(std::string(text));
    return parts;
}

std::string chr(std::int64_t point) {
    if (point < 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        raise(sql::ErrorCode::invalid_function_argument,
              "Not a valid Unicode code point: " + std::to_string(point));
    const auto c = static_cast<std::uint32_t>(point);
    const auto rest = [&](unsigned shift) {
        return static_cast<char>(0x80U | ((c >> shift) & 0x3FU));
    };
    if (c < 0x80) return std::string(1, static_cast<char>(c));
    if (c < 0x800) return {static_cast<char>(0xC0U | (c >> 6U)), rest(0)};
    if (c < 0x10000) return {static_cast<char>(0xE0U | (c >> 12U)), rest(6), rest(0)};
    return {static_cast<char>(0xF0U | (c >> 18U)), rest(12), rest(6), rest(0)};
}

std::string soundex(string_view text) {
    static constexpr string_view codes = "01230120022455012623010202";
    std::string made;
    char last = '0';
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= 0x80)
            raise(sql::ErrorCode::invalid_function_argument,
                  "The character is not mapped: " + std::string(text));
        const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        if (upper < 'A' || upper > 'Z') continue;
        const char code = codes[static_cast<std::size_t>(upper - 'A')];
        if (made.empty()) {
            made += upper;
        } else if (upper == 'H' || upper == 'W') {
            continue;
        } else if (code != '0' && code != last) {
            made += code;
        }
        last = code;
        if (made.size() == 4) break;
    }
    if (!made.empty()) made.resize(4, '0');
    return made;
}

bool passes_luhn(string_view text) {
    int sum = 0;
    bool doubles = false;
    for (std::size_t i = text.size(); i > 0; --i, doubles = !doubles) {
        const char c = text[i - 1];
        if (c < '0' || c > '9')
            raise(sql::ErrorCode::invalid_function_argument,
                  "Input must contain only digits: " + std::string(text));
        const int digit = (c - '0') * (doubles ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return !text.empty() && sum % 10 == 0;
}

std::string human_readable_seconds(double seconds) {
    if (!std::isfinite(seconds) || std::fabs(seconds) > 9.0e15)
        raise(sql::ErrorCode::invalid_function_argument, "Invalid argument found: not finite");
    static constexpr std::pair<const char*, std::int64_t> units[] = {
        {"week", 604800}, {"day", 86400}, {"hour", 3600}, {"minute", 60}, {"second", 1}};
    std::int64_t rest = std::llabs(static_cast<std::int64_t>(std::floor(seconds + 0.5)));
    std::string made;
    for (const auto& [name, size] : units) {
        const std::int64_t count = rest / size;
        rest %= size;
        if (count == 0) continue;
        made += (made.empty() ? "" : ", ") + std::to_string(count) + " " + name +
                (count == 1 ? "" : "s");
    }
    return made.empty() ? "0 seconds" : made;
}

std::string pad(string_view text, std::int64_t size, string_view with, bool pads_left) {
    if (with.empty())
        raise(sql::ErrorCode::invalid_function_argument, "Padding string must not be empty");
    if (size < 0 || size > INT32_MAX)
        raise(sql::ErrorCode::invalid_function_argument,
              "Target length must be in the range [0.." + std::to_string(INT32_MAX) + "]");
    const std::int64_t have = count_points(text);
    if (size <= have) return substr_of(text, 1, size);
    const auto list = points(with);
    const auto longest =
        std::ranges::max(list, {}, [](const auto& point) { return point.size(); }).size();
    check_padding(static_cast<std::size_t>(size - have) * longest);
    std::string padding;
    for (std::int64_t i = 0; i < size - have; ++i)
        padding += list[static_cast<std::size_t>(i) % list.size()];
    return pads_left ? padding.append(text) : std::string(text).append(padding);
}
std::string lpad(string_view text, std::int64_t size, string_view with) {
    return pad(text, size, with, true);
}
std::string rpad(string_view text, std::int64_t size, string_view with) {
    return pad(text, size, with, false);
}

std::string delimiter(string_view text) {
    if (text.empty())
        raise(sql::ErrorCode::invalid_function_argument,
              "The delimiter may not be the empty string");
    return std::string(text);
}

std::string translate(string_view text, string_view from, string_view to) {
    const auto sources = points(from), targets = points(to);
    std::string made;
    for (const auto point : points(text)) {
        const auto found = std::ranges::find(sources, point);
        const auto index = static_cast<std::size_t>(found - sources.begin());
        if (found == sources.end()) {
            made += point;
        } else if (index < targets.size()) {
            made += targets[index];
        }
    }
    return made;
}

std::int64_t levenshtein(string_view a, string_view b) {
    const auto x = points(a), y = points(b);
    if (x.size() * y.size() > 1'000'000)
        raise(sql::ErrorCode::invalid_function_argument,
              "The combined inputs size exceeded max Levenshtein distance limit");
    std::vector<std::int64_t> row(y.size() + 1);
    for (std::size_t j = 0; j <= y.size(); ++j) row[j] = static_cast<std::int64_t>(j);
    for (std::size_t i = 1; i <= x.size(); ++i) {
        std::int64_t corner = row[0];
        row[0] = static_cast<std::int64_t>(i);
        for (std::size_t j = 1; j <= y.size(); ++j) {
            const std::int64_t up = row[j];
            row[j] = std::min({up + 1, row[j - 1] + 1, corner + (x[i - 1] == y[j - 1] ? 0 : 1)});
            corner = up;
        }
    }
    return row.back();
}

std::int64_t hamming(string_view a, string_view b) {
    const auto x = points(a), y = points(b);
    if (x.size() != y.size())
        raise(sql::ErrorCode::invalid_function_argument,
              "The input strings to hamming_distance function must have the same length");
    std::int64_t distance = 0;
    for (std::size_t i = 0; i < x.size(); ++i) distance += x[i] == y[i] ? 0 : 1;
    return distance;
}

std::optional<std::string> fits(string_view text, std::int64_t length) {
    return count_points(text) <= length ? std::optional(std::string(text)) : std::nullopt;
}
std::string fit(string_view text, std::int64_t length) {
    auto made = fits(text, length);
    if (!made)
        raise(sql::ErrorCode::invalid_cast_argument, "Value " + std::string(text) +
                                                         " cannot be represented as varchar(" +
                                                         std::to_string(length) + ")");
    return std::move(*made);
}

std::string from_utf8_with(Blob blob, string_view replacement) {
    std::string made;
    const string_view data = blob.view;
    for (std::size_t at = 0; at < data.size();) {
        const auto c = static_cast<unsigned char>(data[at]);
        const std::size_t want = c < 0x80                ? 1
                                 : c >= 0xC2 && c < 0xE0 ? 2
                                 : c >= 0xE0 && c < 0xF0 ? 3
                                 : c >= 0xF0 && c < 0xF5 ? 4
                                                         : 0;
        bool is_good = want > 0 && at + want <= data.size();
        for (std::size_t i = 1; is_good && i < want; ++i)
            is_good = (static_cast<unsigned char>(data[at + i]) & 0xC0U) == 0x80U;
        const auto second = is_good && want > 1 ? static_cast<unsigned char>(data[at + 1]) : 0U;
        if ((c == 0xE0 && second < 0xA0) || (c == 0xED && second > 0x9F) ||
            (c == 0xF0 && second < 0x90) || (c == 0xF4 && second > 0x8F))
            is_good = false;
        if (is_good) {
            made += data.substr(at, want);
            at += want;
        } else {
            made += replacement;
            ++at;
        }
    }
    return made;
}
std::string from_utf8(Blob blob) { return from_utf8_with(blob, "\uFFFD"); }
std::string from_utf8_or(Blob blob, string_view replacement) {
    if (count_points(replacement) > 1)
        raise(sql::ErrorCode::invalid_function_argument,
              "Replacement character string must empty or a single character");
    return from_utf8_with(blob, replacement);
}
/// "0.5" of ".5".
std::string with_zero(string_view text) {
    std::string made(text);
    const std::size_t at = text.starts_with('-') ? 1 : 0;
    if (text.size() > at && text[at] == '.') made.insert(at, 1, '0');
    return made;
}

OwnedBlob from_hex(string_view text) {
    OwnedBlob made;
    const auto digit = [](char c) {
        return c >= '0' && c <= '9'   ? c - '0'
               : c >= 'a' && c <= 'f' ? c - 'a' + 10
               : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                      : -1;
    };
    if (text.size() % 2 != 0)
        raise(sql::ErrorCode::invalid_function_argument,
              "Hex string must contain even number of characters");
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0)
            raise(sql::ErrorCode::invalid_function_argument,
                  "Invalid hex character: " + std::string(1, text[high < 0 ? i : i + 1]));
        made.bytes += static_cast<char>(high * 16 + low);
    }
    return made;
}

std::int64_t crc32_of(Blob blob) { return freshet::crc32(blob.view); }

}  // namespace

void add_text(duckdb::ExtensionLoader& loader) {
    add_native(loader, "trim", &trim);
    add_native(loader, "ltrim", &ltrim);
    add_native(loader, "rtrim", &rtrim);
    add_native(loader, "substr", &substr_of);
    add_native(loader, "substr", &substr_to_end);
    add_native(loader, "replace", &replace);
    add_native(loader, "reverse", &reverse);
    add_native(loader, "strpos", &strpos);
    add_native(loader, "lpad", &lpad);
    add_native(loader, "rpad", &rpad);
    add_native(loader, "delimiter", &delimiter);
    add_native(loader, "translate", &translate);
    add_native(loader, "levenshtein_distance", &levenshtein);
    add_native(loader, "hamming_distance", &hamming);
    add_native(loader, "fit", &fit);
    add_native(loader, "try_fit", &fits);
    add_native(loader, "from_utf8", &from_utf8);
    add_native(loader, "from_utf8", &from_utf8_or);
    add_native(loader, "with_zero", &with_zero);
    add_native(loader, "strpos", &strpos_nth);
    add_native(loader, "split", &split);
    add_native(loader, "chr", &chr);
    add_native(loader, "soundex", &soundex);
    add_native(loader, "luhn_check", &passes_luhn);
    add_native(loader, "human_readable_seconds", &human_readable_seconds);
    add_native(loader, "from_hex", &from_hex);
    add_native(loader, "crc32", &crc32_of);
}

}  // namespace freshet::duck
