// Room after the end of a file that grows by small writes, each of them synced: zeros that are
// written ahead, a large piece at a time. A sync of a write that makes a file longer also waits for
// the file system's own journal (ext4: 0.2 to 0.3 ms, and milliseconds beside other writers); one
// of blocks that the file has already takes 0.1 ms.
#pragma once
#include <cstdint>
#include <string_view>

namespace freshet::io {

/// Of one file. Who reads the file finds its end without its size. Its writer's thread.
class Room {
  public:
    static constexpr std::uint64_t bytes_max = 1024 * 1024;
    static constexpr std::uint64_t bytes_min = 4 * 1024;  ///< less is not worth a piece
    static constexpr std::uint64_t part = 8;              ///< of what the file holds, at most
    /// A larger write takes so long that zeros before it cost more than they save.
    static constexpr std::uint64_t write_bytes_max = 128 * 1024;

    /// The file has `size` bytes, of whatever.
    void begin(std::uint64_t size) { reach_ = size; }
    /// The zeros to write with and after the bytes [from, to); mostly none.
    std::string_view zeros_after(std::uint64_t from, std::uint64_t to);

  private:
    std::uint64_t reach_ = 0;  ///< the file's size, or more when a write failed
};

}  // namespace freshet::io
