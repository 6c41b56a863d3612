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

Runner::Runner(Parts parts, Application application, std::shared_ptr<const flow::Program> program,
               Snapshot snapshot)
    : parts_(parts),
      application_(std::move(application)),
      snapshot_(std::move(snapshot)),
      files_(parts.files_of(application_)),
      trouble_(parts.home, parts.siblings, application_, figures_),
      sources_(parts.home, parts.pool, parts.log, parts.siblings),
      follower_(sources_.follower()),
      preparation_(parts.home, parts.pool, parts.siblings, application_, sources_,
                   program->reads_sequence_numbers()),
      computation_(std::move(program), application_, sources_),
      reached_(from_epoch_ms(0)),
      scope_(parts.home) {}
Runner::~Runner() = default;

void Runner::start() { scope_.spawn(run()); }

io::Task<void> Runner::stop(std::chrono::steady_clock::time_point until) {
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
        const Pace::Then then =
            pace_.after(outcome.value_or(Pace::Outcome::failed), parts_.home.now());
        if (then.saves) co_await try_snapshot();
        if (then.looks_later) co_await follower_.wait_until(parts_.home.now() + limits::look_every);
        if (then.retries_at) co_await follower_.rest_until(*then.retries_at);
    }
}

// --- one chunk

Result<Timestamp> Runner::look() {
    const std::string& stream = application_.inputs[0].stream_arn;
    auto shards = parts_.siblings.shards(stream);
    if (!shards) return std::unexpected(std::move(shards.error()).within("stream " + stream));
    auto bound = sources_.look(*shards);
    if (!bound) return std::unexpected(std::move(bound.error()).within("stream " + stream));
    return bound;
}

io::Task<Result<Pace::Outcome>> Runner::step() {
    auto bound = look();
    if (!bound) co_return pass(bound);
    auto taken = co_await sources_.take(*bound);
    if (!taken) co_return pass(taken);
    Chunk chunk(std::move(*taken), *bound, reached_, sources_.positions());
    figures_.behind = chunk.behind(parts_.home.now());
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

/// Rows, positions and what the function made: one append, all of it or nothing. It is tried until
/// it is done, as the engine has moved on.
io::Task<Result<>> Runner::append(const OutputRows::Part& part, const Commit& commit) {
    while (true) {
        std::vector<log::Append> batch;
        batch.push_back({application_.commits, {encode(commit)}, {}});
        Result<> placed;
        for (std::size_t i = 0; i < part.rows.size() && placed; ++i) {
            if (part.rows[i].empty()) continue;
            auto more = parts_.siblings.place(application_.outputs[i], part.rows[i]);
            if (more)
                std::ranges::move(*more, std::back_inserter(batch));
            else
                placed = pass(more);
        }
        if (placed) {
            auto appended = co_await parts_.log.append(std::move(batch));
            if (appended) {
                // One run at a time writes to the partition, and no commit is lost or doubled.
                FRESHET_CHECK((*appended)[0].first == commits_);
                commits_ = (*appended)[0].first + 1;
                break;
            }
            placed = pass(appended);
        }
        trouble_.waits_for(placed.error());
        co_await follower_.rest_until(pace_.refused(parts_.home.now()));
        if (is_stopping()) co_return placed;
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
    pace_.saved(parts_.home.now(), took, false);
    if (!file) co_return pass(file);
    const Snapshot snapshot{positions(), std::move(*file), "", commits_};
    const std::int64_t id = application_.id;
    auto saved = co_await parts_.database.write(
        [&](meta::Txn& txn) { return store::write_snapshot(txn, id, snapshot); });
    if (!saved) co_return saved;
    pace_.saved(parts_.home.now(), took, true);
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
