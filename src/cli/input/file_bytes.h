// The bytes of a file, a pipe or standard input ("-"), unpacked where they are gzip's, known by
// content, any number of members.
#pragma once
#include <zlib.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"

namespace freshet::cli {

/// open(), then read() until it returns false or fails; not after an error. Blocks its thread while
/// a pipe has nothing.
class FileBytes {
  public:
    /// Errc::io says why `name` cannot be read: missing, a directory, not allowed.
    static Result<> check(const std::string& name);
    static Result<std::unique_ptr<FileBytes>> open(const std::string& name);
    ~FileBytes();

    /// Appends up to `most` bytes to `out`; false at the end. Errc::io for gzip data that is cut
    /// off or damaged, and for anything but zeros after it: it would be dropped in silence.
    Result<bool> read(std::string& out, std::size_t most);
    /// Bytes of the file itself, as far as read() has used them.
    std::uint64_t bytes_used() const { return bytes_read_ - left_.avail_in; }
    /// After the first read().
    bool is_gzip() const { return is_gzip_; }

  private:
    FileBytes(std::string name, int fd) : name_(std::move(name)), fd_(fd) {}
    Result<bool> more();
    Result<> begin();
    Result<bool> find_member();
    Result<> unpack();
    std::unexpected<Error> wrong(std::string_view what) const;

    std::string name_, packed_;
    int fd_;
    bool has_begun_ = false, is_gzip_ = false, is_in_member_ = false;
    std::uint64_t bytes_read_ = 0;
    z_stream left_{};  ///< of packed_
};

}  // namespace freshet::cli
