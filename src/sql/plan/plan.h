// What a query worker is given: engine SQL, the types of its answer, and for each scan its columns,
// its partitions and the files on this machine that hold its objects.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sql/trino/types.h"

namespace freshet::sql::plan {

enum class Format : std::uint8_t {
    delimited,  ///< LazySimpleSerDe
    quoted,     ///< OpenCSVSerde
    json,
    parquet,
    orc
};

/// A property of a scan of ORC files: "false" has columns found by their names, anything else by
/// their places.
inline constexpr const char* orc_index_access = "orc.column.index.access";

struct Extent {
    std::string path;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;  ///< as a reader sees it
    std::string key;         ///< of encrypted bytes (base/crypto/sealed_chunks.h); empty: plain
};

struct File {
    std::string name;  ///< "s3://bucket/key", for messages; its ending gives the compression
    std::uint64_t size = 0;
    std::uint32_t partition = 0;  ///< index in ScanPlan::partitions
    std::vector<Extent> extents;
};

struct ScanColumn {
    std::string name;
    trino::Type type;
    bool is_partition_key = false;
    bool is_used = true;
};

/// Files that are read alike. The SQL names the view scan_N: its rows are those of all plans with
/// `view` N.
struct ScanPlan {
    std::uint32_t view = 0;
    Format format = Format::delimited;
    std::vector<ScanColumn> columns;  ///< partition keys last
    /// Values of the partition keys, in their order; one empty entry for a table without
    /// partitions.
    std::vector<std::vector<std::optional<std::string>>> partitions;
    std::vector<File> files;
    std::map<std::string, std::string> properties;  ///< of the serde and the table
};

/// Where the worker writes the rows; without a path they are sent.
struct ResultTarget {
    std::string path;
    std::vector<std::string> labels;  ///< the first line
    std::uint64_t bytes_max = 0;
};

struct QueryPlan {
    std::string sql;
    std::vector<trino::Type> columns;
    std::vector<ScanPlan> scans;
    ResultTarget result;
    std::uint64_t memory_mib = 0;
    std::string spill_directory;
};

}  // namespace freshet::sql::plan
