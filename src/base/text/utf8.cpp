#include "base/text/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace freshet {
namespace {

/// The bytes of the character at `at`, 0 when it is not valid UTF-8.
std::size_t character_bytes(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || at + size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
    }
    if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
        (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f))
        return 0;
    return size;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++characters)
        at += std::max<std::size_t>(character_bytes(text, at), 1);
    return characters;
}

std::string_view utf8_prefix(std::string_view text, std::size_t characters) {
    if (text.size() <= characters) return text;
    std::size_t at = 0;
    for (std::size_t i = 0; i < characters && at < text.size(); ++i)
        at += std::max<std::size_t>(character_bytes(text, at), 1);
    return text.substr(0, at);
}

std::string repaired_utf8(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bytes = character_bytes(text, at);
        out += bytes ? text.substr(at, bytes) : std::string_view("\xef\xbf\xbd");
        at += std::max<std::size_t>(bytes, 1);
    }
    return out;
}

bool is_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        if (at + 8 <= text.size()) {  // eight plain characters at a time
            std::uint64_t eight = 0;
            std::memcpy(&eight, text.data() + at, 8);
            if ((eight & 0x8080808080808080ULL) == 0) {
                at += 8;
                continue;
            }
        }
        const std::size_t bytes = character_bytes(text, at);
        if (bytes == 0) return false;
        at += bytes;
    }
    return true;
}

}  // namespace freshet
