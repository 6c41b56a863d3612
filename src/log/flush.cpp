// The flusher: what is durable moves from the journal into the partitions' segments.
#include "base/check.h"
#include "base/log.h"
#include "io/faults/failpoint.h"
#include "log/checkpoint.h"
#include "log/state.h"

namespace freshet::log {

void Log::State::flush_loop() {
    while (true) {
        std::uint64_t through = 0;
        bool flushes = false;
        {
            std::unique_lock lock(mutex);
            wake_flusher.wait(lock, [&] {
                return is_flusher_stopping || must_checkpoint || flush_through > flushed_through;
            });
            if (is_flusher_stopping) return;
            through = flush_through;
            flushes = flush_through > flushed_through;
            must_checkpoint = false;
        }
        if (flushes) {
            flush(through);
        } else if (auto saved = save_reaches(copied_through); !saved) {
            log_warn("log", "could not save the checkpoint", {{"reason", saved.error().message()}});
        }
    }
}

void Log::State::flush(std::uint64_t through) {
    auto flushed = flush_partitions(through);
    if (flushed) copied_through = through;
    if (flushed) flushed = journal.remove_through(through);
    if (!flushed)
        log_warn("log", "flush failed; the journal keeps everything",
                 {{"reason", flushed.error().message()}});
    const std::scoped_lock lock(mutex);
    flushed_through = through;  // what failed goes with the next segment
    flush_done.notify_all();
}

Result<> Log::State::flush_partitions(std::uint64_t through) {
    std::vector<PartitionPtr> dirty;
    {
        const std::scoped_lock lock(mutex);
        for (const auto& [id, partition] : partitions) {
            if (partition->flushed < partition->durable) dirty.push_back(partition);
        }
    }
    for (const PartitionPtr& partition : dirty) {
        std::vector<Frame> frames;
        {
            const std::scoped_lock lock(mutex);
            if (partition->is_dropped) continue;
            frames.assign(partition->frame_at(partition->flushed),
                          partition->frame_at(partition->durable));
            // No record is passed over on its way from the journal into segments.
            FRESHET_CHECK(frames.empty() || frames.front().header.first == partition->flushed);
            partition->segments.producers() = partition->producers;
        }
        if (frames.empty()) continue;
        if (auto written = partition->segments.append(frames, limits, clock.now()); !written)
            return written;
        if (auto saved = partition->segments.save_producers(); !saved) return saved;
        const std::scoped_lock lock(mutex);
        partition->flushed = frames.back().header.first + frames.back().header.count;
        FRESHET_CHECK(partition->flushed <= partition->durable);
        for (const Frame& frame : frames) {
            cached.emplace_back(partition, frame.bytes.size());
            cached_bytes += frame.bytes.size();
        }
        evict();
    }
    return save_reaches(through);
}

Result<> Log::State::save_reaches(std::uint64_t through) {
    std::vector<PartitionPtr> all;
    {
        const std::scoped_lock lock(mutex);
        for (const auto& [id, partition] : partitions) all.push_back(partition);
    }
    Checkpoint checkpoint;
    checkpoint.through = through;
    // a reader may be at the disk: the log does not wait for it
    for (const PartitionPtr& partition : all) {
        if (const auto reach = partition->segments.reach())
            checkpoint.reaches.emplace(partition->segments.id(), *reach);
    }
    if (auto saved = save_checkpoint(disk, directory, checkpoint); !saved) return saved;
    for (const PartitionPtr& partition : all) {
        const auto known = checkpoint.reaches.find(partition->segments.id());
        if (known != checkpoint.reaches.end())
            partition->segments.set_checkpoint_tail(known->second.tail_first);
    }
    return {};
}

void Log::State::evict() {
    while (cached_bytes > cache_bytes_now() && !cached.empty()) {
        const auto [weak, bytes] = cached.front();
        cached.pop_front();
        cached_bytes -= bytes;
        const PartitionPtr partition = weak.lock();
        if (!partition || partition->frames.empty()) continue;
        partition->frames.pop_front();
        partition->cached_first =
            partition->frames.empty() ? partition->flushed : partition->frames.front().header.first;
    }
}

}  // namespace freshet::log
