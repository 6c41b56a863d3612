#include "jobs/ledger.h"

#include "base/check.h"
#include "jobs/store.h"
#include "jobs/transitions.h"

namespace freshet::jobs {

Result<> Ledger::write(meta::Txn& txn, Changes& changes) {
    for (Run& run : changes.runs) {
        if (auto written = store::put(txn, run); !written) return written;
    }
    for (Trigger& trigger : changes.triggers) {
        if (auto written = store::put(txn, trigger); !written) return written;
    }
    for (const auto& [job, bookmark] : changes.bookmarks) {
        if (auto written = store::add(txn, job, bookmark); !written) return written;
    }
    return {};
}

void Ledger::apply(Changes changes) {
    for (Run& run : changes.runs) {
        FRESHET_CHECK(run.id != 0);  // the store gave it one
        if (has_ended(run.state))
            known_.live.erase(run.id);
        else
            known_.live[run.id] = std::move(run);
    }
    for (Trigger& trigger : changes.triggers) known_.triggers[trigger.key] = std::move(trigger);
    crawls_.insert(crawls_.end(), changes.crawls.begin(), changes.crawls.end());
}

Result<> Ledger::load() {
    auto read = database_.read_now([this](const meta::Connection& connection) -> Result<> {
        FRESHET_TRY(jobs, store::jobs(connection));
        FRESHET_TRY(triggers, store::triggers(connection));
        FRESHET_TRY(runs, store::live_runs(connection));
        for (Job& job : *jobs) known_.jobs.emplace(job.key, std::move(job));
        for (Trigger& trigger : *triggers) known_.triggers.emplace(trigger.key, std::move(trigger));
        for (Run& run : *runs) known_.live.emplace(run.id, std::move(run));
        return {};
    });
    if (!read) return pass(read);
    while (auto cut_short = find_cut_short(known_)) {
        Changes changes =
            end_run(known_, cut_short->first, cut_short->second, std::nullopt, home_.now());
        FRESHET_CHECK(changes.bookmarks.empty());  // only a run that succeeded moves its job's
        auto written = database_.write_now([&](meta::Txn& txn) { return write(txn, changes); });
        if (!written) return pass(written);
        apply(std::move(changes));
    }
    return {};
}

io::Task<Result<>> Ledger::commit(Changes changes) {
    auto written = co_await database_.write([&](meta::Txn& txn) { return write(txn, changes); });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    apply(std::move(changes));
    changed_.notify();
    co_return Result<>();
}

io::Task<Result<>> Ledger::put(Job job) {
    auto written = co_await database_.write([&](meta::Txn& txn) { return store::put(txn, job); });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    apply(std::move(job));
    co_return Result<>();
}

io::Task<Result<>> Ledger::put(Job job, std::vector<Bookmark> bookmarks) {
    auto written = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        if (auto put = store::put(txn, job); !put) return put;
        return store::replace_bookmarks(txn, job.key, bookmarks);
    });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    apply(std::move(job));
    co_return Result<>();
}

void Ledger::apply(Job job) {
    FRESHET_CHECK(job.id != 0);  // the store gave it one
    const JobKey key = job.key;
    known_.jobs[key] = std::move(job);
    changed_.notify();
}

io::Task<Result<>> Ledger::put(Trigger trigger) {
    auto written =
        co_await database_.write([&](meta::Txn& txn) { return store::put(txn, trigger); });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    const TriggerKey key = trigger.key;
    known_.triggers[key] = std::move(trigger);
    changed_.notify();
    co_return Result<>();
}

io::Task<Result<>> Ledger::remove(JobKey key) {
    const Job job = known_.jobs.at(key);
    auto removed =
        co_await database_.write([&](meta::Txn& txn) { return store::remove_job(txn, job); });
    if (!removed) co_return fail(Errc::unavailable, removed.error().message());
    known_.jobs.erase(key);
    std::erase_if(known_.live, [&](const auto& one) { return one.second.job == key; });
    changed_.notify();
    co_return Result<>();
}

io::Task<Result<>> Ledger::remove(TriggerKey key) {
    const std::int64_t id = known_.triggers.at(key).id;
    auto removed =
        co_await database_.write([id](meta::Txn& txn) { return store::remove_trigger(txn, id); });
    if (!removed) co_return fail(Errc::unavailable, removed.error().message());
    known_.triggers.erase(key);
    changed_.notify();
    co_return Result<>();
}

io::Task<Result<std::optional<Bookmark>>> Ledger::bookmark(JobKey key) {
    auto all = co_await database_.read(
        [&](const meta::Connection& connection) { return store::bookmarks(connection, key); });
    if (!all) co_return fail(Errc::unavailable, all.error().message());
    std::optional<Bookmark> newest;
    if (!all->empty()) newest = std::move(all->back());
    co_return newest;
}

}  // namespace freshet::jobs

const freshet::ErrorDomain& freshet::ErrorTraits<freshet::jobs::Errc>::domain() {
    static constexpr ErrorDomain instance{"jobs"};
    return instance;
}
