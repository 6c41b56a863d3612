#include "analytics/runner.h"

#include <fmt/format.h>

#include <algorithm>

#include "analytics/limits.h"
#include "analytics/output_rows.h"
#include "analytics/store.h"
#include "analytics/trouble.h"
#include "base/log.h"
#include "base/utf8.h"
#include "record/kpl.h"
#include "record/text.h"
#include "io/steady_time.h"

namespace freshet::analytics {

Runner::Runner(Parts parts, Application application, std::shared_ptr<const flow::Program> program,
               Snapshot snapshot)
    : parts_(parts),
      application_(std::move(application)),
      program_(std::move(program)),
      snapshot_(std::move(snapshot)),
      bound_(from_epoch_ms(0)),
      files_(parts.files_of(application_)),
      retry_after_(limits::retry_first),
      bell_(std::make_shared<Bell>(parts.home)),
      scope_(parts.home) {}
Runner::~Runner() = default;

void Runner::start() { scope_.spawn(run()); }

io::Task<void> Runner::stop(std::chrono::steady_clock::time_point until) {
    stopping_ = true;
    save_until_ = until;
    bell_->ring();
    co_await scope_.join();
    for (const Source& source : sources_) {
        if (source.listener) parts_.log.unlisten(source.shard.partition, source.listener);
    }
    if (!is_open_ || !is_changed_) co_return;
    auto saved = co_await save_snapshot();
    if (!saved)
        log_warn("analytics", "snapshot failed",
                 {{"application", application_.key.name}, {"reason", saved.error().message()}});
}

io::Task<void> Runner::run() {
    while (!stopping_) {
        bell_->rung = false;
        Result<> opened;
        if (!is_open_) opened = co_await open();
        Result<bool> worked = false;
        if (opened)
            worked = co_await step();
        else
            worked = std::unexpected(std::move(opened.error()));
        if (!worked) {
            const bool go_on = co_await back_off(worked.error());
            if (!go_on) co_return;
            continue;
        }
        figures_.trouble.clear();
        retry_after_ = limits::retry_first;
        if (is_changed_ && parts_.home.now() >= snapshot_at_ + snapshot_rest_) {
            auto saved = co_await save_snapshot();
            if (!saved)
                log_warn(
                    "analytics", "snapshot failed",
                    {{"application", application_.key.name}, {"reason", saved.error().message()}});
        }
        if (*worked || bell_->rung || stopping_) continue;
        co_await bell_->signal.wait_until(parts_.home.now() + limits::look_every);
    }
}

/// The source waits while something refuses; nothing is lost.
io::Task<bool> Runner::back_off(const Error& error) {
    if (figures_.trouble != error.message()) tell("Application.Waiting", error.message());
    figures_.trouble = error.message();
    const Timestamp until = parts_.home.now() + retry_after_;
    retry_after_ = std::min(retry_after_ * 2, limits::retry_max);
    while (!stopping_ && parts_.home.now() < until) co_await bell_->signal.wait_until(until);
    co_return !stopping_;
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

// --- beginning

io::Task<Result<>> Runner::open() {
    auto shards = parts_.siblings.shards(application_.inputs[0].stream_arn);
    if (!shards) co_return std::unexpected(std::move(shards.error()));
    for (const Source& source : sources_) {
        if (source.listener) parts_.log.unlisten(source.shard.partition, source.listener);
    }
    sources_.clear();
    for (const Shard& shard : *shards) add_source(shard, snapshot_.positions[*shard.partition]);
    engine_ = std::make_unique<flow::Engine>(program_, application_.started);
    std::vector<std::string> watched{std::string(flow::error_stream)};
    for (const flow::StreamInfo& stream : program_->streams()) watched.push_back(stream.name);
    engine_->watch(std::move(watched));
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
        std::string state = snapshot_.state;
        if (!snapshot_.file.empty()) {
            auto read = files_.read(snapshot_.file);
            if (!read) return std::unexpected(std::move(read.error()));
            state = std::move(*read);
        }
        if (state.empty()) return {};
        auto fits = engine_->load(state);
        if (fits) return {};
        // Changed code begins with empty windows at the position that was reached.
        log_warn("analytics", "state begins anew",
                 {{"application", application_.key.name}, {"reason", fits.error().message()}});
        engine_ = std::make_unique<flow::Engine>(program_, application_.started);
        return {};
    });
    co_return loaded;
}

