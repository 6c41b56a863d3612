#include "duck/scan/parquet_types.h"

namespace freshet::duck {
namespace {

using duckdb::LogicalTypeId;
using sql::trino::Type;
using sql::trino::TypeKind;

bool is_integer(LogicalTypeId id) {
    return id == LogicalTypeId::TINYINT || id == LogicalTypeId::SMALLINT ||
           id == LogicalTypeId::INTEGER || id == LogicalTypeId::BIGINT ||
           id == LogicalTypeId::UTINYINT || id == LogicalTypeId::USMALLINT ||
           id == LogicalTypeId::UINTEGER || id == LogicalTypeId::UBIGINT;
}

std::string cast(const std::string& sql, const duckdb::LogicalType& file, const Type& type) {
    const std::string to = sql::trino::engine_type(type);
    return file.ToString() == to ? sql : "CAST(" + sql + " AS " + to + ")";
}

std::string list(const std::string& sql, const duckdb::LogicalType& file, const Type& type,
                 int depth) {
    if (file.id() != LogicalTypeId::LIST) return "";
    const std::string item = "e" + std::to_string(depth);
    const std::string inner =
        converted(item, duckdb::ListType::GetChildType(file), type.arguments[0], depth + 1);
    if (inner.empty() || inner == item) return inner.empty() ? "" : sql;
    return "list_transform(" + sql + ", lambda " + item + ": " + inner + ")";
}

std::string map(const std::string& sql, const duckdb::LogicalType& file, const Type& type,
                int depth) {
    if (file.id() != LogicalTypeId::MAP) return "";
    const std::string entry = "e" + std::to_string(depth);
    const std::string key =
        converted(entry + ".key", duckdb::MapType::KeyType(file), type.arguments[0], depth + 1);
    const std::string value =
        converted(entry + ".value", duckdb::MapType::ValueType(file), type.arguments[1], depth + 1);
    if (key.empty() || value.empty()) return "";
    if (key == entry + ".key" && value == entry + ".value") return sql;
    return "map_from_entries(list_transform(map_entries(" + sql + "), lambda " + entry +
           ": struct_pack(k := " + key + ", v := " + value + ")))";
}

std::string row(const std::string& sql, const duckdb::LogicalType& file, const Type& type,
                int depth) {
    if (file.id() != LogicalTypeId::STRUCT) return "";
    std::string made = "CASE WHEN " + sql + " IS NOT NULL THEN struct_pack(";
    for (std::size_t i = 0; i < type.arguments.size(); ++i) {
        std::string field = "CAST(NULL AS " + sql::trino::engine_type(type.arguments[i]) + ")";
        for (const auto& [name, child] : duckdb::StructType::GetChildTypes(file)) {
            if (sql::trino::lower_case(name) != sql::trino::lower_case(type.names[i])) continue;
            field = converted("struct_extract(" + sql + ", " + sql::trino::quote_text(name) + ")",
                              child, type.arguments[i], depth + 1);
            if (field.empty()) return "";
            break;
        }
        made += (i > 0 ? ", f" : "f") + std::to_string(i) + " := " + field;
    }
    return made + ") END";
}

std::string timestamp(const std::string& sql, LogicalTypeId id) {
    const std::string digits = ", CAST(3 AS BIGINT))";
    if (id == LogicalTypeId::TIMESTAMP_TZ)
        return "tr_round_timestamp(timezone('UTC', " + sql + ")" + digits;
    if (id == LogicalTypeId::TIMESTAMP) return "tr_round_timestamp(" + sql + digits;
    if (id == LogicalTypeId::TIMESTAMP_MS || id == LogicalTypeId::TIMESTAMP_NS)
        return "tr_round_timestamp(CAST(" + sql + " AS TIMESTAMP)" + digits;
    return "";
}

std::string text(const std::string& sql, LogicalTypeId id) {
    if (id == LogicalTypeId::VARCHAR) return sql;
    if (id == LogicalTypeId::ENUM) return "CAST(" + sql + " AS VARCHAR)";
    return id == LogicalTypeId::BLOB ? "tr_from_utf8(" + sql + ")" : "";
}

std::string bytes(const std::string& sql, LogicalTypeId id) {
    if (id == LogicalTypeId::BLOB) return sql;
    if (id == LogicalTypeId::VARCHAR) return "encode(" + sql + ")";
    return id == LogicalTypeId::UUID ? "unhex(replace(CAST(" + sql + " AS VARCHAR), '-', ''))" : "";
}

}  // namespace

std::string converted(const std::string& sql, const duckdb::LogicalType& file, const Type& type,
                      int depth) {
    const LogicalTypeId id = file.id();
    switch (type.kind) {
        case TypeKind::tinyint:
        case TypeKind::smallint:
        case TypeKind::integer:
        case TypeKind::bigint:
            return is_integer(id) ? cast(sql, file, type) : "";
        case TypeKind::real:
            return id == LogicalTypeId::FLOAT ? sql : "";
        case TypeKind::double_:
            return id == LogicalTypeId::FLOAT || id == LogicalTypeId::DOUBLE ? cast(sql, file, type)
                                                                             : "";
        case TypeKind::decimal:
            return id == LogicalTypeId::DECIMAL || is_integer(id) ? cast(sql, file, type) : "";
        case TypeKind::boolean:
            return id == LogicalTypeId::BOOLEAN ? sql : "";
        case TypeKind::varchar:
            return text(sql, id);
        case TypeKind::varbinary:
            return bytes(sql, id);
        case TypeKind::date:
            return id == LogicalTypeId::DATE ? sql : "";
        case TypeKind::timestamp:
            return timestamp(sql, id);
        case TypeKind::array:
            return list(sql, file, type, depth);
        case TypeKind::row:
            return row(sql, file, type, depth);
        case TypeKind::map:
            return map(sql, file, type, depth);
        case TypeKind::unknown:
        case TypeKind::char_:
        case TypeKind::time:
        case TypeKind::timestamp_tz:
        case TypeKind::interval_months:
        case TypeKind::interval_millis:
        case TypeKind::json:
        case TypeKind::uuid:
        case TypeKind::function:
            break;
    }
    return "";
}

std::string parquet_name(const duckdb::LogicalType& file) {
    const LogicalTypeId id = file.id();
    if (id == LogicalTypeId::BOOLEAN || id == LogicalTypeId::FLOAT || id == LogicalTypeId::DOUBLE)
        return file.ToString();
    if (id == LogicalTypeId::VARCHAR || id == LogicalTypeId::BLOB || id == LogicalTypeId::ENUM)
        return "BINARY";
    if (id == LogicalTypeId::BIGINT || id == LogicalTypeId::UBIGINT) return "INT64";
    if (is_integer(id)) return "INT32";
    return file.ToString();
}

}  // namespace freshet::duck
