// What the real disk's files do beside read and write: send from the page cache, begin to write
// back. Files of a disk that is made to fail do neither, so that each byte passes the calls that
// fail.
#pragma once
#include <cstdint>

#include "io/disk.h"

namespace freshet::io {

/// What a socket took of a file's bytes.
struct Sending {
    bool is_cached = false;  ///< false: the bytes are not in memory, and none were sent
    std::size_t bytes = 0;   ///< 0: the socket has no room, or `has_failed`
    bool has_failed = false;
};

/// Sends up to `size` bytes at `offset` of `file` from the page cache to a socket that does not
/// block. Never waits for the disk, so that a core may call it. The process ignores SIGPIPE.
Sending send_cached(File& file, int socket, std::uint64_t offset, std::size_t size);

/// Lets the disk begin to write what was written at `offset`; promises nothing.
void start_writeback(File& file, std::uint64_t offset, std::uint64_t size);

}  // namespace freshet::io
