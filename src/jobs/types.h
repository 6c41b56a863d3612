// The words of the jobs service: jobs, their runs, and the triggers that start runs.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/resource.h"
#include "base/time.h"

namespace freshet::jobs {

struct Job;
struct Trigger;
using JobKey = ResourceName<Job>;
using TriggerKey = ResourceName<Trigger>;

using Arguments = std::map<std::string, std::string>;  ///< "--name" to value
using Tags = std::map<std::string, std::string>;

/// How much of a machine a run asks for, in Glue's words. A run without a member has its job's.
struct Capacity {
    std::optional<double> units;  ///< DPU: 16 GiB of memory each
    std::string worker_type;
    std::optional<int> workers;
    bool operator==(const Capacity&) const = default;
};

/// What a user sets of a job.
struct Settings {
    std::string description, role, log_uri, mode, glue_version, execution_class, maintenance_window;
    std::string command;  ///< Glue's: "pythonshell", "glueetl"; of Freshet: "freshetsql"
    std::string script;   ///< "s3://bucket/key"
    std::string python_version, runtime;
    Arguments defaults;  ///< a run's own arguments replace them
    Arguments fixed;     ///< no run's arguments replace them
    int retries_max = 0;
    int runs_max = 1;  ///< at once
    std::optional<int> timeout_min, notify_after_min;
    Capacity capacity;
    bool queues_runs = false;  ///< a run beyond runs_max waits and is not refused
    bool operator==(const Settings&) const = default;
};

struct Job {
    std::int64_t id = 0;
    JobKey key;
    Settings settings;
    Tags tags;
    Timestamp created, changed;
    int bookmark_version = 0;  ///< counts the resets of its bookmark
};

/// The order is stored.
enum class RunState { waiting, starting, running, stopping, stopped, succeeded, failed, timed_out };
constexpr bool has_ended(RunState state) { return state >= RunState::stopped; }

/// A run whose end made a trigger start this one.
struct Predecessor {
    std::string job, run_id;
    bool operator==(const Predecessor&) const = default;
};

struct Run {
    std::int64_t id = 0;
    JobKey job;
    std::string run_id;       ///< "jr_" and 64 hexadecimal digits; of a retry with "_attempt_1"
    std::string previous_id;  ///< of the run that this one tries once more
    std::string trigger;      ///< that started it; "" for a user
    int attempt = 0;          ///< 0 is the first
    RunState state = RunState::starting;
    Arguments arguments;  ///< its own, without those of its job
    std::optional<int> timeout_min, notify_after_min;
    Capacity capacity;
    bool queues = false;
    Timestamp started, changed;
    std::optional<Timestamp> running_since, ended;
    std::string error;
    std::string progress;  ///< what it was doing last, for the error of a run that was cut short
    std::vector<Predecessor> predecessors;
};

/// How far the runs of a job have read: each good run with bookmarks moves it from where the one
/// before ended to its own start.
struct Bookmark {
    std::string run_id, previous_id;
    int attempt = 0;
    std::optional<Timestamp> from;  ///< nothing: from the beginning
    Timestamp to;
};

enum class TriggerType { on_demand, scheduled, conditional };
enum class TriggerState { created, activated, deactivated };

/// What a trigger starts: a run of `job`, or `crawler`.
struct Action {
    std::string job, crawler;
    Arguments arguments;
    std::optional<int> timeout_min, notify_after_min;
    bool operator==(const Action&) const = default;
};

/// A conditional trigger waits for the end of a run of `job`, or of a crawl of `crawler`, in
/// `state`.
struct Condition {
    std::string job, crawler;
    RunState state = RunState::succeeded;  ///< one that has ended
    std::string met_by;  ///< the run or crawl that ended so since the trigger fired last; "" for
                         ///< none
    std::string seen;    ///< the last crawl of the crawler that was looked at
    bool is_same(const Condition& other) const {
        return job == other.job && crawler == other.crawler && state == other.state;
    }
};

struct Trigger {
    std::int64_t id = 0;
    TriggerKey key;
    TriggerType type = TriggerType::on_demand;
    TriggerState state = TriggerState::created;
    std::string description, schedule;
    std::optional<Timestamp> due;  ///< of a scheduled one: its next tick
    bool fires_at_any = false;     ///< of its conditions; otherwise all must be met
    std::vector<Action> actions;
    std::vector<Condition> conditions;
    Tags tags;
    Timestamp created;
};

/// One crawl that has ended, as the crawlers' service reports it.
struct Crawl {
    std::string id;
    RunState state = RunState::succeeded;
};

}  // namespace freshet::jobs
