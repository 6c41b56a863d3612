// Gives the space of small objects back that were deleted: a pack of which more than
// limits::garbage_percent_max nobody holds is copied, entry by entry, to the pack that is being
// written, and dies. The pack that is being written is sealed when it needs that itself: a new one
// takes the copy. An entry is synced in its new place before one commit names it there; readers of
// the old place continue, since the file stays for limits::unlink_grace. The object engine's home.
#pragma once
#include <set>

#include "io/core.h"
#include "meta/database.h"
#include "objects/extent_store.h"
#include "objects/files/blobs.h"

namespace freshet::objects {

class Compaction {
  public:
    Compaction(io::Core& home, meta::Database& database, Blobs& blobs, io::Pool& pool,
               io::StopFlag& stop)
        : home_(home), database_(database), blobs_(blobs), pool_(pool), stop_(stop) {}
    /// Compacts the next packs that need it, with a pause after each batch.
    io::Task<void> run();

  private:
    io::Task<Result<>> learn();
    io::Task<Result<>> seal_current();
    io::Task<Result<std::vector<std::int64_t>>> candidates();
    bool needs_it(const store::Garbage& pack);
    io::Task<Result<>> compact(std::int64_t file);
    io::Task<Result<>> move(std::vector<Extent> batch);

    io::Core& home_;
    meta::Database& database_;
    Blobs& blobs_;
    io::Pool& pool_;
    io::StopFlag& stop_;
    bool has_learned_ = false;
    std::int64_t looked_at_ = 0;      ///< packs up to this one, in this round
    std::set<std::int64_t> damaged_;  ///< reported once, and left alone
};

}  // namespace freshet::objects
