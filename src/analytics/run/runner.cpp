#include "analytics/run/runner.h"

#include <fmt/format.h>

#include <algorithm>

#include "analytics/limits.h"
#include "analytics/run/trouble.h"
#include "analytics/run/windows.h"
#include "analytics/store.h"
#include "base/log.h"
#include "io/steady_time.h"
#include "record/kpl.h"

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
      program_(std::move(program)),
      snapshot_(std::move(snapshot)),
      bound_(from_epoch_ms(0)),
      files_(parts.files_of(application_)),
      sources_(parts.home, parts.pool, parts.log, parts.siblings),
      follower_(sources_.follower()),
      scope_(parts.home) {}
Runner::~Runner() = default;

void Runner::start() { scope_.spawn(run()); }

io::Task<void> Runner::stop(std::chrono::steady_clock::time_point until) {
    save_until_ = until;
    follower_.stop();
    co_await scope_.join();
    if (is_open_ && is_changed_) co_await try_snapshot();
    // Ten million keys take three seconds of a core to free. With a time limit the process ends,
    // and its memory goes in one piece.
    if (until == std::chrono::steady_clock::time_point::max())
        co_await parts_.pool.run([this] { engine_.reset(); });
    else
        leave_to_the_end(std::move(engine_));
}

io::Task<void> Runner::run() {
    while (!follower_.is_stopping()) {
        follower_.begin_look();
        Result<> opened;
        if (!is_open_) opened = co_await open();
        Result<bool> worked = false;
        if (opened)
            worked = co_await step();
        else
            worked = pass(opened);
        if (!worked) {
            if (follower_.is_stopping()) co_return;
            co_await back_off(worked.error());
            continue;
        }
        figures_.trouble.clear();
        retry_.succeeded();
        if (is_changed_ && parts_.home.now() >= snapshot_at_ + snapshot_rest_)
            co_await try_snapshot();
        if (!*worked) co_await follower_.wait_until(parts_.home.now() + limits::look_every);
    }
}

/// The source waits while something refuses; nothing is lost.
io::Task<void> Runner::back_off(const Error& error) {
    if (figures_.trouble != error.message()) tell("Application.Waiting", error.message());
    figures_.trouble = error.message();
    co_await follower_.rest_until(retry_.failed(parts_.home.now()));
}

// --- telling

void Runner::tell(const char* code, const std::string& message) {
    log_warn("analytics", "trouble",
             {{"application", application_.key.name}, {"code", code}, {"reason", message}});
    for (const std::string& arn : log_streams_of(application_))
        parts_.siblings.write_log(arn, parts_.home.now(),
                                  trouble_line(application_, code, message));
}

void Runner::advise(std::uint64_t aggregates, bool had_records) {
    if (aggregates == 0) {
        if (had_records) figures_.advice.clear();
        return;
    }
    const std::string advice{application_.inputs[0].processor ? advice_of_function
                                                              : advice_without_function};
    if (figures_.advice != advice) tell("Input.KplAggregates", advice);
    figures_.advice = advice;
}

// --- one chunk

Result<Timestamp> Runner::look() {
    auto shards = parts_.siblings.shards(application_.inputs[0].stream_arn);
    if (!shards) return pass(shards);
    return sources_.look(*shards);
}

io::Task<Result<bool>> Runner::step() {
    auto bound = look();
    if (!bound)
        co_return std::unexpected(
            std::move(bound.error()).within("stream " + application_.inputs[0].stream_arn));
    auto chunk = co_await sources_.take(*bound);
    if (!chunk) co_return pass(chunk);
    std::vector<Taken>& taken = chunk->taken;
    const bool is_all = chunk->is_all;
    figures_.behind.reset();
    if (!taken.empty() && !is_all)
        figures_.behind = std::max(Millis(0), std::chrono::duration_cast<Millis>(
                                                  parts_.home.now() - taken.front().record.time));
    if (taken.empty() && *bound <= bound_) co_return false;
    auto records = co_await prepare(taken);
    if (!records) {
        sources_.put_back(std::move(taken));
        co_return pass(records);
    }
    is_changed_ = is_changed_ || !taken.empty();
    aggregates_ = 0;
    std::size_t at = 0;
    do {
        const std::size_t first = at;
        const Positions begin = sources_.positions(taken, first);
        Made made = co_await parts_.pool.run([&] {
            if (first < records->size()) at = feed(*records, first);
            if (is_all && at == records->size()) engine_->on_time(*bound);
            return take_output({});
        });
        if (is_all && at == records->size()) bound_ = *bound;
        for (std::size_t i = first; i < at; ++i) {
            ++figures_.input.records;
            figures_.input.bytes += (taken)[i].record.data.size();
        }
        figures_.rows_in = engine_->rows_in();
        Commit commit{sources_.positions(taken, at), bound_, {}, {}, begin};
        if (has_function())
            commit.prepared.assign(
                std::make_move_iterator(records->begin() + static_cast<std::ptrdiff_t>(first)),
                std::make_move_iterator(records->begin() + static_cast<std::ptrdiff_t>(at)));
        auto written = co_await write(std::move(made), std::move(commit));
        if (!written) {
            is_changed_ = false;  // what was not committed is computed again from the last snapshot
            co_return pass(written);
        }
    } while (at < records->size());
    advise(aggregates_, !taken.empty());
    co_return !taken.empty();
}

