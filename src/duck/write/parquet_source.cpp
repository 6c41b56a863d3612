#include "duck/write/parquet_source.h"

#include <algorithm>
#include <vector>

#include "duck/raise.h"
#include "duck/scan/object_files.h"
#include "duck/scan/parquet_scan.h"
#include "duck/scan/parquet_types.h"
#include "duck/write/exact_types.h"

namespace freshet::duck {
namespace {

/// A node of a file's schema, as parquet_schema() prints it: in order, children after their parent.
struct Node {
    std::string name, repetition, converted, logical;
    std::int64_t children = 0;
};

std::vector<Node> schema_of(duckdb::Connection& connection, const std::string& path) {
    auto result = connection.Query(
        "SELECT name, repetition_type, converted_type, logical_type, num_children FROM "
        "parquet_schema(" +
        sql::trino::quote_text(path) + ")");
    if (result->HasError()) result->ThrowError();
    std::vector<Node> nodes;
    while (auto chunk = result->Fetch()) {
        if (chunk->size() == 0) break;
        for (duckdb::idx_t row = 0; row < chunk->size(); ++row) {
            const auto text = [&](duckdb::idx_t column) {
                const auto value = chunk->GetValue(column, row);
                return value.IsNull() ? std::string() : value.ToString();
            };
            const auto children = chunk->GetValue(4, row);
            nodes.push_back({text(0), text(1), text(2), text(3),
                             children.IsNull() ? 0 : children.GetValue<std::int64_t>()});
        }
    }
    return nodes;
}

/// Why the engine reads a column of the file as something else; "" when it does not.
std::string misread(const std::vector<Node>& nodes) {
    std::vector<std::pair<const Node*, std::int64_t>> parents;  ///< with the children left
    for (const Node& node : nodes) {
        while (!parents.empty() && parents.back().second == 0) parents.pop_back();
        const Node* parent = parents.empty() ? nullptr : parents.back().first;
        if (!parents.empty()) --parents.back().second;
        if (node.converted == "INTERVAL") return "an INTERVAL, which reads as NULL";
        if (node.converted == "BSON") return "BSON";
        if (node.converted == "MAP_KEY_VALUE" && node.repetition != "REPEATED")
            return "a map of an old form";
        if (node.repetition == "REPEATED" && node.children == 1 && parent != nullptr) {
            const bool is_in_list = parent->converted == "LIST";
            const bool is_map =
                parent->converted.starts_with("MAP") || parent->logical.starts_with("MapType");
            const bool is_two_level = node.name == "array" || node.name == parent->name + "_tuple";
            if (!is_map && (!is_in_list || is_two_level))
                return "a list of an old form, whose rows of one field read as that field";
        }
        if (node.children > 0) parents.emplace_back(&node, node.children);
    }
    return "";
}

void check_columns(const sql::plan::ScanPlan& scan, const sql::plan::File& file,
                   const std::vector<Node>& nodes) {
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
        if (scan.files[i].size == 0) continue;
        paths += (paths.empty() ? "'" : ", '") + object_path(plan, 0, i) + "'";
    }
    if (paths.empty()) return source;
    source.select = parquet_select(connection, plan, 0, exact_column);
    for (std::size_t i = 0; i < scan.files.size(); ++i) {
        if (scan.files[i].size > 0)
            check_columns(scan, scan.files[i], schema_of(connection, object_path(plan, 0, i)));
    }
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