void Runner::add_source(const Shard& shard, log::Ordinal next) {
    Source& source = sources_.emplace_back();
    source.shard = shard;
    source.next = next;
    source.listener = parts_.log.listen(shard.partition, [&home = parts_.home, bell = bell_] {
        home.post([bell] { bell->ring(); });
    });
}

/// A reshard adds sources, which are read from their beginning, and retention takes old ones away.
/// Called in one go with the looks at the tails: a source that ended lets time go on only when
/// those that follow it are known.
Result<> Runner::follow_shards() {
    auto shards = parts_.siblings.shards(application_.inputs[0].stream_arn);
    if (!shards) return std::unexpected(std::move(shards.error()));
    std::erase_if(sources_, [&](const Source& source) {
        const bool is_there =
            std::ranges::binary_search(*shards, source.shard.index, {}, &Shard::index);
        if (!is_there) parts_.log.unlisten(source.shard.partition, source.listener);
        return !is_there;
    });
    for (const Shard& shard : *shards) {
        if (sources_.empty() || shard.index > sources_.back().shard.index) add_source(shard, 0);
    }
    return {};
}

io::Task<Result<>> Runner::replay() {
    const log::PartitionId partition = application_.commits;
    auto tail = parts_.log.tail(partition);
    if (!tail) co_return std::unexpected(std::move(tail.error()));
    const bool is_prepared = application_.inputs[0].processor.has_value();
    std::optional<Commit> last;
    while (commits_ < tail->next) {
        auto records = co_await parts_.pool.run(
            [&] { return parts_.log.read(partition, commits_, 16, limits::chunk_bytes_max); });
        if (!records) co_return std::unexpected(std::move(records.error()));
        if (records->empty())
            co_return fail(freshet::Errc::corrupt,
                           fmt::format("commit {} of the application is gone", commits_));
        for (const log::Record& record : *records) {
            auto commit = decode_commit(record.data);
            if (!commit) co_return std::unexpected(std::move(commit.error()));
            commits_ = record.ordinal + 1;
            if (is_prepared || !commit->prepared.empty()) {
                co_await parts_.pool.run([&] {
                    feed(commit->prepared);
                    engine_->on_time(commit->bound);
                    engine_->take();
                    return true;
                });
                for (Source& source : sources_) {
                    if (commit->positions.contains(*source.shard.partition))
                        source.next = commit->positions[*source.shard.partition];
                }
            }
            bound_ = std::max(bound_, commit->bound);
            last = std::move(*commit);
        }
    }
    if (!last || is_prepared) co_return Result<>();
    auto replayed = co_await replay_records(std::move(*last));
    co_return replayed;
}

/// Without a function the records themselves are replayed, up to where the last commit stood.
io::Task<Result<>> Runner::replay_records(Commit last) {
    for (Source& source : sources_)
        source.end = last.positions.contains(*source.shard.partition)
                         ? last.positions[*source.shard.partition]
                         : source.next;
    bool is_all = false;
    while (!is_all) {
        auto taken = co_await take(Timestamp::max(), is_all);
        if (!taken) co_return std::unexpected(std::move(taken.error()));
        auto fed = co_await parts_.pool.run([&]() -> Result<std::size_t> {
            auto done = feed(*taken);
            engine_->take();
            return done;
        });
        if (!fed) co_return std::unexpected(std::move(fed.error()));
        if (*fed == taken->size()) continue;
        is_all = false;
        put_back(std::move(*taken), *fed);
    }
    co_await parts_.pool.run([&] {
        engine_->on_time(last.bound);
        engine_->take();
        return true;
    });
    co_return Result<>();
}

// --- one chunk

