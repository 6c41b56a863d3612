// The runs of a data directory. Each start enters one, with a number and a random id, into meta.db
// and beside the files of each other part (RUNS), so that a later start can see that a part was
// put back from an older copy, or from another directory, before anything is written or removed.
// docs/formats/data-directory.md describes the files.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "io/disk.h"
#include "meta/database.h"
#include "meta/inspection.h"

namespace freshet::app {

struct Run {
    std::int64_t number = 0;
    std::string id;
    bool operator==(const Run&) const = default;
};
/// Oldest first; the last run_count_max of them.
using Runs = std::vector<Run>;

/// What a part is when compared with another.
enum class Age {
    same,
    newer,    ///< it was used after the last run of the other one
    older,    ///< the other one was used after its last run
    missing,  ///< it has no runs, and the other one does
    foreign   ///< of another directory, or both were used separately
};
Age compare(const Runs& part, const Runs& other);

/// Empty when there is no such file.
Result<Runs> load_runs(io::Disk& disk, const std::string& part);
Result<> save_runs(io::Disk& disk, const std::string& part, const Runs& runs);

/// data_runs, in meta.db.
std::vector<meta::Migration> run_migrations();
Result<Runs> load_runs(const meta::Database& database);
/// Empty when its tables are from before there were runs.
Result<Runs> load_runs(const meta::Inspection& inspection);
Result<> add_run(meta::Database& database, const Run& run, int format);

}  // namespace freshet::app
