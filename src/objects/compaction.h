// Gives the space of small objects back that were deleted: a pack of which more than
// limits::garbage_percent_max nobody holds is copied, entry by entry, to the pack that is being
// written, and dies. An entry is synced in its new place before one commit names it there; who
// reads the old place reads on, since the file stays for limits::unlink_grace. The object engine's
// home.
#pragma once
#include <set>

#include "io/core.h"
#include "meta/database.h"
#include "objects/blobs.h"
#include "objects/extent_store.h"

namespace freshet::objects {

class Compaction {
  public:
    Compaction(io::Core& home, meta::Database& database, Blobs& blobs, io::Pool& pool,
               io::StopFlag& stop)
        : home_(home), database_(database), blobs_(blobs), pool_(pool), stop_(stop) {}
    /// Compacts what there is to compact, with a pause after each batch.
    io::Task<void> run();

  private:
    io::Task<Result<>> learn();
    io::Task<Result<std::vector<std::int64_t>>> candidates();
    io::Task<Result<>> compact(std::int64_t file);
    io::Task<Result<>> move(std::vector<Extent> batch);

    io::Core& home_;
    meta::Database& database_;
    Blobs& blobs_;
    io::Pool& pool_;
    io::StopFlag& stop_;
    bool has_learned_ = false;
    std::set<std::int64_t> damaged_;  ///< told once, and left alone
};

}  // namespace freshet::objects
