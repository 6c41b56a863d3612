#include "jobs/transitions.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "base/uuid.h"
#include "jobs/limits.h"

namespace freshet::jobs {
namespace {

std::string new_run_id() { return "jr_" + to_hex(sha256(new_uuid() + new_uuid())); }

/// "jr_X" and "jr_X_attempt_1" become "jr_X_attempt_1" and "jr_X_attempt_2".
std::string id_of_retry(const Run& run) {
    const std::string first = run.run_id.substr(0, run.run_id.find("_attempt_"));
    return fmt::format("{}_attempt_{}", first, run.attempt + 1);
}

std::string concurrent_runs_text(const Job& job) {
    return fmt::format("Concurrent runs exceeded for {}", job.key.name);
}

Run make_run(const Job& job, RunRequest request, Timestamp now) {
    Run run;
    run.job = job.key;
    run.run_id = new_run_id();
    run.trigger = std::move(request.trigger);
    run.arguments = std::move(request.arguments);
    run.timeout_min = request.timeout_min;
    run.notify_after_min =
        request.notify_after_min ? request.notify_after_min : job.settings.notify_after_min;
    run.capacity = std::move(request.capacity);
    run.queues = request.queues.value_or(job.settings.queues_runs);
    run.started = run.changed = now;
    run.predecessors = std::move(request.predecessors);
    return run;
}

/// The changes of one event as they gather: what follows from an event sees what came before.
class Transition {
  public:
    Transition(const Known& known, Timestamp now) : known_(known), now_(now) {}

    void end(const Run& run, const Ending& ending, const std::optional<Bookmark>& bookmark);
    void fire(const Trigger& trigger);
    void meet(const Trigger& trigger, std::size_t condition, const std::string& by, RunState state,
              bool may_meet);
    void see(const Trigger& trigger, const std::string& crawler, const Crawl& crawl);
    Result<Run> admit(const Job& job, RunRequest request) const;
    Changes take() { return std::move(changes_); }

  private:
    const Trigger& present(const TriggerKey& key) const;
    Trigger& changed(const TriggerKey& key);
    int runs_of(const JobKey& job) const;
    void start_job(const Trigger& trigger, const Action& action);
    void promote(const JobKey& job);
    void retry(const Job& job, const Run& run);

