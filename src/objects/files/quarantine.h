// Files that the index does not name: a start moves them here and removes none; an index that names
// them again brings them back; they are removed when they have lain here for
// limits::quarantine_age. docs/formats/objects.md has the layout. Blocks; the caller's thread.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "io/disk.h"

namespace freshet::objects {

/// A number of files and what they hold.
struct Amount {
    std::size_t files = 0;
    std::uint64_t bytes = 0;
};

/// The number in a file's name; nothing when the name is not of the store.
std::optional<std::int64_t> file_of_name(const std::string& name);

class Quarantine {
  public:
    Quarantine(io::Disk& disk, std::string directory)
        : disk_(disk), directory_(std::move(directory)) {}
    /// Finds what lies here.
    Result<> open();
    bool has(std::int64_t file) const { return files_.contains(file); }
    std::int64_t last_file() const { return files_.empty() ? 0 : files_.rbegin()->first; }

    /// Moves `file` from `path` here. sync() makes it durable.
    Result<> put(std::int64_t file, const std::string& path, Timestamp now);
    /// Moves `file` to `path`, where the index wants it.
    Result<> bring_back(std::int64_t file, const std::string& path);
    Result<> sync();
    /// Removes what was put here before `before`.
    Result<> expire(Timestamp before);

    const Amount& taken() const { return taken_; }
    const Amount& brought_back() const { return brought_back_; }
    const Amount& expired() const { return expired_; }

  private:
    Result<> expire_group(std::int64_t since_ms);
    Result<std::uint64_t> size_of(const std::string& path);
    std::string group_of(std::int64_t since_ms) const;

    io::Disk& disk_;
    std::string directory_;
    std::map<std::int64_t, std::int64_t> files_;  ///< and when each was put here
    Amount taken_, brought_back_, expired_;
    std::map<std::string, bool> touched_;  ///< directories to be synced
};

}  // namespace freshet::objects
