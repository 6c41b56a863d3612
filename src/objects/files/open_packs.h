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
    void keep(std::int64_t file, std::shared_ptr<io::File> opened);
    /// A pack that is removed: its space comes back.
    void forget(std::int64_t file);

  private:
    using Entry = std::pair<std::int64_t, std::shared_ptr<io::File>>;
    std::mutex mutex_;
    std::list<Entry> entries_;  ///< the last one asked for first
};

}  // namespace freshet::objects
