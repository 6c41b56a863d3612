// The files of one application's snapshots: the SQL's state in pieces with checksums
// (docs/formats/analytics.md). A file is written under another name, synced, and renamed; the
// database names the one that counts. All calls block: a pool thread.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "io/disk.h"

namespace freshet::analytics {

class SnapshotFiles {
  public:
    SnapshotFiles(io::Disk& disk, std::string directory)
        : disk_(disk), directory_(std::move(directory)) {}

    /// Takes bytes of the state; false: they were refused, and no more are wanted.
    using Sink = std::function<bool(std::string_view piece)>;
    /// A new file of what `fill` gives, durable when it returns; its name. `fill` gives false to
    /// give up: Errc::cancelled, and nothing is left.
    Result<std::string> write(const std::function<bool(const Sink&)>& fill);
    /// The state. Errc::corrupt for a file that is damaged, cut or missing.
    Result<std::string> read(const std::string& name) const;
    /// Removes `name` and what is older.
    void remove_up_to(const std::string& name);
    void remove_all();

  private:
    std::string path_of(const std::string& name) const { return directory_ + "/" + name; }
    Result<> fill_file(const std::string& path, const std::function<bool(const Sink&)>& fill);

    io::Disk& disk_;
    std::string directory_;
};

}  // namespace freshet::analytics
