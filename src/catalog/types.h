// The words of the catalog.
#pragma once
#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace freshet::catalog {

using Properties = std::map<std::string, std::string>;

/// Whose catalog: names are unique within one.
struct Home {
    std::string account, region;
    auto operator<=>(const Home&) const = default;
};

struct Database {
    std::string name;  ///< lower case, as all names here
    std::string description, location;
    Properties parameters;
    Timestamp created;
};

/// Types are Hive's: "string", "bigint", "decimal(10,2)", "struct<a:int>".
struct Column {
    std::string name, type, comment;
    Properties parameters;
};

/// How and where the data of a table or a partition lies.
struct Storage {
    std::vector<Column> columns;
    std::string location;  ///< "s3://bucket/prefix/"
    std::string input_format, output_format;
    bool compressed = false;
    int buckets = 0;
    std::string serde_name, serde;
    Properties serde_parameters;
    std::vector<std::string> bucket_columns;
    std::vector<std::pair<std::string, int>> sort_columns;
    Properties parameters;
    bool sub_directories = false;
};

struct Table {
    std::string database, name;
    std::string description, owner;
    std::string type;  ///< "EXTERNAL_TABLE", "VIRTUAL_VIEW"
    int retention = 0;
    std::optional<Storage> storage;
    std::vector<Column> partition_keys;
    std::string view_original_text, view_expanded_text;
    Properties parameters;
    Timestamp created, updated;
    int version = 1;
};

struct Partition {
    std::vector<std::string> values;  ///< in the order of the table's partition keys
    std::optional<Storage> storage;
    Properties parameters;
    Timestamp created;
};

}  // namespace freshet::catalog
