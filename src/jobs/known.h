// What the jobs service holds in memory, and the changes that one transaction makes of it. Plain
// data: transitions.h decides, ledger.h writes.
#pragma once
#include <map>
#include <utility>
#include <vector>

#include "jobs/types.h"

namespace freshet::jobs {

/// All jobs and triggers, and the runs that have not ended.
struct Known {
    std::map<JobKey, Job> jobs;
    std::map<TriggerKey, Trigger> triggers;
    std::map<std::int64_t, Run> live;  ///< by Run::id
};

/// A crawler that a trigger starts.
struct CrawlStart {
    TriggerKey trigger;
    std::string crawler;
};

struct Changes {
    std::vector<Run> runs;          ///< as they are afterwards; a new one has the id 0
    std::vector<Trigger> triggers;  ///< as they are afterwards
    std::vector<std::pair<JobKey, Bookmark>> bookmarks;  ///< added
    std::vector<CrawlStart> crawls;                      ///< started when the changes are durable
};

}  // namespace freshet::jobs
