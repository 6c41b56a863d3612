// The committer: what waits becomes one batch of the journal, durable before anyone hears of it.
#include "base/check.h"
#include "base/log.h"
#include "io/faults/failpoint.h"
#include "log/state.h"

namespace freshet::log {

constexpr std::size_t group_bytes_max = 32 * 1024 * 1024;  ///< of one write; an append is never cut

/// Returns when there is something to commit, when a flush is wanted, or when the log ends.
void Log::State::gather(std::unique_lock<std::mutex>& lock) {
    const auto is_due = [&] { return is_stopping || must_roll || !waiting.empty(); };
    if (is_idle) {
        wake_committer.wait(lock, is_due);
    } else if (!wake_committer.wait_for(lock, limits.idle_after, is_due)) {
        is_idle = true;
        return;
    }
    is_gathering = gathering.wanted >= Gathering::appends_min;
    if (is_gathering)
        wake_committer.wait_for(lock, Gathering::wait_max, [&] { return is_group_whole(); });
    is_gathering = false;
    if (!waiting.empty()) gathering.learn(waiting.size());
}

void Log::State::commit_loop() {
    while (true) {
        std::vector<Waiting> group;
        {
            std::unique_lock lock(mutex);
            gather(lock);
            if (waiting.empty() && !must_roll && is_stopping) return;
            if (!waiting.empty()) is_idle = false;
            std::size_t bytes = 0;
            while (!waiting.empty() &&
                   (group.empty() || bytes + waiting.front().bytes <= group_bytes_max)) {
                bytes += waiting.front().bytes;
                group.push_back(std::move(waiting.front()));
                waiting.pop_front();
            }
        }
        if (group.empty())
            rest();
        else
            commit(group);
        bool is_rolling = false;
        {
            const std::scoped_lock lock(mutex);
            is_rolling = std::exchange(must_roll, false);
        }
        if (is_rolling || journal.segment_bytes() >= limits.journal_segment_bytes) roll();
    }
}

void Log::State::rest() {
    const std::scoped_lock lock(mutex);
    if (!is_idle) return;
    evict();
    if (journal.segment_bytes() > limits.idle_journal_bytes) must_roll = true;
}

void Log::State::commit(std::vector<Waiting>& group) {
    std::vector<Frame> frames;
    for (const Waiting& one : group) {
        for (const auto& [partition, frame] : one.frames) frames.push_back(frame);
    }
    if (auto written = journal.append(frames); !written) {
        log_error("log", "append refused", {{"reason", written.error().message()}});
        return fail_all(group, written.error());
    }
    std::vector<Listener> listeners;
    {
        const std::scoped_lock lock(mutex);
        publish(group, listeners);
    }
    io::failpoints::reach("log.before_ack");
    for (const Waiting& one : group) one.done({});
    for (const Listener& listener : listeners) listener();
}

void Log::State::publish(std::vector<Waiting>& group, std::vector<Listener>& listeners) {
    for (const Waiting& one : group) {
        waiting_bytes -= one.bytes;
        for (const auto& [partition, frame] : one.frames) {
            // Readers see records without a gap, and times that never go back.
            FRESHET_CHECK(frame.header.first == partition->durable);
            FRESHET_CHECK(frame.header.time >= partition->last_durable);
            partition->durable = frame.header.first + frame.header.count;
            partition->last_durable = frame.header.time;
            partition->bytes += frame.bytes.size();
            FRESHET_CHECK(partition->durable <= partition->assigned);
            for (const auto& [id, listener] : partition->listeners) listeners.push_back(listener);
        }
    }
}

/// Appends queued after a refused batch hold later ordinals, so they fail too; their ordinals are
/// assigned again.
void Log::State::fail_all(std::vector<Waiting>& group, const Error& error) {
    std::vector<Waiting> all = std::move(group);
    {
        const std::scoped_lock lock(mutex);
        for (Waiting& one : waiting) all.push_back(std::move(one));
        waiting.clear();
        for (const Waiting& one : all) {
            waiting_bytes -= one.bytes;
            for (const auto& [partition, frame] : one.frames) {
                while (!partition->frames.empty() &&
                       partition->frames.back().header.first >= partition->durable)
                    partition->frames.pop_back();
                partition->assigned = partition->durable;
                FRESHET_CHECK(partition->flushed <= partition->durable);
                if (partition->frames.empty()) partition->cached_first = partition->durable;
            }
        }
        for (auto one = all.rbegin(); one != all.rend(); ++one) {
            for (auto token = one->tokens.rbegin(); token != one->tokens.rend(); ++token) {
                token->partition->producers[token->producer] = token->sequence_before;
            }
        }
    }
    for (const Waiting& one : all) one.done(std::unexpected(error));
}

void Log::State::roll() {
    const std::uint64_t complete = journal.segment();
    io::failpoints::reach("log.before_roll");
    auto rolled = journal.roll();
    io::failpoints::reach("log.after_roll");
    const std::scoped_lock lock(mutex);
    if (!rolled) {
        log_warn("log", "could not begin a journal segment",
                 {{"reason", rolled.error().message()}});
        ++rolls_refused;
        flush_done.notify_all();
        return;
    }
    flush_through = complete;
    wake_flusher.notify_one();
    flush_done.notify_all();
}

}  // namespace freshet::log
