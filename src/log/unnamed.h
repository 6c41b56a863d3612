// Partitions that have files and that the database does not name: a copy of meta.db from before
// they were made was put back, or a crash cut their removal short. A start keeps
// them and writes to partitions/UNNAMED when each was first seen; a start that is Limits'
// unnamed_age later removes it. A database that names them again finds them in their place.
// docs/formats/log.md
#pragma once
#include <map>
#include <string>

#include "io/disk.h"
#include "log/log.h"

namespace freshet::log {

/// Since when each has had no name.
using Unnamed = std::map<PartitionId, Timestamp>;

Result<Unnamed> load_unnamed(io::Disk& disk, const std::string& partitions);
/// Written only when it is not what `before` says.
Result<> save_unnamed(io::Disk& disk, const std::string& partitions, const Unnamed& now,
                      const Unnamed& before);

/// The partition that a directory's name says; nothing when the name is not one of the log's.
std::optional<PartitionId> partition_of_name(const std::string& name);

}  // namespace freshet::log
