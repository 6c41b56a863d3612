#include "io/files/room.h"

#include <algorithm>
#include <array>

namespace freshet::io {

std::string_view Room::zeros_after(std::uint64_t from, std::uint64_t to) {
    static constexpr std::array<char, bytes_max> zeros{};
    if (to <= reach_) return {};
    std::uint64_t bytes = to - from > write_bytes_max ? 0 : std::min(to / part, bytes_max);
    if (bytes < bytes_min) bytes = 0;
    reach_ = to + bytes;
    return {zeros.data(), bytes};
}

}  // namespace freshet::io
