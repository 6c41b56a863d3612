// How a run begins: the state of the newest snapshot, then what was taken between it and the last
// commit once more. Output that was committed is thrown away; where the last commit was one of
// several parts, the rows of the others go out.
#include <fmt/format.h>

#include <utility>

#include "analytics/run/runner.h"
#include "base/log.h"

namespace freshet::analytics {
namespace {
Failure given_up() {
    return fail(freshet::Errc::cancelled,
                "the server ends; the next one goes on from the snapshot");
}
}  // namespace

io::Task<Result<>> Runner::open() {
    auto shards = parts_.siblings.shards(application_.inputs[0].stream_arn);
    if (!shards) co_return pass(shards);
    sources_.open(*shards, snapshot_.positions);
    auto loaded = co_await load_state();
    if (!loaded) co_return loaded;
    commits_ = snapshot_.commit;
    auto replayed = co_await replay();
    if (!replayed) co_return replayed;
    is_open_ = true;
    snapshot_at_ = parts_.home.now();
    co_return Result<>();
}

/// On a pool thread: ten million keys take seconds, and this core serves everybody.
io::Task<Result<>> Runner::load_state() {
    auto loaded = co_await parts_.pool.run([this]() -> Result<> {
        const auto begin = [this] {
            engine_ = std::make_unique<flow::Engine>(program_, application_.started);
            std::vector<std::string> watched{std::string(flow::error_stream)};
            for (const flow::StreamInfo& stream : program_->streams())
                watched.push_back(stream.name);
            engine_->watch(std::move(watched));
        };
        begin();
        std::string state = snapshot_.state;
        if (!snapshot_.file.empty()) {
            auto read = files_.read(snapshot_.file);
            if (!read) return pass(read);
            state = std::move(*read);
        }
        if (state.empty()) return {};
        auto fits = engine_->load(state, &follower_.is_stopping());
        if (fits) return {};
        if (follower_.is_stopping()) return given_up();
        // Changed code begins with empty windows at the position that was reached.
        log_warn("analytics", "state begins anew",
                 {{"application", application_.key.name}, {"reason", fits.error().message()}});
        begin();
        return {};
    });
    co_return loaded;
}

io::Task<Result<>> Runner::replay() {
    const log::PartitionId partition = application_.commits;
    auto tail = parts_.log.tail(partition);
    if (!tail) co_return pass(tail);
    // The records themselves are replayed up to the last of several commits at once.
    std::optional<Commit> of_records, unfinished;
    while (commits_ < tail->next) {
        auto records = co_await parts_.pool.run(
            [&] { return parts_.log.read(partition, commits_, 16, limits::chunk_bytes_max); });
        if (!records) co_return pass(records);
        if (records->empty())
            co_return fail(freshet::Errc::corrupt,
                           fmt::format("commit {} of the application is gone", commits_));
        for (const log::Record& record : *records) {
            auto commit = decode_commit(record.data);
            if (!commit) co_return pass(commit);
            commits_ = record.ordinal + 1;
            bound_ = std::max(bound_, commit->bound);
            if (unfinished)
                unfinished->rows_out = std::move(commit->rows_out);
            else
                unfinished = std::move(*commit);
            if (!unfinished->rows_out.empty()) continue;
            Commit whole = *std::exchange(unfinished, std::nullopt);
            if (whole.prepared.empty()) {
                of_records = std::move(whole);
                continue;
            }
            if (of_records) {
                auto replayed = co_await replay_whole(*std::exchange(of_records, {}));
                if (!replayed) co_return replayed;
            }
            co_await replay_prepared(whole);
        }
    }
    if (of_records) {
        auto replayed = co_await replay_whole(*of_records);
        if (!replayed) co_return replayed;
    }
    if (!unfinished) co_return Result<>();
    auto finished = co_await finish(std::move(*unfinished));
    co_return finished;
}

/// What the function made: it is not asked again.
io::Task<void> Runner::replay_prepared(const Commit& commit) {
    co_await parts_.pool.run([&] {
        for (std::size_t at = 0; at < commit.prepared.size();) {
            at = feed(commit.prepared, at);
            engine_->take();
        }
        engine_->on_time(commit.bound);
        engine_->take();
        return true;
    });
    sources_.go_to(commit.positions);
}

io::Task<Result<>> Runner::replay_whole(const Commit& last) {
    auto replayed = co_await replay_records(last.positions, Output::dropped);
    if (!replayed) co_return replayed;
    co_await parts_.pool.run([&] {
        engine_->on_time(last.bound);
        engine_->take();
        return true;
    });
    co_return Result<>();
}

io::Task<Result<>> Runner::replay_records(const Positions& until, Output output) {
    sources_.end_at(until);
    for (bool is_all = false; !is_all;) {
        if (follower_.is_stopping()) co_return given_up();
        auto chunk = co_await sources_.take(Timestamp::max());
        if (!chunk) co_return pass(chunk);
        is_all = chunk->is_all;
        auto fed = co_await parts_.pool.run([&]() -> Result<> {
            auto records = decode(chunk->taken);
            if (!records) return pass(records);
            for (std::size_t at = 0; at < records->size();) {
                at = feed(*records, at);
                if (output == Output::dropped) engine_->take();
            }
            return {};
        });
        if (!fed) co_return fed;
    }
    co_return Result<>();
}

/// Makes the rows of `commit` once more and writes those that are not out yet. The order of rows
/// depends on where the engine's output was taken last, so it is taken at the same record.
io::Task<Result<>> Runner::finish(Commit commit) {
    if (commit.prepared.empty()) {
        auto replayed = co_await replay_records(commit.begin, Output::dropped);
        if (replayed) replayed = co_await replay_records(commit.positions, Output::kept);
        if (!replayed) co_return replayed;
    }
    Made made = co_await parts_.pool.run([&] {
        for (const Prepared& one : commit.prepared) feed_one(one);
        engine_->on_time(commit.bound);
        return take_output(commit.rows_out);
    });
    sources_.go_to(commit.positions);
    commit.prepared.clear();
    auto written = co_await write(std::move(made), std::move(commit));
    if (written)
        log_info("analytics", "wrote the rows that a commit had left",
                 {{"application", application_.key.name}});
    co_return written;
}

}  // namespace freshet::analytics
