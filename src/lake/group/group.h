// Which folders are tables and which are partitions, as AWS's crawler finds out: folders that lie
// side by side and hold the same are partitions of the table above them, at every level.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "lake/crawl.h"

namespace freshet::lake {

struct Grouping {
    bool combines_compatible = false;  ///< whatever the names of the columns, if the types allow it
    std::optional<int> table_level;    ///< tables are the folders of this level; the bucket is 1
    /// Locations of tables that earlier crawls made: a folder that has no sibling stays such a
    /// table.
    std::set<std::string> known;
    bool is_partial = false;  ///< only new folders are here: what lies in a known table is its
    std::string table_prefix;
};

/// A table in the making, with its files.
struct Candidate {
    FoundTable table;
    std::vector<Listed> files;
};

/// `top` is the tree of one target, the folders with files classified. A line for each decision.
std::vector<Candidate> grouped(const Folder& top, const Grouping& grouping,
                               std::vector<std::string>& lines);

}  // namespace freshet::lake
