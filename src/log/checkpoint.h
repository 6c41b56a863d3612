// The checkpoint: how far each partition's segments reach, written by the flusher before the
// journal forgets what it copied. With it a start reads one file instead of every partition's last
// segment, and opens a partition at its first need. docs/formats/log.md describes the file.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "io/disk.h"
#include "log/log.h"

namespace freshet::log {

/// One partition that has segments.
struct Reach {
    Ordinal first = 0;     ///< the oldest record kept
    Timestamp first_time;  ///< no record is older
    Ordinal next = 0;      ///< after the last record
    Timestamp last_time;
    Ordinal tail_first = 0;        ///< names the last segment
    std::uint64_t tail_bytes = 0;  ///< of it; what follows is written again from the journal
};
struct Checkpoint {
    std::map<PartitionId, Reach> reaches;
    /// Journal segments up to this one are copied; nothing in a checkpoint of version 1.
    std::optional<std::uint64_t> through;
};

/// The checkpoint of the log in `directory`; empty when there is none. A damaged
/// one counts as missing, since the segments hold the same facts; the log names it.
Result<Checkpoint> load_checkpoint(io::Disk& disk, const std::string& directory);
Result<> save_checkpoint(io::Disk& disk, const std::string& directory,
                         const Checkpoint& checkpoint);

}  // namespace freshet::log
