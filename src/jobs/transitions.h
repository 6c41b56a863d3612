// What becomes of runs and triggers: each function takes the present state and an event, and
// answers the changes, which belong together. Pure, but for the random ids of new runs.
#pragma once
#include "base/error.h"
#include "jobs/errors.h"
#include "jobs/known.h"

namespace freshet::jobs {

/// What is asked of a new run.
struct RunRequest {
    Arguments arguments;
    std::optional<int> timeout_min, notify_after_min;
    Capacity capacity;
    std::optional<bool> queues;
    std::string trigger;
    std::vector<Predecessor> predecessors;
};

/// How the work of a run ended.
struct Ending {
    RunState state = RunState::succeeded;
    std::string error;
};

/// A run of `job`: starting or, when the job has as many as it may have and the run queues,
/// waiting. Errc::too_many_runs, too_many.
Result<Run> admit(const Known& known, const Job& job, RunRequest request, Timestamp now);

/// The run ends; a failed one is tried once more where its job says so; one that waits takes its
/// place; and the triggers that watch it fire. `bookmark`: how far the job had read before.
Changes end_run(const Known& known, const Run& run, const Ending& ending,
                const std::optional<Bookmark>& bookmark, Timestamp now);

/// A trigger's actions. A run that its job refuses is there as failed.
Changes fire(const Known& known, const Trigger& trigger, Timestamp now);

/// A crawl of `crawler` has ended, in the account and region of `trigger`, which watches it.
Changes end_crawl(const Known& known, const Trigger& trigger, const std::string& crawler,
                  const Crawl& crawl, Timestamp now);

/// The runs that a server left when it ended: those that were at work have failed, those that were
/// to stop have stopped. The first of them, with all that follows; nothing when there is none.
std::optional<std::pair<Run, Ending>> find_cut_short(const Known& known);

/// Arguments of the script: the job's, the run's in their place, and those that no run replaces.
Arguments arguments_of(const Settings& settings, const Run& run);
/// "enable", "disable" or "pause", of --job-bookmark-option.
std::string bookmark_option(const Arguments& arguments);
/// How many minutes a run may work.
int timeout_min_of(const Settings& settings, const Run& run);

}  // namespace freshet::jobs
