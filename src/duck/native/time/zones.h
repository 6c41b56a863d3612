// Time zones: the keys by which a timestamp with time zone remembers its zone, and their offsets,
// read from the system's zone files. A packed value is (milliseconds since the epoch << 12) | zone
// key, a wide one (microseconds << 12) | zone key in 128 bits, so that its order is that of the
// instants.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::duck {

struct Zoned {
    std::int64_t micros = 0;  ///< since the epoch
    int key = 0;  ///< 0 is UTC, 1 to 1680 are offsets, the rest are names in order of first use
};
/// Down to whole milliseconds.
std::int64_t pack(Zoned value);
Zoned unpack(std::int64_t packed);
__int128 pack_wide(Zoned value);
Zoned unpack_wide(__int128 packed);

/// "UTC", "+02:00", "America/Chicago"; nullopt when there is no such zone. Any thread.
std::optional<int> zone_key(std::string_view name);
std::string zone_name(int key);
/// Seconds east of UTC at an instant.
std::int64_t zone_offset(int key, std::int64_t epoch_seconds);
/// Local microseconds of the instant, and the instant of local microseconds (the earlier in an
/// overlap).
std::int64_t local_micros(Zoned value);
std::int64_t instant_micros(std::int64_t local_micros, int key);

}  // namespace freshet::duck
