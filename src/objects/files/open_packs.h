// Packs that readers opened lately, kept open for the next reader: a GET of a small object then
// neither opens a file nor waits for a thread that may. Any thread.
#pragma once
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "io/disk.h"

namespace freshet::objects {

/// At most limits::open_packs_max; the one that was asked for least lately goes first. Who holds a
/// file may read it on: forgetting it closes it when its last reader is done.
class OpenPacks {
  public:
    /// Nothing when it is not open.
    std::shared_ptr<io::File> find(std::int64_t file);
    /// Who opens a pack notes removals() before, and keep() takes nothing that was opened across
    /// one: a pack that was removed would stay open, and its space would not come back.
    std::uint64_t removals() const;
    void keep(std::int64_t file, std::shared_ptr<io::File> opened, std::uint64_t removals_before);
    /// A pack that is removed: its space comes back.
    void forget(std::int64_t file);

  private:
    using Entry = std::pair<std::int64_t, std::shared_ptr<io::File>>;
    mutable std::mutex mutex_;
    std::uint64_t removals_ = 0;
    std::list<Entry> entries_;  ///< the last one asked for first
};

}  // namespace freshet::objects
