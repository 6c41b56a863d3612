// One crawl: keys to tables. Plain functions; lake.cpp does the reading.
#pragma once
#include <string>
#include <vector>

#include "lake/ports.h"
#include "lake/types.h"

namespace freshet::lake {

/// "s3://bucket/prefix/"; nothing when it is not of that form. The prefix is empty or ends with
/// '/'.
struct Place {
    std::string bucket, prefix;
};
std::optional<Place> parse_place(std::string_view path);

/// A table in the making: its files, and how their folders became partitions.
struct Candidate {
    FoundTable table;
    std::vector<Listed> files;
    std::string folder;  ///< of the first level below the target; "" when the table is the target
};

/// The name of the table at `root`, "prefix/folder/": its last folder's, or the bucket's.
std::string table_name(const Place& place, const std::string& root,
                       const std::string& table_prefix);

/// Files below a target to tables: folders k=v, and other folders below a table, are partitions;
/// each first-level folder of another kind is a table of its own (`grouped` joins those that are
/// alike). With `table_level` tables are the folders of that level. Names that begin with '_' or
/// '.', empty files and what a glob excludes are left out, with a line in `skipped`.
std::vector<Candidate> candidates(const Place& place, const Target& target,
                                  const std::vector<Listed>& files, const std::string& table_prefix,
                                  std::optional<int> table_level,
                                  std::vector<std::string>& skipped);

}  // namespace freshet::lake
