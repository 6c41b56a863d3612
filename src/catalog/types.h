// The words of the catalog.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/resource.h"
#include "base/time.h"

namespace freshet::catalog {

using Properties = std::map<std::string, std::string>;

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
    bool is_compressed = false;
    int buckets = 0;
    std::string serde_name, serde;
    Properties serde_parameters;
    std::vector<std::string> bucket_columns;
    std::vector<std::pair<std::string, int>> sort_columns;
    Properties parameters;
    bool has_sub_directories = false;
    std::vector<std::string> more_locations;
    std::vector<std::string> skewed_columns, skewed_values;
    Properties skewed_locations;  ///< of values
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
    std::optional<Timestamp> accessed, analyzed;  ///< as clients set them
};

struct Partition {
    std::vector<std::string> values;  ///< in the order of the table's partition keys
    std::optional<Storage> storage;
    Properties parameters;
    Timestamp created;
    std::optional<Timestamp> accessed, analyzed;  ///< as clients set them
};

enum class StatisticsKind { boolean, date, decimal, real, integer, text, binary };

struct Decimal {
    std::string unscaled;  ///< big-endian bytes of a whole number with a sign
    int scale = 0;
};

/// What is known of a column's values in a table or in one partition; a kind has some of it.
struct ColumnStatistics {
    std::string column, column_type;
    Timestamp analyzed;
    StatisticsKind kind = StatisticsKind::text;
    std::int64_t nulls = 0, distinct = 0;
    std::int64_t trues = 0, falses = 0;
    std::int64_t longest = 0;  ///< of texts and of bytes
    double average_length = 0;
    std::optional<std::int64_t> low, high;  ///< of dates milliseconds
    std::optional<double> low_real, high_real;
    std::optional<Decimal> low_decimal, high_decimal;
};

/// A function that engines share; nothing here runs it.
struct Function {
    std::string database, name;
    std::string class_name, owner, owner_type, type;
    std::vector<std::pair<std::string, std::string>> resources;  ///< type, address
    Timestamp created;
};

/// A part of a list in the order of its keys. `next` is the key of the last item when more follow:
/// what is deleted meanwhile moves nothing.
template <class T>
struct Page {
    std::vector<T> items;
    std::optional<std::string> next;
};

}  // namespace freshet::catalog
