#include "analytics/run/runner.h"

#include <fmt/format.h>

#include <algorithm>

#include "analytics/limits.h"
#include "analytics/run/windows.h"
#include "analytics/store.h"
#include "base/check.h"
#include "base/log.h"
#include "io/steady_time.h"

namespace freshet::analytics {
namespace {
void leave_to_the_end(std::unique_ptr<flow::Engine> engine) {
    static auto* const left = new std::vector<std::unique_ptr<flow::Engine>>;
    left->push_back(std::move(engine));
}
}  // namespace

Runner::Runner(io::Core& home, Parts parts, Application application,
               std::shared_ptr<const flow::Program> program, Snapshot snapshot)
    : home_(home),
      parts_(parts),
      application_(std::move(application)),
      snapshot_(std::move(snapshot)),
      files_(parts.files_of(application_)),
      trouble_(home, parts.siblings, application_, figures_),
      sources_(home, parts.pool, parts.log, parts.siblings),
      follower_(sources_.follower()),
      preparation_(home, parts.pool, parts.siblings, application_, sources_,
                   program->reads_sequence_numbers()),
      computation_(std::move(program), application_, sources_),
      reached_(from_epoch_ms(0)),
      scope_(home) {}
Runner::~Runner() = default;

void Runner::start() {
    FRESHET_CHECK(io::Core::current() == &home_);
    scope_.spawn(run());
}

io::Task<void> Runner::stop(std::chrono::steady_clock::time_point until) {
    FRESHET_CHECK(io::Core::current() == &home_);
    save_until_ = until;
    follower_.stop();
    co_await scope_.join();
    if (is_open_ && pace_.has_unsaved()) co_await try_snapshot();
    auto engine = computation_.release();
    // Ten million keys take three seconds of a core to free. With a time limit the process ends,
    // and its memory goes in one piece.
    if (until == std::chrono::steady_clock::time_point::max())
        co_await parts_.pool.run([&engine] { engine.reset(); });
    else
        leave_to_the_end(std::move(engine));
}

io::Task<void> Runner::run() {
    while (!is_stopping()) {
        follower_.begin_look();
        // The clock may move on other cores during the look: the next one is due by what this saw.
        const Timestamp looked_at = home_.now();
        Result<> opened;
        if (!is_open_) opened = co_await open();
        Result<Pace::Outcome> outcome = Pace::Outcome::idle;
        if (opened)
            outcome = co_await step();
        else
            outcome = pass(opened);
        if (!outcome && is_stopping()) co_return;
        if (outcome)
            trouble_.is_over();
        else
            trouble_.waits_for(outcome.error());  // the source waits; nothing is lost
        const Pace::Then then = pace_.after(outcome.value_or(Pace::Outcome::failed), home_.now());
        if (then.saves) co_await try_snapshot();
        if (then.looks_later) co_await follower_.wait_until(looked_at + limits::look_every);
        if (then.retries_at) co_await follower_.rest_until(*then.retries_at);
    }
}

// --- one chunk

/// The shards and their tails come in one go: a shard that ended lets time advance only when those
/// that follow it are known.
Result<std::vector<Seen>> Runner::shards_now() const {
    FRESHET_CHECK(io::Core::current() == &parts_.home);
    auto shards = parts_.siblings.shards(application_.inputs[0].stream_arn);
    if (!shards) return pass(shards);
    std::vector<Seen> seen;
    for (Shard& shard : *shards) {
        auto tail = parts_.log.tail(shard.partition);
        if (!tail) return pass(tail);
        seen.push_back({std::move(shard), *tail});
    }
    return seen;
}

io::Task<Result<std::vector<Seen>>> Runner::see_shards() const {
    co_await parts_.home.enter();
    auto seen = shards_now();
    co_await home_.enter();
    co_return seen;
}

io::Task<Result<Timestamp>> Runner::look() {
    auto seen = co_await see_shards();
    if (!seen)
        co_return std::unexpected(
            std::move(seen.error()).within("stream " + application_.inputs[0].stream_arn));
    co_return sources_.look(*seen);
}

io::Task<Result<Pace::Outcome>> Runner::step() {
    auto bound = co_await look();
    if (!bound) co_return pass(bound);
    auto taken = co_await sources_.take(*bound);
    if (!taken) co_return pass(taken);
    Chunk chunk(std::move(*taken), *bound, reached_, sources_.positions());
    figures_.behind = chunk.behind(home_.now());
    if (!chunk.has_work()) co_return Pace::Outcome::idle;
    auto records = co_await preparation_.prepare(chunk.taken());
    if (!records) {
        sources_.put_back(chunk.release());
        co_return pass(records);
    }
    FRESHET_CHECK(records->size() == chunk.taken().size());
    if (!records->empty()) pace_.took_records();
    auto computed = co_await compute(chunk, std::move(*records));
    if (!computed) {
        pace_.lost_output();
        co_return pass(computed);
    }
    co_return chunk.taken().empty() ? Pace::Outcome::idle : Pace::Outcome::worked;
}

io::Task<Result<>> Runner::compute(Chunk& chunk, std::vector<Prepared> records) {
    computation_.take_aggregates();
    do {
        std::size_t end = chunk.begin();
        auto moment = co_await parts_.pool.run([&] {
            if (end < records.size()) end = computation_.feed(records, end);
            if (const auto time = chunk.time_after(end)) computation_.on_time(*time);
            return computation_.take({});
        });
        count_input(chunk, end);
        Commit commit = chunk.end_slice(
            end, preparation_.has_function() ? std::span(records) : std::span<Prepared>());
        reached_ = chunk.reached();
        auto written = co_await write(std::move(moment), std::move(commit));
        if (!written) co_return written;
    } while (!chunk.is_done());
    trouble_.saw_aggregates(computation_.take_aggregates(), chunk.taken().size());
    co_return Result<>();
}

void Runner::count_input(const Chunk& chunk, std::size_t end) {
    for (std::size_t i = chunk.begin(); i < end; ++i) {
        ++figures_.input.records;
        figures_.input.bytes += chunk.taken()[i].record.data.size();
    }
    figures_.rows_in = computation_.rows_in();
}

// --- committing

/// The first part goes with what the function made; each is in one append with its commit.
io::Task<Result<>> Runner::write(Computation::Moment moment, Commit commit) {
    for (const Prepared& one : commit.prepared) {
        figures_.processed_ok += one.verdict == Verdict::ok;
        figures_.dropped += one.verdict == Verdict::dropped;
        figures_.processing_failed += one.verdict == Verdict::failed;
    }
    OutputRows::Part part = std::move(moment.first);
    CommitParts parts(std::move(commit));
    bool is_wanted = parts.is_needed(part.count);
    while (is_wanted) {
        auto appended = co_await append(part, parts.next(part.is_last, moment.rows.rows_out()));
        if (!appended) co_return appended;
        if (part.is_last) break;
        if (is_stopping() && io::monotonic_now() >= save_until_.load())
            co_return fail(freshet::Errc::cancelled, "the server ends; the other rows come later");
        part = co_await parts_.pool.run([&] { return moment.rows.next(); });
    }
    count_output(moment);
    add_windows(std::move(moment.windows), figures_.windows);
    co_return Result<>();
}

void Runner::count_output(const Computation::Moment& moment) {
    figures_.errors += moment.errors + moment.rows.too_large();
    const std::uint64_t rows = moment.left_out + moment.rows.too_large();
    if (rows == 0) return;
    log_warn("analytics", "rows that failed are not in error_stream one by one",
             {{"application", application_.key.name}, {"rows", fmt::format("{}", rows)}});
}

/// What the siblings say of a place for the rows holds for an append in the same go: a shard that
/// takes them must not end in between.
io::Task<Result<log::Ordinal>> Runner::append_with_rows(const OutputRows::Part& part,
                                                        Bytes commit) {
    FRESHET_CHECK(io::Core::current() == &parts_.home);
    std::vector<log::Append> batch;
    batch.push_back({application_.commits, {std::move(commit)}, {}});
    for (std::size_t i = 0; i < part.rows.size(); ++i) {
        if (part.rows[i].empty()) continue;
        auto more = parts_.siblings.place(application_.outputs[i], part.rows[i]);
        if (!more) co_return pass(more);
        std::ranges::move(*more, std::back_inserter(batch));
    }
    auto appended = co_await parts_.log.append(std::move(batch));
    if (!appended) co_return pass(appended);
    co_return (*appended)[0].first;
}

/// Most commits have no rows: they need no one's core but this one.
io::Task<Result<log::Ordinal>> Runner::append_once(const OutputRows::Part& part, Bytes commit) {
    if (!std::ranges::all_of(part.rows, [](const auto& rows) { return rows.empty(); })) {
        auto placed = co_await io::run_on(parts_.home, append_with_rows(part, std::move(commit)));
        co_return placed;
    }
    std::vector<log::Append> batch;
    batch.push_back({application_.commits, {std::move(commit)}, {}});
    auto appended = co_await parts_.log.append(std::move(batch));
    if (!appended) co_return pass(appended);
    co_return (*appended)[0].first;
}

/// Rows, positions and what the function made: one append, all of it or nothing. It is tried until
/// it is done, as the engine has moved on.
io::Task<Result<>> Runner::append(const OutputRows::Part& part, const Commit& commit) {
    const Bytes encoded = encode(commit);
    while (true) {
        auto appended = co_await append_once(part, encoded);
        if (appended) {
            // One run at a time writes to the partition, and no commit is lost or doubled.
            FRESHET_CHECK(*appended == commits_);
            commits_ = *appended + 1;
            break;
        }
        trouble_.waits_for(appended.error());
        co_await follower_.rest_until(pace_.refused(home_.now()));
        if (is_stopping()) co_return pass(appended);
    }
    for (std::size_t i = 0; i < part.rows.size(); ++i) {
        Flow& flow = figures_.outputs[application_.outputs[i].id];
        flow.records += part.rows[i].size();
        for (const Bytes& row : part.rows[i]) flow.bytes += row.size();
    }
    figures_.rows_out += part.count;
    co_return Result<>();
}

// --- snapshots

io::Task<void> Runner::try_snapshot() {
    auto saved = co_await save_snapshot();
    if (!saved)
        log_warn("analytics", "snapshot failed",
                 {{"application", application_.key.name}, {"reason", saved.error().message()}});
}

io::Task<Result<>> Runner::save_snapshot() {
    const auto begun = io::monotonic_now();
    auto file = co_await parts_.snapshots.run([this] {
        return files_.write([this](const SnapshotFiles::Sink& sink) {
            return computation_.save([&](std::string_view piece) {
                return io::monotonic_now() < save_until_.load() && sink(piece);
            });
        });
    });
    const auto took = std::chrono::ceil<Millis>(io::monotonic_now() - begun);
    pace_.saved(home_.now(), took, false);
    if (!file) co_return pass(file);
    const Snapshot snapshot{positions(), std::move(*file), "", commits_};
    const std::int64_t id = application_.id;
    auto saved = co_await parts_.database.write(
        [&](meta::Txn& txn) { return store::write_snapshot(txn, id, snapshot); });
    if (!saved) co_return saved;
    pace_.saved(home_.now(), took, true);
    const std::string before = std::exchange(snapshot_.file, snapshot.file);
    snapshot_.state.clear();
    // What is in the snapshot is not replayed any more.
    auto trimmed = co_await parts_.snapshots.run([&] {
        files_.remove_up_to(before);
        return parts_.log.trim(application_.commits, snapshot.commit);
    });
    co_return trimmed;
}

}  // namespace freshet::analytics
