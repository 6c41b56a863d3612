#include "duck/scan/parquet_scan.h"

#include "duck/raise.h"
#include "duck/scan/object_files.h"
#include "duck/scan/parquet_types.h"

#include <algorithm>

namespace freshet::duck {
namespace {

using sql::trino::TypeKind;

/// Files that have the same columns. Each is read with its own types: the engine's union of schemas
/// would turn the numbers of one file to text because another one has text there.
struct Shape {
    duckdb::vector<std::string> names;
    duckdb::vector<duckdb::LogicalType> types;
    std::string paths;     ///< "'object://0/0/data.parquet', ..."
    std::size_t file = 0;  ///< the first of them
};

std::string reader_of(const std::string& paths, const std::string& options) {
    return "read_parquet([" + paths + "], binary_as_string=false, filename='" + file_path_column +
           "', " + options + ")";
}

std::vector<Shape> shapes_of(duckdb::Connection& connection, const sql::plan::QueryPlan& plan,
                             std::size_t index) {
    std::vector<Shape> shapes;
    const auto& files = plan.scans[index].files;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (files[i].size == 0) continue;
        const std::string path = "'" + object_path(plan, index, i) + "'";
        auto prepared = connection.Prepare("SELECT * EXCLUDE (" + std::string(file_path_column) +
                                           ") FROM " + reader_of(path, "hive_partitioning=false"));
        if (prepared->HasError()) {
            if (raised_code(prepared->error)) prepared->error.Throw();
            raise(sql::ErrorCode::hive_bad_data, "Not valid Parquet file: " + files[i].name);
        }
        auto known = std::ranges::find_if(shapes, [&](const Shape& shape) {
            return shape.names == prepared->GetNames() && shape.types == prepared->GetTypes();
        });
        if (known == shapes.end()) {
            shapes.push_back({prepared->GetNames(), prepared->GetTypes(), path, i});
        } else {
            known->paths += ", " + path;
        }
    }
    return shapes;
}

std::string key_sql(const std::string& name, const sql::trino::Type& type) {
    if (type.is(TypeKind::varchar)) return name;
    const std::string to = sql::trino::lower_case(sql::trino::engine_type(type));
    return type.is(TypeKind::decimal) ? "TRY_CAST(" + name + " AS " + to + ")"
                                      : "tr_try_to_" + to + "(" + name + ")";
}

/// The column, or what raises HIVE_BAD_DATA once a row of it is read: a query without the column
/// succeeds.
std::string column_sql(const Shape& shape, const sql::plan::ScanColumn& column,
                       const std::string& file, const ColumnConversion& conversion) {
    const std::string type = sql::trino::engine_type(column.type);
    for (std::size_t c = 0; c < shape.names.size(); ++c) {
        if (sql::trino::lower_case(shape.names[c]) != sql::trino::lower_case(column.name)) continue;
        std::string sql =
            conversion(sql::trino::quote_name(shape.names[c]), shape.types[c], column);
        if (!sql.empty()) return sql;
        const std::string message = "Field " + column.name + "'s type " +
                                    parquet_name(shape.types[c]) + " in parquet file " + file +
                                    " is incompatible with type " + column.type.name() +
                                    " defined in table schema";
        return "CAST(tr_bad_data(" + sql::trino::quote_text(message) + ") AS " + type + ")";
    }
    return "CAST(NULL AS " + type + ")";
}

/// tr_bad_data(message), which the engine must not evaluate before there is a row.
void bad_data(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
    if (arguments.size() > 0)
        raise(sql::ErrorCode::hive_bad_data, arguments.GetValue(0, 0).ToString());
    result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
    duckdb::ConstantVector::SetNull(result, true);
}

}  // namespace

void add_parquet_scan(duckdb::DatabaseInstance& database) {
    duckdb::ScalarFunction function("tr_bad_data", {duckdb::LogicalType::VARCHAR},
                                    duckdb::LogicalType::SQLNULL, bad_data);
    function.SetVolatile();
    function.SetFallible();
    duckdb::ExtensionLoader(database, "freshet").RegisterFunction(std::move(function));
}

ColumnConversion query_conversion() {
    return [](const std::string& sql, const duckdb::LogicalType& file,
              const sql::plan::ScanColumn& column) { return converted(sql, file, column.type); };
}

std::string parquet_select(duckdb::Connection& connection, const sql::plan::QueryPlan& plan,
                           std::size_t index, const ColumnConversion& conversion) {
    const auto& scan = plan.scans[index];
    std::size_t keys = 0;
    std::string types;
    for (const auto& column : scan.columns) {
        if (column.is_partition_key)
            types += (keys > 0 ? ", '" : "'") + partition_name(keys) + "': 'VARCHAR'", ++keys;
    }
    const std::string options =
        keys > 0 ? "hive_partitioning=true, hive_types={" + types + "}" : "hive_partitioning=false";
    std::string all;
    for (const Shape& shape : shapes_of(connection, plan, index)) {
        std::string select;
        std::size_t key = 0;
        for (std::size_t i = 0; i < scan.columns.size(); ++i) {
            const auto& column = scan.columns[i];
            const std::string sql =
                column.is_partition_key
                    ? key_sql(partition_name(key++), column.type)
                    : column_sql(shape, column, scan.files[shape.file].name, conversion);
            select += (i > 0 ? ", " : "") + sql + " AS c" + std::to_string(i);
        }
        all += (all.empty() ? "SELECT " : " UNION ALL SELECT ") + select + " FROM " +
               reader_of(shape.paths, options);
    }
    return all;
}

}  // namespace freshet::duck
