// Runs of a job, and how far they have read.
#include <fmt/format.h>

#include <algorithm>

#include "jobs/jobs.h"
#include "jobs/settings.h"
#include "jobs/store.h"

namespace freshet::jobs {
namespace {

Failure no_run(const std::string& run_id) {
    return fail(Errc::not_found, fmt::format("Job run with id: {} not found.", run_id));
}

Failure no_bookmark(const JobKey& key) {
    return fail(Errc::not_found, fmt::format("Continuation for job {} not found", key.name));
}

}  // namespace

io::Task<Result<std::string>> Jobs::start_run(JobKey key, RunRequest request, std::string retried) {
    auto turn = co_await ledger_.turn();
    auto found = find(key);
    if (!found) co_return fail(Errc::not_found, "Failed to start job run due to missing metadata");
    const Job job = **found;
    auto good =
        check_run(job.settings.command, request.arguments, request.timeout_min, request.capacity);
    if (!good) co_return pass(good);
    if (!retried.empty()) {
        auto before = co_await find_run(key, retried);
        if (!before) co_return pass(before);
        if (request.arguments.empty()) request.arguments = before->arguments;
    }
    auto admitted = admit(ledger_.known(), job, std::move(request), home().now());
    if (!admitted) co_return pass(admitted);
    admitted->previous_id = std::move(retried);
    const std::string run_id = admitted->run_id;
    Changes changes;
    changes.runs.push_back(std::move(*admitted));
    auto written = co_await ledger_.commit(std::move(changes));
    if (!written) co_return pass(written);
    co_return run_id;
}

io::Task<Result<Run>> Jobs::find_run(JobKey key, std::string run_id) {
    if (auto found = find(key); !found) co_return pass(found);
    auto run = co_await ledger_.database().read([&](const meta::Connection& connection) {
        return store::find_run(connection, key, run_id);
    });
    if (!run) co_return fail(Errc::unavailable, run.error().message());
    if (!*run) co_return no_run(run_id);
    co_return std::move(**run);
}

io::Task<Result<std::vector<Run>>> Jobs::runs(JobKey key, std::int64_t before,
                                              std::size_t count_max) {
    if (auto found = find(key); !found) co_return pass(found);
    auto all = co_await ledger_.database().read([&](const meta::Connection& connection) {
        return store::runs(connection, key, before, count_max);
    });
    if (!all) co_return fail(Errc::unavailable, all.error().message());
    co_return all;
}

io::Task<Result<>> Jobs::stop_run(JobKey key, std::string run_id) {
    auto turn = co_await ledger_.turn();
    auto known = co_await find_run(key, run_id);
    if (!known) co_return pass(known);
    const auto live = ledger_.known().live.find(known->id);
    if (live == ledger_.known().live.end())
        co_return fail(Errc::wrong_state,
                       fmt::format("Job run {} has ended and cannot be stopped", run_id));
    const Run run = live->second;
    if (run.state == RunState::stopping) co_return Result<>();
    const bool is_at_work = run.state == RunState::running;
    Changes changes;
    if (is_at_work) {
        changes.runs.push_back(run);
        changes.runs.back().state = RunState::stopping;
        changes.runs.back().changed = home().now();
    } else {
        changes =
            end_run(ledger_.known(), run, {RunState::stopped, ""}, std::nullopt, home().now());
    }
    auto written = co_await ledger_.commit(std::move(changes));
    if (written && is_at_work) runner_.halt(run.id);
    co_return written;
}

io::Task<Result<BookmarkView>> Jobs::bookmark(JobKey key, std::string run_id) {
    auto found = find(key);
    if (!found) co_return pass(found);
    const int version = (*found)->bookmark_version;
    auto all = co_await ledger_.database().read(
        [&](const meta::Connection& connection) { return store::bookmarks(connection, key); });
    if (!all) co_return fail(Errc::unavailable, all.error().message());
    if (all->empty()) co_return no_bookmark(key);
    auto wanted = std::prev(all->end());
    if (!run_id.empty()) wanted = std::ranges::find(*all, run_id, &Bookmark::run_id);
    if (wanted == all->end()) co_return no_bookmark(key);
    co_return BookmarkView{*wanted, static_cast<int>(wanted - all->begin()) + 1, version};
}

io::Task<Result<BookmarkView>> Jobs::reset_bookmark(JobKey key, std::string run_id) {
    auto turn = co_await ledger_.turn();
    auto found = find(key);
    if (!found) co_return pass(found);
    Job job = **found;
    auto all = co_await ledger_.database().read(
        [&](const meta::Connection& connection) { return store::bookmarks(connection, key); });
    if (!all) co_return fail(Errc::unavailable, all.error().message());
    if (all->empty()) co_return no_bookmark(key);
    std::vector<Bookmark> kept;
    if (!run_id.empty()) {
        const auto wanted = std::ranges::find(*all, run_id, &Bookmark::run_id);
        if (wanted == all->end()) co_return no_bookmark(key);
        kept.assign(all->begin(), std::next(wanted));
    }
    ++job.bookmark_version;
    BookmarkView view{{}, static_cast<int>(kept.size()), job.bookmark_version};
    if (!kept.empty()) view.bookmark = kept.back();
    auto written = co_await ledger_.put(std::move(job), std::move(kept));
    if (!written) co_return pass(written);
    co_return view;
}

}  // namespace freshet::jobs