io::Task<Result<bool>> Runner::step() {
    Timestamp bound = Timestamp::max();
    if (auto followed = follow_shards(); !followed)
        co_return std::unexpected(
            std::move(followed.error()).within("stream " + application_.inputs[0].stream_arn));
    for (Source& source : sources_) {
        auto tail = parts_.log.tail(source.shard.partition);
        if (!tail)
            co_return std::unexpected(
                std::move(tail.error()).within("stream " + application_.inputs[0].stream_arn));
        source.end = tail->next;
        // Records that retention has unlinked are gone for this reader, too.
        if (source.next < tail->first && source.ahead.empty()) source.next = tail->first;
        bound = std::min(bound, tail->low_watermark);
    }
    bool is_all = false;
    auto taken = co_await take(bound, is_all);
    if (!taken) co_return std::unexpected(std::move(taken.error()));
    figures_.behind.reset();
    if (!taken->empty() && !is_all)
        figures_.behind = std::max(Millis(0), std::chrono::duration_cast<Millis>(
                                                  parts_.home.now() - taken->front().record.time));
    if (taken->empty() && bound <= bound_) co_return false;
    const bool had_records = !taken->empty();
    const std::size_t taken_count = taken->size();
    std::uint64_t taken_bytes = 0;
    for (const Taken& one : *taken) taken_bytes += one.record.data.size();
    aggregates_ = 0;
    std::vector<Prepared> prepared;
    if (application_.inputs[0].processor && had_records) {
        // On failure the same records come again: put them back in front.
        std::vector<Taken> again = *taken;
        auto answered = co_await prepare(std::move(*taken));
        if (!answered) {
            put_back(std::move(again), 0);
            co_return std::unexpected(std::move(answered.error()));
        }
        prepared = std::move(*answered);
    }
    std::size_t fed_count = 0;
    Result<Made> made = co_await parts_.pool.run([&]() -> Result<Made> {
        if (application_.inputs[0].processor) {
            feed(prepared);
        } else {
            auto fed = feed(*taken);
            if (!fed) return std::unexpected(std::move(fed.error()));
            fed_count = *fed;
            is_all = is_all && fed_count == taken->size();
        }
        if (is_all) engine_->on_time(bound);
        return make_rows();
    });
    if (!made) co_return std::unexpected(std::move(made.error()));
    figures_.input.records += taken_count;
    figures_.input.bytes += taken_bytes;
    if (!application_.inputs[0].processor) {
        for (std::size_t i = fed_count; i < taken->size(); ++i) {
            --figures_.input.records;
            figures_.input.bytes -= (*taken)[i].record.data.size();
        }
        put_back(std::move(*taken), fed_count);
    }
    if (is_all) bound_ = bound;
    is_changed_ = is_changed_ || had_records;
    advise(aggregates_, had_records);
    figures_.rows_in = engine_->rows_in();
    auto done = co_await commit(std::move(*made), std::move(prepared), bound_);
    if (!done) co_return std::unexpected(std::move(done.error()));
    co_return had_records;
}

io::Task<Result<>> Runner::read_ahead(Source& source) {
    const log::Ordinal from = source.ahead.empty() ? source.next : source.ahead.back().ordinal + 1;
    if (from >= source.end || !source.ahead.empty()) co_return Result<>();
    const std::size_t count = std::min<std::size_t>(limits::chunk_records_max, source.end - from);
    Result<std::vector<log::Record>> records;
    if (parts_.log.is_cached(source.shard.partition, from))
        records = parts_.log.read(source.shard.partition, from, count, limits::chunk_bytes_max);
    else
        records = co_await parts_.pool.run([&] {
            return parts_.log.read(source.shard.partition, from, count, limits::chunk_bytes_max);
        });
    if (!records) co_return std::unexpected(std::move(records.error()));
    for (log::Record& record : *records) {
        if (record.ordinal < source.end && !parts_.siblings.is_end(record.data))
            source.ahead.push_back(std::move(record));
    }
    if (source.ahead.empty()) source.next = source.end;
    co_return Result<>();
}

io::Task<Result<std::vector<Runner::Taken>>> Runner::take(Timestamp bound, bool& is_all) {
    std::vector<Taken> taken;
    std::size_t bytes = 0;
    is_all = false;
    while (taken.size() < limits::chunk_records_max && bytes < limits::chunk_bytes_max) {
        Source* first = nullptr;
        std::uint32_t shard = 0;
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            auto read = co_await read_ahead(sources_[i]);
            if (!read) co_return std::unexpected(std::move(read.error()));
            if (sources_[i].ahead.empty()) continue;
            if (first && first->ahead.front().time <= sources_[i].ahead.front().time) continue;
            first = &sources_[i];
            shard = static_cast<std::uint32_t>(i);
        }
        if (!first || first->ahead.front().time >= bound) {
            is_all = true;
            break;
        }
        bytes += first->ahead.front().data.size();
        first->next = first->ahead.front().ordinal + 1;
        taken.push_back({shard, std::move(first->ahead.front())});
        first->ahead.pop_front();
    }
    co_return taken;
}

