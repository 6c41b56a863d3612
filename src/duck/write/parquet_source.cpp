#include "duck/write/parquet_source.h"

#include <algorithm>
#include <vector>

#include "duck/raise.h"
#include "duck/scan/object_files.h"
#include "duck/scan/parquet_scan.h"
#include "duck/scan/parquet_types.h"
#include "duck/write/exact_types.h"
#include "duck/write/parquet_schema.h"

namespace freshet::duck {
namespace {

void check_columns(const sql::plan::ScanPlan& scan, const sql::plan::File& file,
                   const std::vector<SchemaNode>& nodes) {
    if (const std::string what = misread(nodes); !what.empty())
        raise(sql::ErrorCode::hive_bad_data,
              "Parquet file " + file.name + " cannot be written again: it has " + what);
    std::int64_t nested = 0;  ///< nodes left that are within a column
    std::vector<std::string> seen;
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        nested += nodes[i].children;
        if (nested > nodes[i].children) {
            --nested;
            continue;
        }
        const std::string name = sql::trino::lower_case(nodes[i].name);
        const bool is_known = std::ranges::any_of(scan.columns, [&](const auto& column) {
            return !column.is_partition_key && column.is_used &&
                   sql::trino::lower_case(column.name) == name;
        });
        if (!is_known)
            raise(sql::ErrorCode::hive_bad_data, "Parquet file " + file.name + " has the column " +
                                                     nodes[i].name + ", which would be lost");
        if (std::ranges::find(seen, name) != seen.end())
            raise(sql::ErrorCode::hive_bad_data,
                  "Parquet file " + file.name + " has two columns " + name);
        seen.push_back(name);
    }
}

/// Before the engine binds the columns: of some that it misreads it says only that the file is bad.
std::vector<SchemaNode> checked_schema(duckdb::Connection& connection,
                                       const sql::plan::ScanPlan& scan, const sql::plan::File& file,
                                       const std::string& path) {
    std::vector<SchemaNode> nodes;
    try {
        nodes = schema_of(connection, path);
    } catch (const std::exception& problem) {
        const duckdb::ErrorData error(problem);
        if (raised_code(error)) throw;
        // The engine refuses the whole file, and says the number of Parquet's BSON alone.
        if (error.RawMessage().ends_with("converted type (20)"))
            raise(sql::ErrorCode::hive_bad_data,
                  "Parquet file " + file.name + " cannot be written again: it has BSON");
        raise(sql::ErrorCode::hive_bad_data, "Not valid Parquet file: " + file.name);
    }
    check_columns(scan, file, nodes);
    return nodes;
}

std::string exact_column(const std::string& sql, const duckdb::LogicalType& file,
                         const sql::plan::ScanColumn& column) {
    const std::string message = "column " + column.name + " of type " + parquet_name(file) +
                                " has a value that is not of type " + column.type.name() + ": ";
    const std::string misfit = "tr_bad_data(" + sql::trino::quote_text(message) + " || " +
                               std::string(file_path_column) + ")";
    return exactly(sql, file, column.type, misfit);
}

std::uint64_t rows_of(duckdb::Connection& connection, const std::string& paths) {
    auto result = connection.Query(
        "SELECT CAST(coalesce(sum(num_rows), 0) AS UBIGINT) FROM parquet_file_metadata([" + paths +
        "])");
    if (result->HasError()) result->ThrowError();
    return result->Fetch()->GetValue(0, 0).GetValue<std::uint64_t>();
}

}  // namespace

ParquetSource parquet_source(duckdb::Connection& connection, const sql::plan::QueryPlan& plan) {
    ParquetSource source;
    std::string paths;
    const auto& scan = plan.scans.at(0);
    for (std::size_t i = 0; i < scan.files.size(); ++i) {
        const sql::plan::File& file = scan.files[i];
        if (file.size == 0) continue;
        const std::string path = object_path(plan, 0, i);
        const auto nodes = checked_schema(connection, scan, file, path);
        source.metadata.add(connection, file.name, path, nodes);
        paths += (paths.empty() ? "'" : ", '") + path + "'";
    }
    if (paths.empty()) return source;
    source.select = parquet_select(connection, plan, 0, exact_column);
    source.rows = rows_of(connection, paths);
    return source;
}

const sql::plan::File* unreadable_file(duckdb::Connection& connection,
                                       const sql::plan::QueryPlan& plan) {
    const auto& files = plan.scans.at(0).files;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (files[i].size == 0) continue;
        auto result =
            connection.SendQuery("SELECT * FROM read_parquet('" + object_path(plan, 0, i) +
                                 "', binary_as_string=false, hive_partitioning=false)");
        while (!result->HasError()) {
            auto chunk = result->Fetch();
            if (!chunk || chunk->size() == 0) break;
        }
        if (result->HasError()) return &files[i];
    }
    return nullptr;
}

}  // namespace freshet::duck
