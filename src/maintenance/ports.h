// What the maintenance service needs of the catalog and of a worker process; app/ports/maintenance
// connects them.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/task.h"
#include "maintenance/types.h"
#include "meta/database.h"
#include "sql/plan/write.h"

namespace freshet::maintenance {

using Properties = std::map<std::string, std::string>;

struct Column {
    std::string name, type;  ///< Hive's type
    sql::trino::Type engine_type;
};

/// How files are stored.
struct Storage {
    std::optional<sql::plan::Format> format;  ///< none: nothing here rewrites it
    std::string serde;
    Properties properties;  ///< of the serde and of the table
};

struct Table {
    TableKey key;
    std::vector<Column> columns, partition_keys;
    Storage storage;
    std::string location;  ///< "s3://bucket/prefix/"
};

/// A partition, or a table without partitions as a whole.
struct Part {
    std::vector<std::string> values;  ///< empty of a table without partitions
    std::string name;                 ///< "year=2026/month=01"
    std::string bucket, prefix;       ///< of its objects; the prefix ends in '/' or is empty
    Storage storage;
    /// How its text is stored: as `storage`, or, of a part that was converted, as before.
    std::optional<Storage> text;
};

struct PartsPage {
    std::vector<Part> parts;
    std::optional<std::string> next;  ///< none at the end
};

/// Errors: Errc::not_found, Errc::invalid. The ..._in forms run inside a transaction.
class TablesPort {
  public:
    virtual ~TablesPort() = default;
    /// Errc::invalid says why nothing of the table is rewritten (a view, Iceberg).
    virtual io::Task<Result<Table>> table(TableKey key) = 0;
    /// Those of which `where` is true, in order of values; with "" all.
    virtual io::Task<Result<std::vector<Part>>> parts(Table table, std::string where) = 0;
    /// A page of all, in order of values; `after` is the `next` of the page before, or "".
    virtual io::Task<Result<PartsPage>> parts_page(Table table, std::string after,
                                                   std::size_t most) = 0;
    /// A table of Parquet with these columns and keys, unless it is there.
    virtual io::Task<Result<>> create_parquet(Table table) = 0;
    /// The part holds Parquet with the columns of `table` from now on; how its text was stored is
    /// kept beside it. Errc::failed when the table has other columns meanwhile.
    virtual Result<> become_parquet_in(meta::Txn& txn, const Table& table, const Part& part,
                                       Timestamp now) = 0;
    /// Registers the partition, unless it is there.
    virtual Result<> add_partition_in(meta::Txn& txn, const TableKey& key,
                                      const std::vector<std::string>& values,
                                      const std::string& location, Timestamp now) = 0;
};

/// A worker process. Errc::failed, whose message names the source that is the reason, where one is.
class WorkerPort {
  public:
    virtual ~WorkerPort() = default;
    virtual io::Task<Result<sql::plan::Written>> write(std::string name,
                                                       sql::plan::WritePlan plan) = 0;
    virtual io::Task<Result<sql::plan::Looked>> look(std::string name,
                                                     sql::plan::LookPlan plan) = 0;
    /// The plan of that name, if it is at work, ends with Errc::failed soon.
    virtual void cancel(const std::string& name) = 0;
    virtual io::Task<void> stop() = 0;
};

}  // namespace freshet::maintenance
