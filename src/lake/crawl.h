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
    std::vector<std::string> reasons;
};

/// Files below a target to tables: folders k=v, and other folders below a table, are partitions;
/// each first-level folder of another kind is a table of its own. Names that begin with '_' or '.',
/// empty files and what a glob excludes are left out, with a line in `skipped`.
std::vector<Candidate> candidates(const Place& place, const Target& target,
                                  const std::vector<Listed>& files, const std::string& table_prefix,
                                  std::vector<std::string>& skipped);

/// `*`, `**`, `?` as in a crawler's exclusions.
bool matches_glob(std::string_view glob, std::string_view text);

}  // namespace freshet::lake