std::size_t Runner::feed(const std::vector<Prepared>& records, std::size_t first) {
    std::size_t bytes = 0, at = first;
    do {
        feed_one(records[at]);
        bytes += records[at].data.size();
        ++at;
    } while (at < records.size() && !engine_->is_full() && bytes < limits::prepared_bytes_max);
    return at;
}

void Runner::feed_one(const Prepared& one) {
    if (one.verdict == Verdict::dropped) return;
    const std::size_t input =
        one.shard % static_cast<std::size_t>(application_.inputs[0].parallelism);
    const Shard* shard = sources_.find(one.shard);
    const flow::SourceRecord record{one.data, one.arrival, shard ? shard->id : std::string_view(),
                                    one.partition_key, one.sequence_number};
    if (one.verdict == Verdict::failed)
        return engine_->fail_record(input, record, "the function answered ProcessingFailed");
    // Lines of an aggregate would be rows by accident, with bytes of the format between them.
    if (!record::is_aggregate(one.data.view())) return engine_->feed(input, record);
    ++aggregates_;
    engine_->fail_record(input, record,
                         has_function() ? advice_of_function : advice_without_function);
}

Runner::Made Runner::take_output(const std::map<std::string, std::uint64_t>& rows_out) {
    std::vector<flow::Emitted> emitted = engine_->take();
    std::uint64_t errors = 0, left_out = 0;
    for (const flow::Emitted& one : emitted) {
        if (one.stream != flow::error_stream) continue;
        // The row that tells what was left out is none that failed.
        errors += one.rows.rows() + one.left_out - (one.left_out > 0);
        left_out += one.left_out;
    }
    auto windows = windows_of(emitted);
    OutputRows rows(application_.outputs, std::move(emitted));
    rows.skip(rows_out);
    auto first = rows.next();
    return {std::move(rows), std::move(first), std::move(windows), errors, left_out};
}

// --- committing

/// The first part goes with what the function made; each is in one append with its commit.
io::Task<Result<>> Runner::write(Made made, Commit commit) {
    for (const Prepared& one : commit.prepared) {
        figures_.processed_ok += one.verdict == Verdict::ok;
        figures_.dropped += one.verdict == Verdict::dropped;
        figures_.processing_failed += one.verdict == Verdict::failed;
    }
    OutputRows::Part part = std::move(made.first);
    bool is_wanted = part.count > 0 || !commit.prepared.empty() || !commit.rows_out.empty();
    while (is_wanted) {
        commit.rows_out.clear();
        if (!part.is_last) commit.rows_out = made.rows.rows_out();
        auto appended = co_await append(part, commit);
        if (!appended) co_return appended;
        if (part.is_last) break;
        if (follower_.is_stopping() && io::monotonic_now() >= save_until_.load())
            co_return fail(freshet::Errc::cancelled, "the server ends; the other rows come later");
        commit.prepared.clear();
        part = co_await parts_.pool.run([&] { return made.rows.next(); });
    }
    figures_.errors += made.errors + made.rows.too_large();
    if (const std::uint64_t rows = made.left_out + made.rows.too_large(); rows > 0)
        log_warn("analytics", "rows that failed are not in error_stream one by one",
                 {{"application", application_.key.name}, {"rows", fmt::format("{}", rows)}});
    add_windows(std::move(made.windows), figures_.windows);
    co_return Result<>();
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
                commits_ = (*appended)[0].first + 1;
                break;
            }
            placed = pass(appended);
        }
        co_await back_off(placed.error());
        if (follower_.is_stopping()) co_return placed;
    }
    for (std::size_t i = 0; i < part.rows.size(); ++i) {
        Flow& flow = figures_.outputs[application_.outputs[i].id];
        flow.records += part.rows[i].size();
        for (const Bytes& row : part.rows[i]) flow.bytes += row.size();
    }
    figures_.rows_out += part.count;
    co_return Result<>();
}

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
            return engine_->save([&](std::string_view piece) {
                return io::monotonic_now() < save_until_.load() && sink(piece);
            });
        });
    });
    const auto took = std::chrono::ceil<Millis>(io::monotonic_now() - begun);
    snapshot_at_ = parts_.home.now();
    snapshot_rest_ = std::max(limits::snapshot_every, took * limits::snapshot_rest_factor);
    if (!file) co_return pass(file);
    const Snapshot snapshot{positions(), std::move(*file), "", commits_};
    const std::int64_t id = application_.id;
    auto saved = co_await parts_.database.write(
        [&](meta::Txn& txn) { return store::write_snapshot(txn, id, snapshot); });
    if (!saved) co_return saved;
    is_changed_ = false;
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
