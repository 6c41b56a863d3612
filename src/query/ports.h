// What the query service needs of its siblings: a catalog of tables and a store of objects. A Trino
// cluster and a foreign S3 would go in here.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "io/body_reader.h"
#include "io/task.h"
#include "query/cancel.h"
#include "query/types.h"

namespace freshet::query {

using Properties = std::map<std::string, std::string>;

/// Types are Hive's: "string", "bigint", "struct<a:int>".
struct CatalogColumn {
    std::string name;
    std::string type;
    std::string comment;
};

/// Where the files of a table or of one partition are, and how they are read.
struct CatalogStorage {
    std::vector<CatalogColumn> columns;
    std::string location;  ///< "s3://bucket/prefix/"
    std::string input_format;
    std::string output_format;
    std::string serde;
    Properties serde_parameters;
    std::vector<std::string> more_locations;
};

struct CatalogTable : CatalogStorage {
    std::string database;
    std::string name;
    std::string table_type;  ///< "EXTERNAL_TABLE", "VIRTUAL_VIEW"
    std::string comment;
    std::vector<CatalogColumn> partition_keys;
    Properties parameters;
    std::string view_original_text;
    std::string view_expanded_text;
    Timestamp created;
};

struct CatalogPartition {
    std::vector<std::string> values;  ///< in the order of the partition keys
    CatalogStorage storage;
    Properties parameters;
};

struct CatalogDatabase {
    std::string name;
    std::string description;
    std::string location;
    Properties parameters;
};

enum class PortErrc {
    not_found,  ///< no such database, table, partition, bucket or object
    exists,     ///< there is one of that name
    refused,    ///< the sibling does not accept it; its sentence says why
};

/// What OPTIMIZE is asked for.
struct Rewrite {
    std::string database, table;
    std::string where;      ///< partitions of which it is true; "": all
    bool converts = false;  ///< text to Parquet; otherwise small objects are merged
    std::string into;       ///< "database.table" that takes the Parquet; "": in place
};

/// Names are lower case. Errors are PortErrc or freshet::Errc.
class CatalogPort {
  public:
    virtual ~CatalogPort() = default;
    virtual io::Task<Result<std::vector<CatalogDatabase>>> databases(Home home) = 0;
    virtual io::Task<Result<CatalogDatabase>> database(Home home, std::string name) = 0;
    virtual io::Task<Result<>> create_database(Home home, CatalogDatabase database) = 0;
    /// With all its tables.
    virtual io::Task<Result<>> drop_database(Home home, std::string name) = 0;
    virtual io::Task<Result<std::vector<CatalogTable>>> tables(Home home, std::string database) = 0;
    virtual io::Task<Result<CatalogTable>> table(Home home, std::string database,
                                                 std::string name) = 0;
    virtual io::Task<Result<>> create_table(Home home, CatalogTable table) = 0;
    /// Replaces the table of that name.
    virtual io::Task<Result<>> update_table(Home home, CatalogTable table) = 0;
    virtual io::Task<Result<>> drop_table(Home home, std::string database, std::string name) = 0;
    virtual io::Task<Result<std::vector<CatalogPartition>>> partitions(Home home,
                                                                       std::string database,
                                                                       std::string table) = 0;
    virtual io::Task<Result<CatalogPartition>> partition(Home home, std::string database,
                                                         std::string table,
                                                         std::vector<std::string> values) = 0;
    /// Each with its location; the rest of its storage is the table's.
    virtual io::Task<Result<>> create_partitions(Home home, std::string database, std::string table,
                                                 std::vector<CatalogPartition> partitions) = 0;
    virtual io::Task<Result<>> drop_partition(Home home, std::string database, std::string table,
                                              std::vector<std::string> values) = 0;
    /// Completes when it is done; PortErrc::refused names what could not be. `cancel` outlives it.
    virtual io::Task<Result<>> optimize(Home home, Rewrite rewrite, Cancel& cancel) = 0;
};

/// A run of bytes of one file on this machine.
struct Extent {
    std::string path;  ///< absolute
    std::uint64_t offset = 0;
    std::uint64_t size = 0;  ///< as a reader sees it
    std::string key;         ///< of encrypted bytes (base/crypto/sealed_chunks.h); empty: plain
};

/// One object and where its bytes lie, in order.
struct LocatedObject {
    std::string key;
    std::uint64_t size = 0;
    Timestamp modified;
    std::string etag;
    std::vector<Extent> extents;
};

class ObjectsPort {
  public:
    virtual ~ObjectsPort() = default;
    /// While it lives, the files of objects that are located after it stay, also of those that are
    /// replaced meanwhile. Any thread may drop it.
    virtual std::shared_ptr<const void> hold() = 0;
    /// All objects of `bucket` under `prefix`, in order of key, as they are at one moment.
    virtual io::Task<Result<std::vector<LocatedObject>>> locate(std::string bucket,
                                                                std::string prefix) = 0;
    /// Durable when it answers.
    virtual io::Task<Result<>> put(Home home, std::string bucket, std::string key,
                                   std::string content_type, std::vector<Bytes> content) = 0;
    /// The same of what `body` gives, to its end.
    virtual io::Task<Result<>> put_body(Home home, std::string bucket, std::string key,
                                        std::string content_type,
                                        std::shared_ptr<io::BodyReader> body) = 0;
    /// Up to `size` bytes from `offset`; fewer at the end.
    virtual io::Task<Result<Bytes>> read(std::string bucket, std::string key, std::uint64_t offset,
                                         std::uint64_t size) = 0;
    virtual io::Task<Result<bool>> bucket_exists(std::string bucket) = 0;
};

}  // namespace freshet::query

template <>
struct freshet::ErrorTraits<freshet::query::PortErrc> {
    static const ErrorDomain& domain();
};
