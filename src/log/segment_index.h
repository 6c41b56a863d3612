// The index of a segment on disk, beside it: where about every 64 KiB a frame begins, so that old
// data is found without reading the segment. It is never synced and never needed: what is missing
// or broken of it is read from the segment. docs/formats/log.md describes the file.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "io/disk.h"
#include "log/log.h"

namespace freshet::log {

struct IndexEntry {
    Ordinal first;
    Timestamp time;
    std::uint64_t offset;
};

/// "0000000000000000.segment" has "0000000000000000.index".
std::string index_path_of(const std::string& segment_path);

/// The entries for the first `segment_bytes` of the segment.
Result<std::vector<IndexEntry>> load_index(io::Disk& disk, const std::string& segment_path,
                                           PartitionId id, std::uint64_t segment_bytes);
/// Writes `entries` after the `count` that the file has. `is_first`: by this process to this file;
/// then what follows the `count` is cut off for good, since it may be of a segment that a crash
/// took back.
Result<> append_index(io::Disk& disk, const std::string& segment_path, PartitionId id,
                      std::size_t count, std::span<const IndexEntry> entries, bool is_first);
/// Unlinks it, if it is there.
Result<> remove_index(io::Disk& disk, const std::string& segment_path);

}  // namespace freshet::log
