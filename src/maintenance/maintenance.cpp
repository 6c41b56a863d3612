#include "maintenance/maintenance.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text/ascii.h"
#include "base/uuid.h"
#include "io/faults/failpoint.h"
#include "maintenance/run/work.h"
#include "maintenance/store.h"

namespace freshet {
const ErrorDomain& ErrorTraits<maintenance::Errc>::domain() {
    static const ErrorDomain domain{"maintenance"};
    return domain;
}
}  // namespace freshet

namespace freshet::maintenance {
namespace {

/// As the catalog folds names.
TableKey folded(TableKey table) {
    table.database = lower(table.database);
    table.name = lower(table.name);
    return table;
}

bool is_at(const Home& home, const TableKey& table) {
    return table.account == home.account && table.region == home.region;
}

}  // namespace

Result<> check_options(const TableKey& table, const Options& options) {
    if (options.target_bytes < limits::target_bytes_min ||
        options.target_bytes > limits::target_bytes_max)
        return fail(Errc::invalid, fmt::format("the target size is {} to {} MiB, not {}",
                                               limits::target_bytes_min / limits::mebibyte,
                                               limits::target_bytes_max / limits::mebibyte,
                                               options.target_bytes / limits::mebibyte));
    const bool is_known = options.compression == "zstd" || options.compression == "snappy" ||
                          options.compression == "gzip" || options.compression == "none";
    if (!is_known)
        return fail(Errc::invalid, fmt::format("compression is zstd, snappy, gzip or none, not {}",
                                               options.compression));
    if (options.keep_raw.count() < 0 || options.keep_raw > limits::keep_raw_max)
        return fail(Errc::invalid, "sources are kept for 0 to 366 days");
    if (!options.into.empty() && table_of(table, options.into).name.empty())
        return fail(Errc::invalid,
                    fmt::format("a second table is DATABASE.TABLE, not {}", options.into));
    if (!options.into.empty() && table_of(table, options.into) == table)
        return fail(Errc::invalid, "the second table is the first");
    if (!options.into.empty() && !options.converts)
        return fail(Errc::invalid, "a second table takes Parquet: convert to it");
    if (options.keep_raw.count() > 0 && (!options.converts || !options.into.empty()))
        return fail(Errc::invalid, "sources are kept when they are converted in place");
    if (options.narrows && options.into.empty())
        return fail(Errc::invalid,
                    "types are narrowed in a second table: the columns of a table are those of all "
                    "its partitions");
    return {};
}

bool is_active(State state) { return state == State::running || state == State::stopping; }

const char* word_of(State state) {
    switch (state) {
        case State::running:
            return "RUNNING";
        case State::succeeded:
            return "SUCCEEDED";
        case State::failed:
            return "FAILED";
        case State::stopped:
            return "STOPPED";
        case State::stopping:
            return "STOPPING";
    }
    return "";
}

const char* word_of(Origin origin) {
    switch (origin) {
        case Origin::request:
            return "REQUEST";
        case Origin::statement:
            return "STATEMENT";
        case Origin::policy:
            return "POLICY";
    }
    return "";
}

Maintenance::Maintenance(io::Core& home, Parts parts)
    : home_(home),
      parts_(parts),
      stop_(home),
      ended_(home),
      working_(home, limits::side_by_side),
      scope_(home) {}

Result<> Maintenance::load() {
    return parts_.database.read_now([this](const meta::Connection& connection) -> Result<> {
        FRESHET_TRY(runs, store::load_runs(connection));
        FRESHET_TRY(policies, store::load_policies(connection));
        for (Run& run : *runs) runs_.emplace(run.id, std::move(run));
        for (Policy& policy : *policies) policies_.emplace(policy.table, std::move(policy));
        return {};
    });
}

void Maintenance::start() {
    std::vector<std::string> unfinished;
    for (const auto& [id, one] : runs_) {
        if (is_active(one.state)) unfinished.push_back(id);
    }
    for (const std::string& id : unfinished) scope_.spawn(run(id));
    scope_.spawn(keep_policies());
    scope_.spawn(keep_expiring());
}

io::Task<void> Maintenance::stop() {
    stop_.request();
    ended_.notify();
    co_await parts_.worker.stop();
    co_await scope_.join();
}

Result<> Maintenance::check_idle(const TableKey& table) const {
    for (const auto& [id, run] : runs_) {
        const bool touches = run.table == table || table_of(run.table, run.options.into) == table;
        if (is_active(run.state) && touches)
            return fail(Errc::running,
                        fmt::format("run {} of table {} has not ended", id, run.table.path()));
    }
    return {};
}

io::Task<Result<>> Maintenance::check(TableKey table, Options options) {
    if (auto good = check_options(table, options); !good) co_return good;
    auto found = co_await parts_.tables.table(table);
    if (!found) co_return pass(found);
    for (const auto* names : {&options.sort_columns, &options.bloom_columns}) {
        for (const std::string& name : *names) {
            if (std::ranges::find(found->columns, name, &Column::name) == found->columns.end())
                co_return fail(Errc::invalid,
                               fmt::format("table {} has no column {}", table.path(), name));
        }
    }
    auto parts = co_await parts_.tables.parts(*found, options.where);
    if (!parts) co_return pass(parts);
    co_return Result<>();
}

io::Task<Result<std::string>> Maintenance::begin(TableKey table, Options options, Origin origin) {
    table = folded(std::move(table));
    if (auto good = co_await check(table, options); !good) co_return pass(good);
    if (stop_.was_requested()) co_return fail(freshet::Errc::cancelled, "the server stops");
    if (auto idle = check_idle(table); !idle) co_return pass(idle);
    Run made;
    made.id = new_uuid();
    made.table = std::move(table);
    made.options = std::move(options);
    made.origin = origin;
    made.started = home_.now();
    const std::string id = made.id;
    const Run& held = runs_.emplace(id, std::move(made)).first->second;
    auto written =
        co_await parts_.database.write([&](meta::Txn& txn) { return store::put_run(txn, held); });
    if (!written) {
        runs_.erase(id);
        co_return pass(written);
    }
    scope_.spawn(run(id));
    co_return id;
}

io::Task<Result<Proposal>> Maintenance::propose(TableKey table, Options options) {
    table = folded(std::move(table));
    if (auto good = co_await check(table, options); !good) co_return pass(good);
    Run imagined;
    imagined.table = std::move(table);
    imagined.options = std::move(options);
    Work work(parts_, imagined, {[] { return false; }, working_, {}});
    auto proposal = co_await work.propose();
    co_return proposal;
}

io::Task<void> Maintenance::run(std::string id) {
    Run& one = runs_.at(id);
    std::function<io::Task<void>()> rests;
    if (one.origin == Origin::policy || io::failpoints::is_on("maintenance.paced"))
        rests = [this] { return rest(); };
    Result<> outcome;
    {
        Work work(parts_, one,
                  {[this, &one] { return stop_.was_requested() || one.state == State::stopping; },
                   working_, std::move(rests)});
        works_[id] = &work;
        outcome = co_await work.run();
        works_.erase(id);
    }
    const bool continues_later = stop_.was_requested() && !outcome && one.state != State::stopping;
    if (!continues_later) co_await finish(id, std::move(outcome));
}

io::Task<void> Maintenance::rest() {
    co_await stop_.sleep_until(home_.now() + limits::policy_rest);
}

io::Task<void> Maintenance::finish(std::string id, Result<> outcome) {
    Run& one = runs_.at(id);
    ending_.insert(id);
    Run next = one;
    next.state = outcome                                        ? State::succeeded
                 : outcome.error().is(freshet::Errc::cancelled) ? State::stopped
                                                                : State::failed;
    if (next.state == State::failed) next.error = outcome.error().message();
    next.ended = home_.now();
    auto written = co_await parts_.database.write([&](meta::Txn& txn) -> Result<> {
        if (auto put = store::put_run(txn, next); !put) return put;
        return store::trim_runs(txn);
    });
    if (!written)
        log_warn("maintenance", "the end of a run was not written",
                 {{"run", id}, {"reason", written.error().message()}});
    one = std::move(next);
    ending_.erase(id);
    forget_old_runs();
    ended_.notify();
}

/// As store::trim_runs() does.
void Maintenance::forget_old_runs() {
    std::vector<std::pair<Timestamp, std::string>> done;
    for (const auto& [id, run] : runs_) {
        if (run.ended) done.emplace_back(run.started, id);
    }
    std::ranges::sort(done, std::greater());
    for (std::size_t i = limits::runs_kept; i < done.size(); ++i) runs_.erase(done[i].second);
}

Result<Run> Maintenance::find(const Home& home, const std::string& id) const {
    const auto found = runs_.find(id);
    if (found == runs_.end() || !is_at(home, found->second.table))
        return fail(Errc::not_found, fmt::format("there is no run {}", id));
    return found->second;
}

std::vector<Run> Maintenance::list(const Home& home, const std::string& database,
                                   const std::string& table) const {
    std::vector<Run> all;
    for (const auto& [id, run] : runs_) {
        const bool is_wanted =
            table.empty() || (run.table.database == database && run.table.name == table);
        if (is_at(home, run.table) && is_wanted) all.push_back(run);
    }
    std::ranges::sort(all, std::greater(), &Run::started);
    return all;
}

io::Task<Result<Run>> Maintenance::ended(Home home, std::string id) {
    while (true) {
        auto found = find(home, id);
        if (!found || !is_active(found->state) || stop_.was_requested()) co_return found;
        co_await ended_.wait();
    }
}

io::Task<Result<>> Maintenance::halt(Home home, std::string id) {
    if (auto found = find(home, id); !found) co_return pass(found);
    Run& one = runs_.at(id);
    if (!is_active(one.state) || ending_.contains(id))
        co_return fail(Errc::not_running, fmt::format("run {} has ended", id));
    if (stop_.was_requested()) co_return fail(freshet::Errc::cancelled, "the server stops");
    one.state = State::stopping;
    // What a commit writes of the run that is under way is written before this.
    auto written = co_await parts_.database.write(
        [next = one](meta::Txn& txn) { return store::put_run(txn, next); });
    if (const auto work = works_.find(id); work != works_.end()) work->second->interrupt();
    co_return written;
}

io::Task<Result<>> Maintenance::note_scan(Home home, std::string id, Moment moment, Scan scan) {
    while (ending_.contains(id) && !stop_.was_requested()) {
        co_await ended_.wait();
    }
    if (auto found = find(home, id); !found) co_return pass(found);
    Run& one = runs_.at(id);
    (moment == Moment::before ? one.scan_before : one.scan_after) = scan;
    auto written = co_await parts_.database.write(
        [next = one](meta::Txn& txn) { return store::put_run(txn, next); });
    co_return written;
}

std::optional<std::string> Maintenance::running(const TableKey& table,
                                                const Options& options) const {
    for (const auto& [id, run] : runs_) {
        const bool is_it = run.table == folded(table) && run.options == options;
        if (is_it && run.state == State::running && !ending_.contains(id)) return id;
    }
    return std::nullopt;
}

}  // namespace freshet::maintenance
