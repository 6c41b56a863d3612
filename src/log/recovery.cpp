// What a start recovers: partitions from the checkpoint or their segments, then the journal.
#include "base/log.h"
#include "io/faults/failpoint.h"
#include "log/checkpoint.h"
#include "log/state.h"
#include "log/unnamed.h"

namespace freshet::log {
namespace {

/// Neither the segments nor the journal have the partition's next record.
Failure lost_records(const Partition& partition) {
    const auto& doubt = partition.segments.doubt();
    const std::string where = doubt
                                  ? fmt::format("{} is damaged at byte {}", doubt->path, doubt->at)
                                  : "the journal lacks a part";
    return fail(freshet::Errc::corrupt,
                fmt::format("{}: the records of partition {} from {} on are lost", where,
                            *partition.segments.id(), partition.assigned));
}

void begin_at(Partition& partition, Ordinal next) {
    partition.frames.clear();
    partition.flushed = partition.durable = partition.assigned = partition.cached_first = next;
}

}  // namespace

Result<Checkpoint> Log::State::fitting_checkpoint(bool has_run) {
    auto checkpoint = load_checkpoint(disk, directory);
    if (!checkpoint) return checkpoint;
    auto span = journal.look();
    if (!span) return pass(span);
    if (!*span) {
        if (!has_run && checkpoint->reaches.empty()) return checkpoint;
        return fail(
            freshet::Errc::corrupt,
            fmt::format(
                "{}/journal has no segment: the records that were acknowledged last are missing",
                directory));
    }
    copied_through = (*span)->first - 1;
    if (!checkpoint->through) return checkpoint;
    if ((*span)->last < *checkpoint->through) {
        return fail(freshet::Errc::corrupt,
                    fmt::format("{0}/journal is older than {0}/checkpoint: it ends with segment "
                                "{1}, and segment {2} was there",
                                directory, (*span)->last, *checkpoint->through));
    }
    if ((*span)->first <= *checkpoint->through + 1) return checkpoint;
    log_warn("log", "the checkpoint is older than the journal; reading the segments instead",
             {{"file", directory + "/checkpoint"}});
    return Checkpoint();
}

void Log::State::adopt(PartitionId id, PartitionPtr partition) {
    begin_at(*partition, partition->segments.next());
    partition->last_assigned = partition->last_durable = partition->segments.last_time();
    partition->trimmed = partition->segments.first();
    partition->producers = partition->segments.producers();
    partitions.insert_or_assign(*id, std::move(partition));
}

Result<> Log::State::recover_partition(PartitionId id, const Checkpoint& checkpoint,
                                       bool has_directory, bool is_older) {
    auto partition = make(id);
    const auto known = checkpoint.reaches.find(id);
    const bool is_known = known != checkpoint.reaches.end();
    if (is_known && !has_directory && !is_older)
        return fail(freshet::Errc::corrupt, fmt::format("{} is missing", partition_path(id)));
    auto recovered = is_known && has_directory ? partition->segments.restore(known->second)
                                               : partition->segments.recover();
    if (recovered) adopt(id, std::move(partition));
    return recovered;
}

Result<> Log::State::recover_unnamed(const Index& index, const Checkpoint& checkpoint,
                                     const std::set<PartitionId>& listed) {
    const std::string place = directory + "/partitions";
    auto before = load_unnamed(disk, place);
    if (!before) return pass(before);
    Unnamed after;
    for (const PartitionId id : listed) {
        if (find(id)) continue;
        const auto since = before->find(id);
        const Timestamp first_seen = since == before->end() ? clock.now() : since->second;
        if (clock.now() - first_seen >= limits.unnamed_age) {
            log_info("log", "removed a partition that no meta.db has named for long",
                     {{"partition", *id}});
            if (auto removed = make(id)->segments.remove_all(); !removed) return removed;
            continue;
        }
        after.emplace(id, first_seen);
        unnamed.insert(id);
        // An id that the index has given was deleted, and a crash left its files. A higher one may
        // be named by a newer meta.db.
        if (*id <= index.last && !index.is_older) continue;
        if (auto kept = recover_partition(id, checkpoint, true, index.is_older); !kept) {
            log_warn("log", "a partition that meta.db does not name cannot be read",
                     {{"partition", *id}, {"reason", kept.error().message()}});
        }
    }
    if (!after.empty()) {
        log_warn("log", "partitions that meta.db does not name are kept",
                 {{"partitions", after.size()},
                  {"kept_days", limits.unnamed_age.count() / Millis(24h).count()}});
    }
    return listed.empty() ? Result<>() : save_unnamed(disk, place, after, *before);
}

Result<> Log::State::replay(const Index& index) {
    return journal.recover([&](Frame frame) -> Result<> {
        const PartitionId id = frame.header.partition;
        if (!find(id)) {
            if (*id <= index.last && !index.is_older) return {};  // it was removed
            adopt(id, make(id));
            unnamed.insert(id);
        }
        const PartitionPtr partition = find(id);
        if (frame.header.token.producer) {
            auto& last = partition->producers[frame.header.token.producer];
            last = std::max(last, frame.header.token.sequence);
        }
        if (frame.header.first < partition->assigned) return {};
        if (frame.header.first > partition->assigned) {
            if (!unnamed.contains(id)) return lost_records(*partition);
            begin_at(*partition, frame.header.first);
        }
        partition->assigned = partition->durable = frame.header.first + frame.header.count;
        partition->last_assigned = partition->last_durable = frame.header.time;
        partition->frames.push_back(std::move(frame));
        return {};
    });
}

Result<> Log::State::recover(const Index& index, bool has_run) {
    const auto checkpoint = fitting_checkpoint(has_run);
    if (!checkpoint) return pass(checkpoint);
    std::set<PartitionId> listed;
    auto there = disk.exists(directory + "/partitions");
    if (!there) return pass(there);
    if (*there) {
        auto names = disk.list(directory + "/partitions");
        if (!names) return pass(names);
        for (const std::string& name : *names) {
            if (const auto id = partition_of_name(name)) listed.insert(*id);
        }
    }
    for (const PartitionId id : index.ids) {
        auto recovered = recover_partition(id, *checkpoint, listed.contains(id), index.is_older);
        if (!recovered) return recovered;
    }
    if (auto kept = recover_unnamed(index, *checkpoint, listed); !kept) return kept;
    io::failpoints::reach("recovery.after_segments");
    if (auto replayed = replay(index); !replayed) return replayed;
    for (const auto& [id, partition] : partitions)
        partition->segments.set_recovered(partition->durable);
    io::failpoints::reach("recovery.after_journal");
    return settle_doubts();
}

/// What a crash tore from the end of a segment was not flushed whole, so the journal has it. What
/// the journal does not have was flushed, and is damaged.
Result<> Log::State::settle_doubts() {
    for (const auto& [id, partition] : partitions) {
        if (!partition->segments.doubt()) continue;
        if (partition->frames.empty()) return lost_records(*partition);
        if (auto cut = partition->segments.cut_torn(); !cut) return cut;
    }
    return {};
}

}  // namespace freshet::log
