// How a run begins: the state of the newest snapshot, then what was taken between it and the last
// commit once more. Output that was committed is dropped; where the last commit was one of several
// parts, the rows of the others go out. replay_plan.h decides, this acts on it.
#include <fmt/format.h>

#include <utility>

#include "analytics/run/runner.h"
#include "base/log.h"

namespace freshet::analytics {
namespace {

constexpr std::size_t commits_at_once = 16;

Failure given_up() {
    return fail(freshet::Errc::cancelled,
                "the server ends; the next one goes on from the snapshot");
}

}  // namespace

io::Task<Result<>> Runner::open() {
    auto seen = co_await see_shards();
    if (!seen) co_return pass(seen);
    sources_.open(*seen, snapshot_.positions);
    auto loaded = co_await load_state();
    if (!loaded) co_return loaded;
    commits_ = snapshot_.commit;
    auto replayed = co_await replay();
    if (!replayed) co_return replayed;
    is_open_ = true;
    pace_.opened(home_.now());
    co_return Result<>();
}

/// On a pool thread: ten million keys take seconds, and this core serves everybody.
io::Task<Result<>> Runner::load_state() {
    auto loaded = co_await parts_.pool.run([this]() -> Result<> {
        std::string state = snapshot_.state;
        if (!snapshot_.file.empty()) {
            auto read = files_.read(snapshot_.file);
            if (!read) return pass(read);
            state = std::move(*read);
        }
        return computation_.load(state, follower_.is_stopping());
    });
    co_return loaded;
}

io::Task<Result<>> Runner::replay() {
    const log::PartitionId partition = application_.commits;
    auto tail = parts_.log.tail(partition);
    if (!tail) co_return pass(tail);
    commits_ = std::min(commits_, tail->next);  // the log gives the numbers
    ReplayPlan plan;
    while (commits_ < tail->next) {
        auto records = co_await log::read_from(parts_.log, parts_.pool, partition, commits_,
                                               commits_at_once, limits::chunk_bytes_max);
        if (!records) co_return pass(records);
        if (records->empty())
            co_return fail(freshet::Errc::corrupt,
                           fmt::format("commit {} of the application is gone", commits_));
        for (const log::Record& record : *records) {
            auto commit = decode_commit(record.data);
            if (!commit) co_return pass(commit);
            commits_ = record.ordinal + 1;
            auto done = co_await carry_out(plan.on_commit(std::move(*commit)));
            if (!done) co_return done;
        }
    }
    reached_ = plan.bound();
    auto done = co_await carry_out(plan.on_end());
    co_return done;
}

io::Task<Result<>> Runner::carry_out(std::vector<ReplayStep> steps) {
    for (ReplayStep& step : steps) {
        auto task = std::visit([this](auto& one) { return replay(std::move(one)); }, step);
        auto done = co_await std::move(task);
        if (!done) co_return done;
    }
    co_return Result<>();
}

io::Task<Result<>> Runner::replay(ReplayRecords step) {
    auto fed = co_await feed_until(step.until, Output::dropped);
    if (!fed) co_return fed;
    co_await parts_.pool.run([&] {
        computation_.on_time(step.bound);
        computation_.drop_output();
    });
    co_return Result<>();
}

io::Task<Result<>> Runner::replay(ReplayAnswers step) {
    co_await parts_.pool.run([&] {
        const std::vector<Prepared>& records = step.commit.prepared;
        for (std::size_t at = 0; at < records.size();) {
            at = computation_.feed(records, at);
            computation_.drop_output();
        }
        computation_.on_time(step.commit.bound);
        computation_.drop_output();
    });
    sources_.go_to(step.commit.positions);
    co_return Result<>();
}

/// Makes the rows of the commit once more and writes those that are not out yet. The order of rows
/// depends on where the engine's output was taken last, so it is taken at the same record.
io::Task<Result<>> Runner::replay(FinishMoment step) {
    Commit commit = std::move(step.commit);
    if (commit.prepared.empty()) {
        auto fed = co_await feed_until(commit.begin, Output::dropped);
        if (fed) fed = co_await feed_until(commit.positions, Output::kept);
        if (!fed) co_return fed;
    }
    auto moment = co_await parts_.pool.run([&] {
        computation_.feed_all(commit.prepared);
        computation_.on_time(commit.bound);
        return computation_.take(commit.rows_out);
    });
    sources_.go_to(commit.positions);
    commit.prepared.clear();
    auto written = co_await write(std::move(moment), std::move(commit));
    if (written)
        log_info("analytics", "wrote the rows that a commit had left",
                 {{"application", application_.key.name}});
    co_return written;
}

io::Task<Result<>> Runner::feed_until(const Positions& until, Output output) {
    sources_.end_at(until);
    for (bool is_all = false; !is_all;) {
        if (is_stopping()) co_return given_up();
        auto chunk = co_await sources_.take(Timestamp::max());
        if (!chunk) co_return pass(chunk);
        is_all = chunk->is_all;
        auto fed = co_await parts_.pool.run([&]() -> Result<> {
            auto records = preparation_.decode(chunk->taken);
            if (!records) return pass(records);
            for (std::size_t at = 0; at < records->size();) {
                at = computation_.feed(*records, at);
                if (output == Output::dropped) computation_.drop_output();
            }
            return {};
        });
        if (!fed) co_return fed;
    }
    co_return Result<>();
}

}  // namespace freshet::analytics