void Runner::put_back(std::vector<Taken> taken, std::size_t first) {
    for (std::size_t i = taken.size(); i-- > first;) {
        Source& source = sources_[taken[i].shard];
        source.next = taken[i].record.ordinal;
        source.ahead.push_front(std::move(taken[i].record));
    }
}

Result<std::size_t> Runner::feed(const std::vector<Taken>& taken) {
    std::size_t count = 0;
    for (; count < taken.size() && !engine_->is_full(); ++count) {
        const Taken& one = taken[count];
        auto record = parts_.siblings.decode(one.record.data);
        if (!record) return std::unexpected(std::move(record.error()));
        const Shard& shard = sources_[one.shard].shard;
        const std::string sequence_number = parts_.siblings.sequence_number(shard, one.record);
        feed_one(input_of(shard.index),
                 {record->data, one.record.time, shard.id, record->partition_key, sequence_number});
    }
    return count;
}

void Runner::feed(const std::vector<Prepared>& prepared) {
    for (const Prepared& one : prepared) {
        if (one.verdict == Verdict::dropped) continue;
        const auto from = std::ranges::find(
            sources_, one.shard, [](const Source& source) { return source.shard.index; });
        const std::string shard_id = from == sources_.end() ? std::string() : from->shard.id;
        const flow::SourceRecord record{one.data, one.arrival, shard_id, one.partition_key,
                                        one.sequence_number};
        if (one.verdict == Verdict::ok)
            feed_one(input_of(one.shard), record);
        else
            engine_->fail_record(input_of(one.shard), record,
                                 "the function answered ProcessingFailed");
    }
}

/// Lines of an aggregate would be rows by accident, with bytes of the format between them.
void Runner::feed_one(std::size_t input, const flow::SourceRecord& record) {
    if (!record::is_aggregate(record.payload.view())) return engine_->feed(input, record);
    ++aggregates_;
    engine_->fail_record(
        input, record,
        application_.inputs[0].processor ? advice_of_function : advice_without_function);
}

Runner::Made Runner::make_rows() {
    Made made;
    made.emitted = engine_->take();
    for (const flow::Emitted& emitted : made.emitted) {
        if (emitted.stream != flow::error_stream) continue;
        // The row that tells what was left out is none that failed.
        made.errors += emitted.rows.rows() + emitted.left_out - (emitted.left_out > 0);
        made.left_out += emitted.left_out;
    }
    OutputRows rows(application_.outputs);
    for (const flow::Emitted& emitted : made.emitted) rows.add(emitted);
    made.rows = rows.finish(made.cut);
    return made;
}

