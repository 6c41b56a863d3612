// Where the tables of a pipeline file lie, so that a delivery stream below one of them registers
// its partitions there.
#pragma once
#include <string>
#include <vector>

#include "pipeline/value.h"

namespace freshet::pipeline {

struct TablePlace {
    std::string name;            ///< "database.table"
    std::string bucket, prefix;  ///< of its location; the prefix ends in '/' or is empty
    std::vector<std::string> partition_keys;
};

/// Of a file whose parameters were put in. Problems are left to those who read tables.
std::vector<TablePlace> table_places(const Value& root);

/// The tables in whose location objects with `prefix` come into folders "key=value", one for each
/// partition key in its order; of two locations, one in the other, the inner one's.
std::vector<std::string> tables_below(const std::vector<TablePlace>& places,
                                      const std::string& bucket, const std::string& prefix);

}  // namespace freshet::pipeline
