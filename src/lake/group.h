// Folders that lie side by side and hold the same become one table, as AWS's crawler groups them.
#pragma once
#include <string>
#include <vector>

#include "lake/crawl.h"

namespace freshet::lake {

struct Grouping {
    bool combines_compatible = false;  ///< whatever the names of the columns, if the types allow it
    bool is_combined = false;          ///< an earlier crawl made one table of the folders: go on so
};

/// `found` are tables of one target, each classified. Folders of the first level become partitions
/// (key partition_0) of one table at the target when more than seven in ten of them have the same
/// format and similar columns, or those that are compatible when the crawler combines such.
std::vector<Candidate> grouped(const Place& place, std::vector<Candidate> found, Grouping grouping,
                               const std::string& table_prefix, std::vector<std::string>& lines);

/// From 0 to 1: columns of the same name and kind among all names. 0 when the formats differ.
double similarity(const Format& a, const Format& b);

}  // namespace freshet::lake