/// Output rows, positions and what the function made: one append, all of it or nothing. It is tried
/// until it is done, as the engine has moved on.
io::Task<Result<>> Runner::commit(Made made, std::vector<Prepared> prepared, Timestamp bound) {
    std::uint64_t rows = 0;
    for (const auto& of_output : made.rows) rows += of_output.size();
    for (const Prepared& one : prepared) {
        figures_.processed_ok += one.verdict == Verdict::ok;
        figures_.dropped += one.verdict == Verdict::dropped;
        figures_.processing_failed += one.verdict == Verdict::failed;
    }
    while (rows > 0 || !prepared.empty()) {
        std::vector<log::Append> appends;
        Result<> placed;
        for (std::size_t i = 0; i < made.rows.size() && placed; ++i) {
            if (made.rows[i].empty()) continue;
            auto more = parts_.siblings.place(application_.outputs[i], made.rows[i]);
            if (more)
                std::ranges::move(*more, std::back_inserter(appends));
            else
                placed = std::unexpected(std::move(more.error()));
        }
        if (placed) {
            std::vector<log::Append> batch;
            batch.push_back({application_.commits, {encode({positions(), bound, prepared})}, {}});
            std::ranges::move(appends, std::back_inserter(batch));
            auto appended = co_await parts_.log.append(std::move(batch));
            if (appended) {
                commits_ = (*appended)[0].first + 1;
                break;
            }
            placed = std::unexpected(std::move(appended.error()));
        }
        const bool go_on = co_await back_off(placed.error());
        if (!go_on) {
            is_changed_ = false;  // what was not committed is computed again from the last snapshot
            co_return std::unexpected(std::move(placed.error()));
        }
    }
    figures_.rows_out += rows;
    for (std::size_t i = 0; i < made.rows.size(); ++i) {
        Flow& flow = figures_.outputs[application_.outputs[i].id];
        flow.records += made.rows[i].size();
        for (const Bytes& row : made.rows[i]) flow.bytes += row.size();
    }
    figures_.errors += made.errors;
    if (made.left_out > 0)
        log_warn(
            "analytics", "rows that failed are not in error_stream one by one",
            {{"application", application_.key.name}, {"rows", fmt::format("{}", made.left_out)}});
    remember(made.emitted);
    co_return Result<>();
}

void Runner::remember(const std::vector<flow::Emitted>& emitted) {
    for (const flow::Emitted& one : emitted) {
        for (std::size_t row = 0; row < one.rows.rows(); ++row) {
            const Timestamp at = from_epoch_ms(one.rows.rowtimes[row]);
            auto& windows = figures_.windows;
            const bool is_new =
                windows.empty() || windows.back().stream != one.stream || windows.back().at != at;
            if (is_new) windows.push_back({one.stream, at, one.columns, {}, 0});
            if (windows.back().rows.size() >= limits::window_rows_max ||
                windows.back().bytes >= limits::windows_bytes_max)
                continue;
            const std::size_t before = windows.back().bytes;
            auto& cells = windows.back().rows.emplace_back();
            for (const record::Vector& column : one.rows.columns) {
                cells.push_back(std::nullopt);
                if (!column.nulls[row])
                    cells.back() = utf8_prefix(record::to_text(column, row),
                                                       limits::window_cell_characters_max);
                windows.back().bytes += sizeof(cells.back()) + cells.back().value_or("").size();
            }
            windows_bytes_ += windows.back().bytes - before;
            while (windows.size() > limits::windows_max ||
                   (windows_bytes_ > limits::windows_bytes_max && windows.size() > 1)) {
                windows_bytes_ -= windows.front().bytes;
                windows.erase(windows.begin());
            }
        }
    }
}

std::map<std::uint64_t, log::Ordinal> Runner::positions() const {
    std::map<std::uint64_t, log::Ordinal> all;
    for (const Source& source : sources_) all[*source.shard.partition] = source.next;
    return all;
}

io::Task<Result<>> Runner::save_snapshot() {
    const auto begun = io::monotonic_now();
    auto file = co_await parts_.pool.run([this] {
        return files_.write([this](const SnapshotFiles::Sink& sink) {
            return engine_->save([&](std::string_view piece) {
                return io::monotonic_now() < save_until_.load() && sink(piece);
            });
        });
    });
    const auto took = std::chrono::ceil<Millis>(io::monotonic_now() - begun);
    snapshot_at_ = parts_.home.now();
    snapshot_rest_ = std::max(limits::snapshot_every, took * limits::snapshot_rest_factor);
    if (!file) co_return std::unexpected(std::move(file.error()));
    const Snapshot snapshot{positions(), std::move(*file), "", commits_};
    const std::int64_t id = application_.id;
    auto saved = co_await parts_.database.write(
        [&](meta::Txn& txn) { return store::write_snapshot(txn, id, snapshot); });
    if (!saved) co_return saved;
    is_changed_ = false;
    const std::string before = std::exchange(snapshot_.file, snapshot.file);
    snapshot_.state.clear();
    // What is in the snapshot is not replayed any more.
    auto trimmed = co_await parts_.pool.run([&] {
        files_.remove_up_to(before);
        return parts_.log.trim(application_.commits, snapshot.commit);
    });
    co_return trimmed;
}

}  // namespace freshet::analytics
