// What a power cut would take away: for each file, how to undo its changes since its last sync; for
// names, those since the last sync of their directory. Guarded by the caller's mutex.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/disk.h"

namespace freshet::io {

class Unsynced {
  public:
    Unsynced(Disk& disk, std::string keep) : disk_(disk), keep_(std::move(keep)) {}
    Result<> begin();

    // Before the change itself.
    Result<> before_write(File& file, const std::string& path, std::uint64_t offset,
                          std::uint64_t bytes);
    Result<> before_truncate(File& file, const std::string& path, std::uint64_t size);
    Result<> before_remove(const std::string& path);
    Result<> before_rename(const std::string& from, const std::string& to);
    void created(const std::string& path);

    void synced(const std::string& path);
    void sync_failed(const std::string& path);
    void synced_directory(const std::string& path);

    /// Makes the files what they would be after a cut; `seed` tears the last write that is undone.
    void lose(std::uint64_t seed);

  private:
    struct Undo {
        std::uint64_t offset = 0;
        std::string bytes;          ///< that were there
        std::uint64_t written = 0;  ///< how many the change wrote
        std::uint64_t size = 0;
        bool is_lost = false;  ///< a sync of it failed: no later one covers it
    };
    struct Name {
        enum class What { created, removed, renamed } what;
        std::string path;   ///< as it is now, or was
        std::string from;   ///< of renamed
        std::string saved;  ///< what lay at `path`, kept; "" when nothing did
    };
    Result<> note(File& file, const std::string& path, std::uint64_t offset, std::uint64_t bytes);
    Result<std::string> save(const std::string& path);
    void undo(const std::string& path, const std::vector<Undo>& changes, std::uint64_t seed);

    Disk& disk_;
    std::string keep_;
    std::uint64_t saved_ = 0;
    std::map<std::string, std::vector<Undo>> files_;
    std::vector<Name> names_;
};

}  // namespace freshet::io
