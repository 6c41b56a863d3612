// The facade.
#include "log/log.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "log/checkpoint.h"
#include "log/state.h"

namespace freshet {
const ErrorDomain& ErrorTraits<log::Errc>::domain() {
    static const ErrorDomain domain{"log"};
    return domain;
}
}  // namespace freshet

namespace freshet::log {

// --- the facade

namespace {

Result<> read_index(const meta::Database& database, std::vector<PartitionId>& ids,
                    std::uint64_t& last) {
    return database.read_now([&](const meta::Connection& connection) -> Result<> {
        auto listed =
            connection.query("SELECT id FROM log_partitions", {}, [&](const meta::Row& row) {
                ids.emplace_back(static_cast<std::uint64_t>(row.integer(0)));
                return true;
            });
        if (!listed) return listed;
        return connection.query("SELECT seq FROM sqlite_sequence WHERE name = 'log_partitions'", {},
                                [&](const meta::Row& row) {
                                    last = static_cast<std::uint64_t>(row.integer(0));
                                    return false;
                                });
    });
}

Result<> move_last(meta::Database& database, std::uint64_t last) {
    return database.write_now([&](meta::Txn& txn) -> Result<> {
        const auto number = static_cast<std::int64_t>(last);
        auto moved = txn.execute(
            "UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'log_partitions'", {number});
        if (moved && *moved == 0)
            moved =
                txn.execute("INSERT INTO sqlite_sequence VALUES ('log_partitions', ?1)", {number});
        if (!moved) return pass(moved);
        return {};
    });
}

}  // namespace

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Log>> Log::open(io::Disk& disk, std::string directory, io::Clock& clock,
                                       meta::Database& database, const Limits& limits,
                                       Known known) {
    State::Index index;
    index.is_older = known.index_is_older;
    if (auto listed = read_index(database, index.ids, index.last); !listed) return pass(listed);
    auto state = std::make_unique<State>(disk, std::move(directory), clock, limits);
    if (auto recovered = state->recover(index, known.has_run); !recovered) return pass(recovered);
    // No new partition gets the number of one that is kept.
    if (!state->unnamed.empty() && **state->unnamed.rbegin() > index.last) {
        if (auto moved = move_last(database, **state->unnamed.rbegin()); !moved) return pass(moved);
    }
    state->index_is_older = known.index_is_older;
    State& s = *state;
    s.committer = std::thread([&s] { s.commit_loop(); });
    s.flusher = std::thread([&s] { s.flush_loop(); });
    return std::unique_ptr<Log>(new Log(std::move(state)));
}

Log::~Log() {
    {
        const std::scoped_lock lock(state_->mutex);
        state_->is_stopping = true;
    }
    state_->wake_committer.notify_all();
    state_->committer.join();
    {
        const std::scoped_lock lock(state_->mutex);
        state_->is_flusher_stopping = true;
    }
    state_->wake_flusher.notify_all();
    state_->flusher.join();
}

Result<> Log::check(const std::vector<Claim>& claims) {
    for (const Claim& claim : claims) {
        PartitionPtr partition;
        {
            const std::scoped_lock lock(state_->mutex);
            partition = state_->find(claim.partition);
        }
        if (!partition || partition->assigned >= claim.next) continue;
        const bool is_gone = partition->assigned == 0 && state_->index_is_older;
        if (!is_gone) {
            return fail(freshet::Errc::corrupt,
                        fmt::format("{} is older than meta.db: {} knows of records up to {} of "
                                    "partition {}, and {} ends at {}",
                                    state_->directory, claim.owner, claim.next, *claim.partition,
                                    state_->partition_path(claim.partition), partition->assigned));
        }
        log_warn("log", "a partition's records are gone: it was removed after this copy of meta.db",
                 {{"partition", *claim.partition},
                  {"owner", claim.owner},
                  {"records_before", claim.next}});
        if (auto begun = partition->segments.begin_at(claim.next, state_->clock.now()); !begun)
            return begun;
        const std::scoped_lock lock(state_->mutex);
        partition->flushed = partition->durable = partition->assigned = partition->cached_first =
            partition->trimmed = claim.next;
    }
    // The checkpoint names partitions that were removed after this copy of meta.db and have begun
    // again.
    return state_->index_is_older ? state_->save_reaches(state_->copied_through) : Result<>();
}

void Log::add(PartitionId id) {
    const std::scoped_lock lock(state_->mutex);
    state_->partitions.emplace(*id, state_->make(id));
}

void Log::drop(PartitionId id) {
    PartitionPtr partition;
    {
        const std::scoped_lock lock(state_->mutex);
        const auto found = state_->partitions.find(*id);
        if (found == state_->partitions.end()) return;
        partition = found->second;
        partition->is_dropped = true;
        partition->listeners.clear();
        state_->partitions.erase(found);
    }
    if (auto removed = partition->segments.remove_all(); !removed) {
        log_warn("log", "could not remove a partition",
                 {{"partition", *id}, {"reason", removed.error().message()}});
    }
}

void Log::hold_time(PartitionId id, Timestamp time) {
    const std::scoped_lock lock(state_->mutex);
    if (const PartitionPtr partition = state_->find(id))
        partition->last_assigned = std::max(partition->last_assigned, time);
}

io::Task<Result<std::vector<Appended>>> Log::append(std::vector<Append> batches) {
    State& state = *state_;
    Waiting one;
    std::vector<Appended> answers;
    io::Promise<Result<>> done(*io::Core::current());
    one.done = [done](Result<> result) mutable { done.set(std::move(result)); };
    bool wakes = false;
    std::size_t bytes = 0;
    for (const Append& batch : batches) {
        for (const Bytes& record : batch.records) bytes += record.size();
    }
    if (bytes > state.limits.append_bytes_max)
        co_return fail(Errc::too_large, fmt::format("an append of {} bytes", bytes));
    {
        const std::scoped_lock lock(state.mutex);
        if (state.waiting_bytes + bytes > state.limits.waiting_bytes_max)
            co_return fail(Errc::overloaded, "too much waits to be written");
        for (const Append& batch : batches) {
            if (!state.find(batch.partition))
                co_return fail(Errc::unknown_partition,
                               fmt::format("partition {}", *batch.partition));
        }
        for (const Append& batch : batches) {
            const PartitionPtr partition = state.find(batch.partition);
            partition->last_assigned = std::max(partition->last_assigned, state.clock.now());
            Appended answer{partition->assigned, partition->last_assigned, false};
            if (batch.token.producer) {
                auto& last = partition->producers[batch.token.producer];
                answer.is_duplicate = batch.token.sequence <= last;
                if (!answer.is_duplicate) {
                    one.tokens.push_back({partition, batch.token.producer, last});
                    last = batch.token.sequence;
                }
            }
            answers.push_back(answer);
            if (answer.is_duplicate || batch.records.empty()) continue;
            const FrameHeader header{
                batch.partition, partition->assigned, partition->last_assigned, batch.token, 0, 0};
            for (Frame& frame : make_frames(header, batch.records, state.limits.frame_bytes_max)) {
                one.bytes += frame.bytes.size();
                if (partition->frames.empty()) partition->cached_first = frame.header.first;
                partition->frames.push_back(frame);
                one.frames.emplace_back(partition, std::move(frame));
            }
            partition->assigned += batch.records.size();
            // The frames in memory end where the next append begins.
            const FrameHeader& last = partition->frames.back().header;
            FRESHET_CHECK(last.first + last.count == partition->assigned);
        }
        state.waiting_bytes += one.bytes;
        // An append of duplicates alone still waits its turn: the first try may not be durable yet.
        state.waiting.push_back(std::move(one));
        wakes = !state.is_gathering || state.is_group_whole();
    }
    if (wakes) state.wake_committer.notify_one();
    auto result = co_await done.get();
    if (!result) co_return pass(result);
    co_return answers;
}

Result<Tail> Log::tail(PartitionId id) const {
    const std::scoped_lock lock(state_->mutex);
    const PartitionPtr partition = state_->find(id);
    if (!partition) return fail(Errc::unknown_partition, fmt::format("partition {}", *id));
    Tail tail{std::max(partition->trimmed, partition->segments.first()),
              partition->durable,
              partition->last_durable,
              {},
              partition->bytes};
    if (partition->durable == partition->assigned) {
        // Nothing is under way: what comes gets a time of now or later, and that promise is kept.
        partition->last_assigned = std::max(partition->last_assigned, state_->clock.now());
        tail.low_watermark = partition->last_assigned;
        return tail;
    }
    const auto pending = partition->frame_at(partition->durable);
    if (pending != partition->frames.end()) tail.low_watermark = pending->header.time;
    return tail;
}

bool Log::is_cached(PartitionId id, Ordinal from) const {
    const std::scoped_lock lock(state_->mutex);
    const PartitionPtr partition = state_->find(id);
    return !partition || from >= partition->cached_first || from >= partition->durable;
}

namespace {

/// Appends to `records` what `partition` has in memory from `from` on. Called with the log's mutex
/// held.
void read_memory(const Partition& partition, Ordinal from, std::size_t records_max,
                 std::size_t bytes_max, std::vector<Record>& records) {
    auto frame = std::ranges::partition_point(
        partition.frames, [&](const Frame& f) { return f.header.first + f.header.count <= from; });
    std::size_t bytes = 0;
    for (; frame != partition.frames.end() && frame->header.first < partition.durable; ++frame) {
        if (records.size() >= records_max || bytes >= bytes_max) break;
        append_records(*frame, from, records_max - records.size(), records);
        bytes += frame->header.length;
    }
}

}  // namespace

Result<std::vector<Record>> Log::read(PartitionId id, Ordinal from, std::size_t records_max,
                                      std::size_t bytes_max) const {
    PartitionPtr partition;
    {
        const std::scoped_lock lock(state_->mutex);
        partition = state_->find(id);
        if (!partition) return fail(Errc::unknown_partition, fmt::format("partition {}", *id));
        from = std::max(from, partition->trimmed);
        if (from >= partition->durable || from >= partition->cached_first) {
            std::vector<Record> records;
            read_memory(*partition, from, records_max, bytes_max, records);
            return records;
        }
    }
    auto records = partition->segments.read(from, records_max, bytes_max);
    if (!records || records->empty()) return records;
    // What follows the last segment is in memory: a reader sees no border between the two.
    std::size_t bytes = 0;
    for (const Record& record : *records) bytes += record.data.size();
    const Ordinal next = records->back().ordinal + 1;
    const std::scoped_lock lock(state_->mutex);
    if (next >= partition->cached_first && bytes < bytes_max)
        read_memory(*partition, next, records_max, bytes_max - bytes, *records);
    return records;
}

Result<Ordinal> Log::find_time(PartitionId id, Timestamp time) const {
    PartitionPtr partition;
    {
        const std::scoped_lock lock(state_->mutex);
        partition = state_->find(id);
        if (!partition) return fail(Errc::unknown_partition, fmt::format("partition {}", *id));
        const bool is_all_cached = partition->cached_first <= partition->trimmed;
        if (is_all_cached ||
            (!partition->frames.empty() && partition->frames.front().header.time < time)) {
            const auto found =
                std::ranges::partition_point(partition->frames, [&](const Frame& frame) {
                    return frame.header.first < partition->durable && frame.header.time < time;
                });
            if (found == partition->frames.end() || found->header.first >= partition->durable)
                return partition->durable;
            return std::max(found->header.first, partition->trimmed);
        }
    }
    auto found = partition->segments.find_time(time);
    if (!found) return found;
    const std::scoped_lock lock(state_->mutex);
    if (*found < partition->flushed) return std::max(*found, partition->trimmed);
    for (const Frame& frame : partition->frames) {
        if (frame.header.first >= partition->durable) break;
        if (frame.header.first >= *found && frame.header.time >= time) return frame.header.first;
    }
    return partition->durable;
}

Result<> Log::trim(PartitionId id, Ordinal before) {
    PartitionPtr partition;
    {
        const std::scoped_lock lock(state_->mutex);
        partition = state_->find(id);
        if (!partition) return fail(Errc::unknown_partition, fmt::format("partition {}", *id));
        partition->trimmed = std::max(partition->trimmed, std::min(before, partition->durable));
        before = std::min(partition->trimmed, partition->flushed);
        // Records that expire in the journal, since little comes: now and then it is flushed for
        // them.
        const Timestamp now = state_->clock.now();
        if (partition->trimmed > partition->flushed &&
            now - state_->last_trim_roll >= state_->limits.trim_roll_every) {
            state_->last_trim_roll = now;
            state_->must_roll = true;
            state_->wake_committer.notify_one();
        }
    }
    auto sealed = partition->segments.seal(before);
    if (!sealed) return pass(sealed);
    if (*sealed) {
        const std::scoped_lock lock(state_->mutex);
        state_->must_checkpoint = true;
        state_->wake_flusher.notify_one();
    }
    return partition->segments.trim(before);
}

std::uint64_t Log::listen(PartitionId id, Listener listener) {
    const std::scoped_lock lock(state_->mutex);
    const std::uint64_t number = state_->next_listener++;
    if (const PartitionPtr partition = state_->find(id))
        partition->listeners.emplace(number, std::move(listener));
    return number;
}

void Log::unlisten(PartitionId id, std::uint64_t listener) {
    const std::scoped_lock lock(state_->mutex);
    if (const PartitionPtr partition = state_->find(id)) partition->listeners.erase(listener);
}

Result<> Log::flush() {
    std::unique_lock lock(state_->mutex);
    const std::uint64_t rolled = state_->flush_through, refused = state_->rolls_refused;
    std::vector<std::pair<PartitionPtr, Ordinal>> wanted;
    for (const auto& [id, partition] : state_->partitions)
        wanted.emplace_back(partition, partition->durable);
    state_->must_roll = true;
    state_->wake_committer.notify_one();
    // What is durable now lies in front of the next roll; a flush that is under way already does
    // not count.
    state_->flush_done.wait(
        lock, [&] { return state_->flush_through > rolled || state_->rolls_refused > refused; });
    const std::uint64_t through = state_->flush_through;
    state_->flush_done.wait(lock, [&] { return state_->flushed_through >= through; });
    for (const auto& [partition, durable] : wanted) {
        if (partition->flushed < durable && !partition->is_dropped)
            return fail(freshet::Errc::io, "flush failed; the journal keeps everything");
    }
    return {};
}

}  // namespace freshet::log
