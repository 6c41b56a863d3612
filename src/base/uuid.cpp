#include "base/uuid.h"

#include <cstddef>
#include <random>
#include <string_view>

#include "base/crypto/digest.h"

namespace freshet {

std::string new_uuid() {
    thread_local std::random_device source;
    std::string raw;
    while (raw.size() < 16) {
        const unsigned value = source();
        raw.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    raw[6] = static_cast<char>((raw[6] & 0x0f) | 0x40);
    raw[8] = static_cast<char>((raw[8] & 0x3f) | 0x80);
    std::string text = to_hex(std::string_view(raw));
    for (const std::size_t at : {8UL, 13UL, 18UL, 23UL}) text.insert(at, 1, '-');
    return text;
}

}  // namespace freshet
