// The typed front of Athena's SELECT: resolves names in a catalog, gives every expression its Trino
// type, and rewrites the statement in the engine's SQL with the same meaning. No user text
// reaches the engine: names become r0.c0, literals are rewritten, functions are chosen by
// signature, and one whose meaning is not built is an error with line and column. Pure: the same
// input, the same output.
#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/trino/parse/syntax_error.h"
#include "sql/trino/parse/tree.h"
#include "sql/trino/types.h"

namespace freshet::sql::trino {

struct TableColumn {
    std::string name;
    Type type;
    bool is_partition_key = false;
};

/// A table as the analyser sees it. `is_readable` is false for a type or format that is not built;
/// `why` then says so when the table is used.
struct TableInfo {
    std::string database, name;
    std::vector<TableColumn> columns;  ///< partition keys last
    bool is_readable = true;
    std::string why;
    ErrorCode why_code = ErrorCode::not_supported;
    bool is_view = false;
    std::string view_sql;  ///< Trino's, with `view_database` for names without one
    std::string view_database;
    /// What the view was made with; empty when that is not known. A type that is not known is
    /// `unknown`.
    std::vector<TableColumn> view_columns;
};

/// The hidden column of every table, after the others: the file that a row is from.
inline constexpr std::string_view path_column = "$path";

/// "database.table" in lower case.
using TableMap = std::map<std::string, TableInfo>;

/// A filter over one table's partition keys, for pruning. It may keep partitions that hold no row
/// of the answer; it never drops one that does.
struct PartitionFilter {
    enum class Kind { all, any, compare, in, is_null, unknown };
    Kind kind = Kind::unknown;
    std::vector<PartitionFilter> parts;  ///< of all, any
    std::size_t column = 0;              ///< index in TableInfo::columns
    std::string op;                      ///< = <> < <= > >=
    std::vector<std::string> values;     ///< literals as text
    bool as_number = false;              ///< compare as numbers (values are whole numbers)
};

struct Scan {
    std::string table;                     ///< key of the TableMap
    std::vector<PartitionFilter> filters;  ///< all must hold
    std::vector<bool> used;                ///< by column; last: path_column
};

struct OutputColumn {
    std::string name;
    Type type;
};

struct Analyzed {
    std::string sql;  ///< engine SQL; tables are "scan_0", "scan_1", ...
    std::vector<OutputColumn> columns;
    std::vector<Scan> scans;
};

struct Context {
    std::string database = "default";
    std::int64_t now_ms = 0;               ///< of current_timestamp
    std::vector<std::string> parameters;   ///< literals for the `?`s
    std::optional<std::int64_t> rows_max;  ///< cuts the answer to one row more than this
    // set by another thread: the analysis ends with USER_CANCELED
    const std::atomic<bool>* cancelled = nullptr;
};

SyntaxResult<Analyzed> analyze(const Query& query, const TableMap& tables, const Context& context);

/// The names of all relations that a query may mean, with the default database put in front: load
/// these.
std::vector<std::string> referenced_tables(const Query& query, const std::string& database);

/// False only when no row of such a partition can pass. `values` by column index; nullopt is NULL.
bool may_match(const PartitionFilter& filter,
               const std::vector<std::optional<std::string>>& values);

}  // namespace freshet::sql::trino
