#include "duck/parquet_scan.h"

#include "duck/cell.h"
#include "duck/object_files.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

using duckdb::LogicalTypeId;
using sql::trino::Type;
using sql::trino::TypeKind;

/// `sql` of the file's type as the declared type; "" when Athena would refuse.
std::string converted(const std::string& sql, const duckdb::LogicalType& file, const Type& type, int depth) {
    const std::string to = sql::trino::engine_type(type);
    const LogicalTypeId id = file.id();
    const bool integer = id == LogicalTypeId::TINYINT || id == LogicalTypeId::SMALLINT || id == LogicalTypeId::INTEGER || id == LogicalTypeId::BIGINT ||
                         id == LogicalTypeId::UTINYINT || id == LogicalTypeId::USMALLINT || id == LogicalTypeId::UINTEGER;
    switch (type.kind) {
        case TypeKind::tinyint: case TypeKind::smallint: case TypeKind::integer: case TypeKind::bigint:
            return integer ? "CAST(" + sql + " AS " + to + ")" : "";
        case TypeKind::real: case TypeKind::double_:
            return id == LogicalTypeId::FLOAT || (id == LogicalTypeId::DOUBLE && type.is(TypeKind::double_)) ? "CAST(" + sql + " AS " + to + ")" : "";
        case TypeKind::decimal: return id == LogicalTypeId::DECIMAL || integer ? "CAST(" + sql + " AS " + to + ")" : "";
        case TypeKind::boolean: return id == LogicalTypeId::BOOLEAN ? sql : "";
        case TypeKind::varchar: return id == LogicalTypeId::VARCHAR ? sql : id == LogicalTypeId::ENUM ? "CAST(" + sql + " AS VARCHAR)" : "";
        case TypeKind::varbinary: return id == LogicalTypeId::BLOB ? sql : id == LogicalTypeId::VARCHAR ? "encode(" + sql + ")" : "";
        case TypeKind::date: return id == LogicalTypeId::DATE ? sql : "";
        case TypeKind::timestamp:
            if (id == LogicalTypeId::TIMESTAMP_TZ) return "tr_round_timestamp(timezone('UTC', " + sql + "), CAST(3 AS BIGINT))";
            if (id == LogicalTypeId::TIMESTAMP || id == LogicalTypeId::TIMESTAMP_MS || id == LogicalTypeId::TIMESTAMP_NS) return "tr_round_timestamp(CAST(" + sql + " AS TIMESTAMP), CAST(3 AS BIGINT))";
            return "";
        case TypeKind::array: {
            if (id != LogicalTypeId::LIST) return "";
            const std::string item = "e" + std::to_string(depth);
            const std::string inner = converted(item, duckdb::ListType::GetChildType(file), type.arguments[0], depth + 1);
            return inner.empty() ? "" : "list_transform(" + sql + ", lambda " + item + ": " + inner + ")";
        }
        case TypeKind::row: {
            if (id != LogicalTypeId::STRUCT) return "";
            std::string made = "CASE WHEN " + sql + " IS NOT NULL THEN struct_pack(";
            for (std::size_t i = 0; i < type.arguments.size(); ++i) {
                std::string field = "CAST(NULL AS " + sql::trino::engine_type(type.arguments[i]) + ")";
                for (const auto& [name, child] : duckdb::StructType::GetChildTypes(file)) {
                    if (sql::trino::lower_case(name) != type.names[i]) continue;
                    field = converted("struct_extract(" + sql + ", " + sql::trino::quote_text(name) + ")", child, type.arguments[i], depth + 1);
                    if (field.empty()) return "";
                }
                made += (i > 0 ? ", f" : "f") + std::to_string(i) + " := " + field;
            }
            return made + ") END";
        }
        case TypeKind::map: return id == LogicalTypeId::MAP && file.ToString() == to ? sql : "";
        case TypeKind::unknown: case TypeKind::char_: case TypeKind::time: case TypeKind::timestamp_tz: case TypeKind::interval_months:
        case TypeKind::interval_millis: case TypeKind::json: case TypeKind::uuid: case TypeKind::function: break;
    }
    return "";
}

}  // namespace

std::string parquet_select(duckdb::Connection& connection, const sql::plan::QueryPlan& plan, std::size_t index) {
    const auto& scan = plan.scans[index];
    std::string files, keys;
    for (std::size_t i = 0; i < scan.files.size(); ++i) files += (i > 0 ? ", '" : "'") + object_path(plan, index, i) + "'";
    std::size_t partition_keys = 0;
    for (const auto& column : scan.columns) partition_keys += column.partition ? 1 : 0;
    for (std::size_t i = 0; i < partition_keys; ++i) keys += (i > 0 ? ", 'p" : "'p") + std::to_string(i) + "': 'VARCHAR'";
    const std::string source = "read_parquet([" + files + "], union_by_name=true, binary_as_string=true, hive_partitioning=" +
                               (partition_keys > 0 ? "true, hive_types={" + keys + "}" : "false") + ")";
    auto prepared = connection.Prepare("SELECT * FROM " + source);
    if (prepared->HasError()) prepared->error.Throw();
    std::string select;
    std::size_t key = 0;
    for (std::size_t i = 0; i < scan.columns.size(); ++i) {
        const auto& column = scan.columns[i];
        std::string sql;
        if (column.partition) {
            const std::string text = "p" + std::to_string(key++);
            const std::string type = sql::trino::lower_case(sql::trino::engine_type(column.type));
            sql = column.type.is(TypeKind::varchar) ? text : column.type.is(TypeKind::decimal) ? "TRY_CAST(" + text + " AS " + type + ")" : "tr_try_to_" + type + "(" + text + ")";
        } else {
            sql = "CAST(NULL AS " + sql::trino::engine_type(column.type) + ")";
            for (std::size_t c = 0; c < prepared->GetNames().size(); ++c) {
                const auto& name = prepared->GetNames()[c];
                if (sql::trino::lower_case(name) != sql::trino::lower_case(column.name)) continue;
                sql = converted(sql::trino::quote_name(name), prepared->GetTypes()[c], column.type, 0);
                if (sql.empty() && column.used) {
                    raise("HIVE_BAD_DATA", "Field " + column.name + "'s type " + prepared->GetTypes()[c].ToString() + " in parquet file " + scan.files[0].name + " is incompatible with type " + column.type.name() + " defined in table schema");
                }
                if (sql.empty()) sql = "CAST(NULL AS " + sql::trino::engine_type(column.type) + ")";
            }
        }
        select += (i > 0 ? ", " : "") + sql + " AS c" + std::to_string(i);
    }
    return "SELECT " + select + " FROM " + source;
}

}  // namespace freshet::duck