    const Known& known_;
    Timestamp now_;
    Changes changes_;
};

const Trigger& Transition::present(const TriggerKey& key) const {
    const auto found = std::ranges::find(changes_.triggers, key, &Trigger::key);
    return found == changes_.triggers.end() ? known_.triggers.at(key) : *found;
}

Trigger& Transition::changed(const TriggerKey& key) {
    const auto found = std::ranges::find(changes_.triggers, key, &Trigger::key);
    if (found != changes_.triggers.end()) return *found;
    return changes_.triggers.emplace_back(known_.triggers.at(key));
}

/// At work or about to be: those that wait do not count.
int Transition::runs_of(const JobKey& job) const {
    const auto counts = [&](const Run& run) {
        return run.job == job && run.state != RunState::waiting && !has_ended(run.state);
    };
    int count = 0;
    for (const auto& [id, run] : known_.live) {
        const bool is_changed =
            std::ranges::find(changes_.runs, id, &Run::id) != changes_.runs.end();
        if (!is_changed && counts(run)) ++count;
    }
    return count + static_cast<int>(std::ranges::count_if(changes_.runs, counts));
}

Result<Run> Transition::admit(const Job& job, RunRequest request) const {
    Run run = make_run(job, std::move(request), now_);
    if (known_.live.size() + changes_.runs.size() >= limits::live_runs_max)
        return fail(Errc::too_many,
                    fmt::format("Resource limit exceeded: {} job runs at once, those that wait "
                                "included",
                                limits::live_runs_max));
    if (runs_of(job.key) < job.settings.runs_max) return run;
    if (!run.queues) return fail(Errc::too_many_runs, concurrent_runs_text(job));
    run.state = RunState::waiting;
    return run;
}

void Transition::start_job(const Trigger& trigger, const Action& action) {
    const auto job = known_.jobs.find({trigger.key.home, action.job});
    if (job == known_.jobs.end()) return;  // deleted since; the trigger goes on with what is there
    RunRequest request;
    request.arguments = action.arguments;
    request.timeout_min = action.timeout_min;
    request.notify_after_min = action.notify_after_min;
    request.trigger = trigger.key.name;
    for (const Condition& condition : trigger.conditions) {
        if (!condition.met_by.empty() && !condition.job.empty())
            request.predecessors.push_back({condition.job, condition.met_by});
    }
    auto admitted = admit(job->second, request);
    if (admitted) {
        changes_.runs.push_back(std::move(*admitted));
        return;
    }
    // Nobody gets the refusal: it is a run that failed, and fires nothing.
    Run refused = make_run(job->second, std::move(request), now_);
    refused.state = RunState::failed;
    refused.error = admitted.error().message();
    refused.ended = now_;
    changes_.runs.push_back(std::move(refused));
}

void Transition::fire(const Trigger& trigger) {
    for (const Action& action : trigger.actions) {
        if (action.job.empty())
            changes_.crawls.push_back({trigger.key, action.crawler});
        else
            start_job(trigger, action);
    }
}

void Transition::meet(const Trigger& trigger, std::size_t condition, const std::string& by,
                      RunState state, bool may_meet) {
    if (present(trigger.key).state != TriggerState::activated) return;
    Trigger& changed_trigger = changed(trigger.key);
    Condition& watched = changed_trigger.conditions.at(condition);
    // What was met is no longer so when the job ended otherwise since.
    watched.met_by = may_meet && watched.state == state ? by : "";
    const auto is_met = [](const Condition& one) { return !one.met_by.empty(); };
    const bool fires = changed_trigger.fires_at_any
                           ? std::ranges::any_of(changed_trigger.conditions, is_met)
                           : std::ranges::all_of(changed_trigger.conditions, is_met);
    if (!fires) return;
    fire(Trigger(changed_trigger));
    for (Condition& one : changed_trigger.conditions) one.met_by.clear();
}

void Transition::see(const Trigger& trigger, const std::string& crawler, const Crawl& crawl) {
    for (std::size_t i = 0; i < trigger.conditions.size(); ++i) {
        if (trigger.conditions[i].crawler != crawler) continue;
        meet(trigger, i, crawl.id, crawl.state, true);
        changed(trigger.key).conditions.at(i).seen = crawl.id;
    }
}

void Transition::promote(const JobKey& key) {
    const auto job = known_.jobs.find(key);
    if (job == known_.jobs.end()) return;
    for (const auto& [id, run] : known_.live) {
        if (run.job != key || run.state != RunState::waiting) continue;
        if (std::ranges::find(changes_.runs, id, &Run::id) != changes_.runs.end()) continue;
        if (runs_of(key) >= job->second.settings.runs_max) return;
        Run& promoted = changes_.runs.emplace_back(run);
        promoted.state = RunState::starting;
        promoted.changed = now_;
    }
}

void Transition::retry(const Job& job, const Run& run) {
    Run next = run;
    next.id = 0;
    next.run_id = id_of_retry(run);
    next.previous_id = run.run_id;
    next.attempt = run.attempt + 1;
    next.state = RunState::starting;
    next.started = next.changed = now_;
    next.running_since = next.ended = std::nullopt;
    next.error.clear();
    next.progress.clear();
    FRESHET_CHECK(next.attempt <= job.settings.retries_max);  // a run is tried so often, no more
    changes_.runs.push_back(std::move(next));
}

void Transition::end(const Run& run, const Ending& ending,
                     const std::optional<Bookmark>& bookmark) {
    FRESHET_CHECK(has_ended(ending.state));
    FRESHET_CHECK(!has_ended(run.state));  // a run ends once
    Run ended = run;
    ended.state = ending.state;
    ended.error = ending.error.substr(0, limits::error_bytes_max);
    ended.changed = now_;
    ended.ended = now_;
    changes_.runs.push_back(ended);
    const auto job = known_.jobs.find(run.job);
    if (job == known_.jobs.end()) return;
    const Settings& settings = job->second.settings;
    if (ended.state == RunState::succeeded &&
        bookmark_option(arguments_of(settings, run)) == "enable") {
        Bookmark next{run.run_id, "", run.attempt, std::nullopt,
                      run.running_since.value_or(run.started)};
        if (bookmark) next.previous_id = bookmark->run_id;
        if (bookmark) next.from = bookmark->to;
        changes_.bookmarks.emplace_back(run.job, std::move(next));
    }
    // As in Glue: what reached its time limit is not tried once more.
    if (ended.state == RunState::failed && run.attempt < settings.retries_max) {
        retry(job->second, ended);
        return;  // the triggers wait for the last attempt, whose place is this one's
    }
    promote(run.job);
    for (const auto& [key, trigger] : known_.triggers) {
        if (key.home != run.job.home) continue;
        for (std::size_t i = 0; i < trigger.conditions.size(); ++i) {
            // As in Glue: only runs that a trigger started fire another one.
            if (trigger.conditions[i].job == run.job.name)
                meet(trigger, i, run.run_id, ended.state, !run.trigger.empty());
        }
    }
}

}  // namespace

Result<Run> admit(const Known& known, const Job& job, RunRequest request, Timestamp now) {
    return Transition(known, now).admit(job, std::move(request));
}

Changes end_run(const Known& known, const Run& run, const Ending& ending,
                const std::optional<Bookmark>& bookmark, Timestamp now) {
    Transition transition(known, now);
    transition.end(run, ending, bookmark);
    return transition.take();
}

Changes fire(const Known& known, const Trigger& trigger, Timestamp now) {
    Transition transition(known, now);
    transition.fire(trigger);
    return transition.take();
}

Changes end_crawl(const Known& known, const Trigger& trigger, const std::string& crawler,
                  const Crawl& crawl, Timestamp now) {
    FRESHET_CHECK(has_ended(crawl.state));
    Transition transition(known, now);
    transition.see(trigger, crawler, crawl);
    return transition.take();
}

std::optional<std::pair<Run, Ending>> find_cut_short(const Known& known) {
    for (const auto& [id, run] : known.live) {
        if (run.state == RunState::stopping) return std::pair(run, Ending{RunState::stopped, ""});
        if (run.state != RunState::running) continue;
        std::string error = "Freshet ended while this run was at work";
        if (!run.progress.empty()) error += ": " + run.progress;
        return std::pair(run, Ending{RunState::failed, std::move(error)});
    }
    return std::nullopt;
}

Arguments arguments_of(const Settings& settings, const Run& run) {
    Arguments all = settings.fixed;
    all.insert(run.arguments.begin(), run.arguments.end());
    all.insert(settings.defaults.begin(), settings.defaults.end());
    return all;
}

std::string bookmark_option(const Arguments& arguments) {
    const auto found = arguments.find("--job-bookmark-option");
    if (found == arguments.end()) return "disable";
    const std::string prefix = "job-bookmark-";
    return found->second.starts_with(prefix) ? found->second.substr(prefix.size()) : "disable";
}

int timeout_min_of(const Settings& settings, const Run& run) {
    if (run.timeout_min) return *run.timeout_min;
    return settings.timeout_min.value_or(limits::timeout_min_default);
}

}  // namespace freshet::jobs
