#include "jobs/store.h"

#include "jobs/limits.h"
#include "meta/pairs.h"

namespace freshet::jobs::store {
namespace {

const auto all_jobs = meta::table<Job>("jobs_jobs", [](auto& column, auto& job) {
    auto& settings = job.settings;
    column.id("id", job.id);
    column.key(job.key);
    column("description", settings.description);
    column("role", settings.role);
    column("log_uri", settings.log_uri);
    column("mode", settings.mode);
    column("glue_version", settings.glue_version);
    column("execution_class", settings.execution_class);
    column("maintenance_window", settings.maintenance_window);
    column("command", settings.command);
    column("script", settings.script);
    column("python_version", settings.python_version);
    column("runtime", settings.runtime);
    column("retries_max", settings.retries_max);
    column("runs_max", settings.runs_max);
    column("timeout_min", settings.timeout_min);
    column("notify_after_min", settings.notify_after_min);
    column("units", settings.capacity.units);
    column("worker_type", settings.capacity.worker_type);
    column("workers", settings.capacity.workers);
    column("queues_runs", settings.queues_runs);
    column("created_ms", job.created);
    column("changed_ms", job.changed);
    column("bookmark_version", job.bookmark_version);
});
const meta::Pairs job_defaults("jobs_defaults", "job");
const meta::Pairs job_fixed("jobs_fixed", "job");
const meta::Pairs job_tags("jobs_tags", "job");

const auto all_runs = meta::table<Run>("jobs_runs", [](auto& column, auto& run) {
    column.id("id", run.id);
    column.fixed("account", run.job.home.account);
    column.fixed("region", run.job.home.region);
    column.fixed("job", run.job.name);
    column.fixed("run_id", run.run_id);
    column.fixed("previous_id", run.previous_id);
    column.fixed("trigger_name", run.trigger);
    column.fixed("attempt", run.attempt);
    column("state", run.state);
    column("timeout_min", run.timeout_min);
    column("notify_after_min", run.notify_after_min);
    column("units", run.capacity.units);
    column("worker_type", run.capacity.worker_type);
    column("workers", run.capacity.workers);
    column("queues", run.queues);
    column("started_ms", run.started);
    column("changed_ms", run.changed);
    column("running_since_ms", run.running_since);
    column("ended_ms", run.ended);
    column("error", run.error);
    column("progress", run.progress);
});
const meta::Pairs run_arguments("jobs_run_arguments", "run");
const auto predecessors =
    meta::table<Predecessor>("jobs_predecessors", [](auto& column, auto& one) {
        column.owner("run");
        column.position("position");
        column("job", one.job);
        column("run_id", one.run_id);
    });

struct KeptBookmark {
    JobKey job;
    Bookmark bookmark;
};
const auto all_bookmarks =
    meta::table<KeptBookmark>("jobs_bookmarks", [](auto& column, auto& kept) {
        column.number("id");
        column.key("account", kept.job.home.account);
        column.key("region", kept.job.home.region);
        column.key("job", kept.job.name);
        column.key("run_id", kept.bookmark.run_id);
        column("previous_id", kept.bookmark.previous_id);
        column("attempt", kept.bookmark.attempt);
        column("from_ms", kept.bookmark.from);
        column("to_ms", kept.bookmark.to);
    });

const auto all_triggers = meta::table<Trigger>("jobs_triggers", [](auto& column, auto& trigger) {
    column.id("id", trigger.id);
    column.key(trigger.key);
    column("type", trigger.type);
    column("state", trigger.state);
    column("description", trigger.description);
    column("schedule", trigger.schedule);
    column("due_ms", trigger.due);
    column("fires_at_any", trigger.fires_at_any);
    column("created_ms", trigger.created);
});
const auto actions = meta::table<Action>("jobs_actions", [](auto& column, auto& action) {
    column.owner("trigger_id");
    column.position("position");
    column("job", action.job);
    column("crawler", action.crawler);
    column("timeout_min", action.timeout_min);
    column("notify_after_min", action.notify_after_min);
});
struct ActionArgument {
    std::size_t action = 0;  ///< its position
    std::string name, value;
};
const auto action_arguments =
    meta::table<ActionArgument>("jobs_action_arguments", [](auto& column, auto& one) {
        column.owner("trigger_id");
        column.key("action", one.action);
        column.key("name", one.name);
        column("value", one.value);
    });
const auto conditions = meta::table<Condition>("jobs_conditions", [](auto& column, auto& one) {
    column.owner("trigger_id");
    column.position("position");
    column("job", one.job);
    column("crawler", one.crawler);
    column("state", one.state);
    column("met_by", one.met_by);
    column("seen", one.seen);
});
const meta::Pairs trigger_tags("jobs_trigger_tags", "trigger_id");

std::vector<ActionArgument> arguments_of(const Trigger& trigger) {
    std::vector<ActionArgument> all;
    for (std::size_t i = 0; i < trigger.actions.size(); ++i)
        for (const auto& [name, value] : trigger.actions[i].arguments)
            all.push_back({i, name, value});
    return all;
}

Result<> load_parts(const meta::Connection& connection, Job& job) {
    FRESHET_TRY(defaults, job_defaults.load(connection, job.id));
    FRESHET_TRY(fixed, job_fixed.load(connection, job.id));
    FRESHET_TRY(tags, job_tags.load(connection, job.id));
    job.settings.defaults = std::move(*defaults);
    job.settings.fixed = std::move(*fixed);
    job.tags = std::move(*tags);
    return {};
}

Result<> load_parts(const meta::Connection& connection, Run& run) {
    FRESHET_TRY(arguments, run_arguments.load(connection, run.id));
    FRESHET_TRY(before, predecessors.load(connection, meta::values(run.id)));
    run.arguments = std::move(*arguments);
    run.predecessors = std::move(*before);
    return {};
}

Result<> load_parts(const meta::Connection& connection, Trigger& trigger) {
    const auto owner = meta::values(trigger.id);
    FRESHET_TRY(own_actions, actions.load(connection, owner));
    FRESHET_TRY(own_arguments, action_arguments.load(connection, owner));
    FRESHET_TRY(own_conditions, conditions.load(connection, owner));
    FRESHET_TRY(tags, trigger_tags.load(connection, trigger.id));
    trigger.actions = std::move(*own_actions);
    for (ActionArgument& one : *own_arguments)
        trigger.actions.at(one.action).arguments[one.name] = std::move(one.value);
    trigger.conditions = std::move(*own_conditions);
    trigger.tags = std::move(*tags);
    return {};
}

template <class T>
Result<std::vector<T>> with_parts(const meta::Connection& connection, Result<std::vector<T>> all) {
    if (!all) return pass(all);
    for (T& one : *all) {
        if (auto read = load_parts(connection, one); !read) return pass(read);
    }
    return all;
}

}  // namespace

std::vector<meta::Shape> shapes() {
    return meta::shapes_of(all_jobs, job_defaults, job_fixed, job_tags, all_runs, run_arguments,
                           predecessors, all_bookmarks, all_triggers, actions, action_arguments,
                           conditions, trigger_tags);
}

std::vector<meta::Migration> migrations() {
    return {
        {"jobs", 1,
         "CREATE TABLE jobs_jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, "
         "region TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL, role TEXT NOT NULL, "
         "log_uri TEXT NOT NULL, mode TEXT NOT NULL, glue_version TEXT NOT NULL, execution_class "
         "TEXT NOT NULL, maintenance_window TEXT NOT NULL, command TEXT NOT NULL, script TEXT NOT "
         "NULL, python_version TEXT NOT NULL, runtime TEXT NOT NULL, retries_max INTEGER NOT NULL, "
         "runs_max INTEGER NOT NULL, timeout_min INTEGER, notify_after_min INTEGER, units REAL, "
         "worker_type TEXT NOT NULL, workers INTEGER, queues_runs INTEGER NOT NULL, created_ms "
         "INTEGER NOT NULL, changed_ms INTEGER NOT NULL, bookmark_version INTEGER NOT NULL, "
         "UNIQUE (account, region, name));"
         "CREATE TABLE jobs_defaults (job INTEGER NOT NULL REFERENCES jobs_jobs ON DELETE CASCADE, "
         "name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (job, name)) WITHOUT ROWID;"
         "CREATE TABLE jobs_fixed (job INTEGER NOT NULL REFERENCES jobs_jobs ON DELETE CASCADE, "
         "name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (job, name)) WITHOUT ROWID;"
         "CREATE TABLE jobs_tags (job INTEGER NOT NULL REFERENCES jobs_jobs ON DELETE CASCADE, "
         "name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (job, name)) WITHOUT ROWID;"
         "CREATE TABLE jobs_runs (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, "
         "region TEXT NOT NULL, job TEXT NOT NULL, run_id TEXT NOT NULL, previous_id TEXT NOT "
         "NULL, trigger_name TEXT NOT NULL, attempt INTEGER NOT NULL, state INTEGER NOT NULL, "
         "timeout_min INTEGER, notify_after_min INTEGER, units REAL, worker_type TEXT NOT NULL, "
         "workers INTEGER, queues INTEGER NOT NULL, started_ms INTEGER NOT NULL, changed_ms "
         "INTEGER NOT NULL, running_since_ms INTEGER, ended_ms INTEGER, error TEXT NOT NULL, "
         "progress TEXT NOT NULL);"
         "CREATE INDEX jobs_runs_by_job ON jobs_runs (account, region, job, id);"
         "CREATE INDEX jobs_runs_by_state ON jobs_runs (state);"
         "CREATE TABLE jobs_run_arguments (run INTEGER NOT NULL REFERENCES jobs_runs ON DELETE "
         "CASCADE, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, name)) WITHOUT ROWID;"
         "CREATE TABLE jobs_predecessors (run INTEGER NOT NULL REFERENCES jobs_runs ON DELETE "
         "CASCADE, position INTEGER NOT NULL, job TEXT NOT NULL, run_id TEXT NOT NULL, PRIMARY KEY "
         "(run, position)) WITHOUT ROWID;"
         "CREATE TABLE jobs_bookmarks (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT "
         "NULL, region TEXT NOT NULL, job TEXT NOT NULL, run_id TEXT NOT NULL, previous_id TEXT "
         "NOT NULL, attempt INTEGER NOT NULL, from_ms INTEGER, to_ms INTEGER NOT NULL, UNIQUE "
         "(account, region, job, run_id));"
         "CREATE TABLE jobs_triggers (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, "
         "region TEXT NOT NULL, name TEXT NOT NULL, type INTEGER NOT NULL, state INTEGER NOT NULL, "
         "description TEXT NOT NULL, schedule TEXT NOT NULL, due_ms INTEGER, fires_at_any INTEGER "
         "NOT NULL, created_ms INTEGER NOT NULL, UNIQUE (account, region, name));"
         "CREATE TABLE jobs_actions (trigger_id INTEGER NOT NULL REFERENCES jobs_triggers ON "
         "DELETE CASCADE, position INTEGER NOT NULL, job TEXT NOT NULL, crawler TEXT NOT NULL, "
         "timeout_min INTEGER, notify_after_min INTEGER, PRIMARY KEY (trigger_id, position)) "
         "WITHOUT ROWID;"
         "CREATE TABLE jobs_action_arguments (trigger_id INTEGER NOT NULL REFERENCES jobs_triggers "
         "ON DELETE CASCADE, action INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, "
         "PRIMARY KEY (trigger_id, action, name)) WITHOUT ROWID;"
         "CREATE TABLE jobs_conditions (trigger_id INTEGER NOT NULL REFERENCES jobs_triggers ON "
         "DELETE CASCADE, position INTEGER NOT NULL, job TEXT NOT NULL, crawler TEXT NOT NULL, "
         "state INTEGER NOT NULL, met_by TEXT NOT NULL, seen TEXT NOT NULL, PRIMARY KEY "
         "(trigger_id, position)) WITHOUT ROWID;"
         "CREATE TABLE jobs_trigger_tags (trigger_id INTEGER NOT NULL REFERENCES jobs_triggers ON "
         "DELETE CASCADE, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (trigger_id, name)) "
         "WITHOUT ROWID"}};
}

Result<std::vector<Job>> jobs(const meta::Connection& connection) {
    return with_parts(connection, all_jobs.load(connection));
}

Result<> put(meta::Txn& txn, Job& job) {
    auto written = job.id == 0 ? all_jobs.insert(txn, job) : all_jobs.update(txn, job);
    if (written) written = job_defaults.replace(txn, job.id, job.settings.defaults);
    if (written) written = job_fixed.replace(txn, job.id, job.settings.fixed);
    if (written) written = job_tags.replace(txn, job.id, job.tags);
    return written;
}

Result<> remove_job(meta::Txn& txn, const Job& job) {
    auto removed = all_jobs.remove(txn, meta::values(job.id));
    for (const char* of_job :
         {"DELETE FROM jobs_runs WHERE account = ?1 AND region = ?2 AND job = ?3",
          "DELETE FROM jobs_bookmarks WHERE account = ?1 AND region = ?2 AND job = ?3"}) {
        if (removed) removed = txn.run(of_job, meta::values(job.key));
    }
    return removed;
}

Result<std::vector<Run>> live_runs(const meta::Connection& connection) {
    return with_parts(connection,
                      all_runs.where(connection, "WHERE state IN (?1, ?2, ?3, ?4) ORDER BY id",
                                     meta::values(RunState::waiting, RunState::starting,
                                                  RunState::running, RunState::stopping)));
}

Result<> put(meta::Txn& txn, Run& run) {
    const bool is_new = run.id == 0;
    auto written = is_new ? all_runs.insert(txn, run) : all_runs.update(txn, run);
    if (!is_new || !written) return written;
    written = run_arguments.replace(txn, run.id, run.arguments);
    if (written) written = predecessors.replace(txn, meta::values(run.id), run.predecessors);
    if (!written) return written;
    return txn.run(
        "DELETE FROM jobs_runs WHERE account = ?1 AND region = ?2 AND job = ?3 AND state >= ?4 AND "
        "id <= (SELECT id FROM jobs_runs WHERE account = ?1 AND region = ?2 AND job = ?3 ORDER BY "
        "id DESC LIMIT 1 OFFSET ?5)",
        meta::values(run.job, RunState::stopped, limits::runs_kept));
}

Result<std::optional<Run>> find_run(const meta::Connection& connection, const JobKey& job,
                                    const std::string& run_id) {
    FRESHET_TRY(found,
                all_runs.first_where(
                    connection, "WHERE account = ?1 AND region = ?2 AND job = ?3 AND run_id = ?4",
                    meta::values(job, run_id)));
    if (*found) {
        if (auto read = load_parts(connection, **found); !read) return pass(read);
    }
    return found;
}

Result<std::vector<Run>> runs(const meta::Connection& connection, const JobKey& job,
                              std::int64_t before, std::size_t count_max) {
    return with_parts(connection,
                      all_runs.where(connection,
                                     "WHERE account = ?1 AND region = ?2 AND job = ?3 AND (?4 = 0 "
                                     "OR id < ?4) ORDER BY id DESC LIMIT ?5",
                                     meta::values(job, before, count_max)));
}

Result<std::vector<Bookmark>> bookmarks(const meta::Connection& connection, const JobKey& job) {
    FRESHET_TRY(kept, all_bookmarks.where(
                          connection, "WHERE account = ?1 AND region = ?2 AND job = ?3 ORDER BY id",
                          meta::values(job)));
    std::vector<Bookmark> all;
    for (KeptBookmark& one : *kept) all.push_back(std::move(one.bookmark));
    return all;
}

Result<> add(meta::Txn& txn, const JobKey& job, const Bookmark& bookmark) {
    const KeptBookmark kept{job, bookmark};
    return all_bookmarks.insert(txn, kept);
}

Result<> replace_bookmarks(meta::Txn& txn, const JobKey& job, const std::vector<Bookmark>& kept) {
    auto done =
        txn.run("DELETE FROM jobs_bookmarks WHERE account = ?1 AND region = ?2 AND job = ?3",
                meta::values(job));
    for (const Bookmark& bookmark : kept) {
        if (done) done = add(txn, job, bookmark);
    }
    return done;
}

Result<std::vector<Trigger>> triggers(const meta::Connection& connection) {
    return with_parts(connection, all_triggers.load(connection));
}

Result<> put(meta::Txn& txn, Trigger& trigger) {
    auto written =
        trigger.id == 0 ? all_triggers.insert(txn, trigger) : all_triggers.update(txn, trigger);
    const auto owner = meta::values(trigger.id);
    if (written) written = actions.replace(txn, owner, trigger.actions);
    if (written) written = action_arguments.replace(txn, owner, arguments_of(trigger));
    if (written) written = conditions.replace(txn, owner, trigger.conditions);
    if (written) written = trigger_tags.replace(txn, trigger.id, trigger.tags);
    return written;
}

Result<> remove_trigger(meta::Txn& txn, std::int64_t id) {
    return all_triggers.remove(txn, meta::values(id));
}

}  // namespace freshet::jobs::store
