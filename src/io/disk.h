// Files as the log and the object engine see them: positioned reads, appends, durability said
// aloud. The interface exists so that every step can be made to fail in a test. All calls block:
// call them from a Pool or from a thread that may wait.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace freshet::io {

class File {
  public:
    virtual ~File() = default;
    /// Reads up to out.size() bytes at `offset`; fewer only at the end of the file.
    virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) = 0;
    /// Whether all of `out` was read without waiting for the disk: from the page cache. Never
    /// blocks, so that a core may call it; false says nothing but that read_at() is to be asked.
    virtual bool reads_cached_at(std::uint64_t offset, std::span<char> out) {
        static_cast<void>(offset), static_cast<void>(out);
        return false;
    }
    /// Writes all of `pieces`, one after the other, at `offset`. A short write is an error.
    virtual Result<> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) = 0;
    /// fdatasync. After a failure the file's contents are unknown: the process must not
    /// acknowledge.
    virtual Result<> sync() = 0;
    virtual Result<> truncate(std::uint64_t size) = 0;
    /// Reserves space without changing what a reader sees beyond `size` (fallocate).
    virtual Result<> allocate(std::uint64_t offset, std::uint64_t size) = 0;
    virtual Result<std::uint64_t> size() = 0;
    /// Takes the advisory lock; Errc::busy when another process holds it.
    virtual Result<> lock() = 0;
};

enum class OpenMode {
    read,          ///< must exist
    read_write,    ///< must exist
    create_new,    ///< must not exist
    create,        ///< made when missing
    create_secret  ///< made when missing, for its owner's eyes only (0600)
};

class Disk {
  public:
    virtual ~Disk() = default;
    virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
    virtual Result<> rename(const std::string& from, const std::string& to) = 0;
    virtual Result<> remove(const std::string& path) = 0;
    /// Makes entries of the directory durable: after create, rename, remove.
    virtual Result<> sync_directory(const std::string& path) = 0;
    /// With parents; the new entries are made durable.
    virtual Result<> make_directories(const std::string& path) = 0;
    /// Names of the entries, sorted; no "." and "..".
    virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
    virtual Result<bool> exists(const std::string& path) = 0;
};

/// What a program without privileges can still write on the disk that `path` lies on.
Result<std::uint64_t> free_bytes(const std::string& path);

/// The real one.
std::unique_ptr<Disk> make_posix_disk();

/// Reads a whole small file; `size_max` bounds it (Errc::invalid above).
Result<std::string> read_file(Disk& disk, const std::string& path, std::uint64_t size_max);
/// Replaces `path` atomically and durably (temporary file, fsync, rename, fsync of the directory).
Result<> write_file(Disk& disk, const std::string& path, std::string_view content);
/// The same for a key: readable by its owner alone, never otherwise.
Result<> write_secret_file(Disk& disk, const std::string& path, std::string_view content);

}  // namespace freshet::io
