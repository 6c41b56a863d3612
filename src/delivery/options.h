// What a destination asks for beyond a plain object: processors, partitions, another format, a copy
// of the source records. Kept as bytes in one column, in the format that docs/formats/delivery.md
// describes.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace freshet::delivery {

/// In the order of their numbers in the database.
enum class Compression { none, gzip, zip, snappy, hadoop_snappy };
inline constexpr std::size_t compression_count = 5;

/// In the order of their numbers in the database, which is the order in which they run.
enum class ProcessorKind {
    decompression,
    cloudwatch_logs,
    record_deaggregation,
    lambda,
    metadata_extraction
};
inline constexpr std::size_t processor_count = 5;

/// As it was asked for: stages/plan.h says what it means.
struct Processor {
    ProcessorKind kind = ProcessorKind::decompression;
    std::vector<std::pair<std::string, std::string>> parameters;  ///< in AWS's words
    bool operator==(const Processor&) const = default;
};

/// Dynamic partitioning.
struct Partitioning {
    std::int64_t retry_s = 300;
    bool operator==(const Partitioning&) const = default;
};

/// Where the records go as the source had them.
struct Backup {
    std::string bucket, role;
    std::optional<std::string> prefix, error_prefix;
    std::int64_t buffer_mib = 5, interval_s = 300;
    Compression compression = Compression::none;
    bool logs_errors = false;
    std::string log_group, log_stream;
    bool operator==(const Backup&) const = default;
};

/// Records go to a server of somebody else's; the backup holds what it does not take.
struct HttpEndpoint {
    std::string url, name, access_key, role;
    bool is_gzipped = false;
    std::vector<std::pair<std::string, std::string>> attributes;  ///< of each request
    std::int64_t retry_s = 300;
    bool operator==(const HttpEndpoint&) const = default;
};

/// In the order of their numbers in the database.
enum class SerdeKind { openx_json, hive_json, parquet, orc };
inline constexpr std::size_t serde_count = 4;

/// A SerDe as it was asked for: conversion/plan.h says what it means.
struct Serde {
    SerdeKind kind = SerdeKind::openx_json;
    /// In AWS's words; an entry of a list or a map is a member of its own: "TimestampFormats",
    /// "ColumnToJsonKeyMappings.COLUMN".
    std::vector<std::pair<std::string, std::string>> members;
    bool operator==(const Serde&) const = default;
};

/// The table of the catalog whose columns records are converted to.
struct SchemaPlace {
    std::optional<std::string> role, catalog, database, table, region, version;
    bool operator==(const SchemaPlace&) const = default;
};

/// Records become rows of columnar files. What is not given is missing.
struct Conversion {
    bool is_converting = true;
    std::optional<SchemaPlace> schema;
    std::optional<Serde> input, output;
    bool operator==(const Conversion&) const = default;
};

struct Options {
    std::vector<Processor> processors;
    std::optional<Partitioning> partitioning;
    std::optional<Backup> backup;
    bool is_backup_on = false;  ///< of all records
    std::optional<HttpEndpoint> http;
    std::optional<Conversion> conversion;
    bool operator==(const Options&) const = default;
    const Processor* find(ProcessorKind kind) const;
    /// Whether objects are columnar files.
    bool is_converting() const { return conversion && conversion->is_converting; }
};

std::string pack(const Options& options);
/// Empty bytes: no options. Errc::corrupt when they are not of the format.
Result<Options> unpack_options(std::string_view bytes);

}  // namespace freshet::delivery
