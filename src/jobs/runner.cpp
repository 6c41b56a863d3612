#include "jobs/runner.h"

#include <fmt/format.h>

#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "io/faults/failpoint.h"
#include "jobs/limits.h"

namespace freshet::jobs {

void Runner::start(std::string endpoint) {
    endpoint_ = std::move(endpoint);
    scope_.spawn(run());
}

io::Task<void> Runner::stop() {
    is_stopping_ = true;
    ledger_.changed().notify();
    const auto all = at_work_;
    for (const auto& [id, halt] : all) halt->request(Halt::Why::shutdown);
    co_await scope_.join();
}

void Runner::halt(std::int64_t run) {
    const auto found = at_work_.find(run);
    if (found != at_work_.end()) found->second->request(Halt::Why::stopped);
}

io::Task<void> Runner::run() {
    while (!is_stopping_) {
        std::vector<std::int64_t> ready;
        for (const auto& [id, run] : ledger_.known().live) {
            if (at_work_.size() + ready.size() >= limits::processes_max) break;
            if (run.state == RunState::starting && !at_work_.contains(id)) ready.push_back(id);
        }
        for (const std::int64_t id : ready) {
            at_work_[id] = std::make_shared<Halt>();
            scope_.spawn(carry_out(id));
        }
        co_await ledger_.changed().wait();
    }
}

io::Task<void> Runner::carry_out(std::int64_t id) {
    const auto halt = at_work_.at(id);
    auto begun = co_await begin(id);
    if (begun && *begun) {
        const Assignment assignment = **begun;
        io::failpoints::reach("jobs.before_work");
        Ending ending = co_await work(assignment, halt);
        io::failpoints::reach("jobs.after_work");
        if (halt->why() == Halt::Why::stopped) ending = {RunState::stopped, ""};
        if (halt->why() == Halt::Why::timed_out)
            ending = {RunState::timed_out, "Job run timed out"};
        while (!is_stopping_) {
            auto finished = co_await finish(id, ending);
            if (finished) break;
            log_warn("jobs", "the end of a run was not stored",
                     {{"run", assignment.run.run_id}, {"reason", finished.error().message()}});
            co_await ledger_.changed().wait_until(ledger_.home().now() + limits::retry_after);
        }
        io::failpoints::reach("jobs.after_end");
    } else if (!begun) {
        log_warn("jobs", "a run did not begin", {{"reason", begun.error().message()}});
        co_await ledger_.changed().wait_until(ledger_.home().now() + limits::retry_after);
    }
    at_work_.erase(id);
    ledger_.changed().notify();
}

io::Task<Result<std::optional<Assignment>>> Runner::begin(std::int64_t id) {
    auto turn = co_await ledger_.turn();
    std::optional<Assignment> assignment;
    const auto found = ledger_.known().live.find(id);
    if (is_stopping_ || found == ledger_.known().live.end() ||
        found->second.state != RunState::starting)
        co_return assignment;
    Run run = found->second;
    const Job job = ledger_.known().jobs.at(run.job);
    auto bookmark = co_await ledger_.bookmark(run.job);
    if (!bookmark) co_return pass(bookmark);
    run.state = RunState::running;
    run.running_since = run.changed = ledger_.home().now();
    Changes changes;
    changes.runs.push_back(run);
    auto written = co_await ledger_.commit(std::move(changes));
    if (!written) co_return pass(written);
    assignment.emplace(Assignment{job, run, arguments_of(job.settings, run), std::nullopt});
    if (*bookmark) assignment->bookmark_from = (*bookmark)->to;
    co_return assignment;
}

io::Task<Ending> Runner::work(Assignment assignment, std::shared_ptr<Halt> halt) {
    const std::string command = assignment.job.settings.command;
    io::Core& home = ledger_.home();
    const Timestamp deadline =
        *assignment.run.running_since +
        std::chrono::minutes(timeout_min_of(assignment.job.settings, assignment.run));
    const auto timer = home.call_at(deadline, [halt] { halt->request(Halt::Why::timed_out); });
    const Workplace place{home, pool_, ports_, directory_, endpoint_};
    Ending ending;
    if (command == "pythonshell") {
        ending = co_await run_python(place, std::move(assignment), halt);
    } else if (command == "freshetsql") {
        const std::int64_t id = assignment.run.id;
        ending = co_await run_sql(place, std::move(assignment), halt,
                                  [this, id](std::string text) { return note(id, text); });
    } else {
        ending = refuse_command(command);
    }
    home.cancel(timer);
    co_return ending;
}

io::Task<Result<>> Runner::note(std::int64_t id, std::string progress) {
    auto turn = co_await ledger_.turn();
    const auto found = ledger_.known().live.find(id);
    if (found == ledger_.known().live.end()) co_return Result<>();  // removed with its job
    Changes changes;
    changes.runs.push_back(found->second);
    changes.runs.back().progress = std::move(progress);
    auto written = co_await ledger_.commit(std::move(changes));
    co_return written;
}

io::Task<Result<>> Runner::finish(std::int64_t id, Ending ending) {
    auto turn = co_await ledger_.turn();
    const auto found = ledger_.known().live.find(id);
    if (found == ledger_.known().live.end()) co_return Result<>();  // removed with its job
    const Run run = found->second;
    FRESHET_CHECK(run.state == RunState::running || run.state == RunState::stopping);
    if (run.state == RunState::stopping && ending.state == RunState::failed)
        ending = {RunState::stopped, ""};
    auto bookmark = co_await ledger_.bookmark(run.job);
    if (!bookmark) co_return pass(bookmark);
    Changes changes = end_run(ledger_.known(), run, ending, *bookmark, ledger_.home().now());
    auto written = co_await ledger_.commit(std::move(changes));
    co_return written;
}

}  // namespace freshet::jobs
