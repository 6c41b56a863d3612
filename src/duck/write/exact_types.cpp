#include "duck/write/exact_types.h"

namespace freshet::duck {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using sql::trino::Type;
using sql::trino::TypeKind;

/// `there` is `sql` as the other type, `back` that as the file's type again.
std::string checked(const std::string& sql, const std::string& there, const std::string& back,
                    const Type& type, const std::string& misfit) {
    return "CASE WHEN " + sql + " IS NULL OR " + back + " = " + sql + " THEN " + there +
           " ELSE CAST(" + misfit + " AS " + sql::trino::engine_type(type) + ") END";
}

std::string cast(const std::string& sql, const LogicalType& file, const Type& type,
                 const std::string& misfit) {
    const std::string to = sql::trino::engine_type(type);
    if (file.ToString() == to) return sql;
    const std::string there = "TRY_CAST(" + sql + " AS " + to + ")";
    return checked(sql, there, "TRY_CAST(" + there + " AS " + file.ToString() + ")", type, misfit);
}

bool is_whole_number(LogicalTypeId id) {
    return id == LogicalTypeId::TINYINT || id == LogicalTypeId::SMALLINT ||
           id == LogicalTypeId::INTEGER || id == LogicalTypeId::BIGINT ||
           id == LogicalTypeId::UTINYINT || id == LogicalTypeId::USMALLINT ||
           id == LogicalTypeId::UINTEGER || id == LogicalTypeId::UBIGINT;
}

bool is_number(LogicalTypeId id) {
    return is_whole_number(id) || id == LogicalTypeId::FLOAT || id == LogicalTypeId::DOUBLE ||
           id == LogicalTypeId::DECIMAL;
}

std::string text(const std::string& sql, LogicalTypeId id, const Type& type,
                 const std::string& misfit) {
    if (id == LogicalTypeId::VARCHAR) return sql;
    if (id == LogicalTypeId::ENUM) return "CAST(" + sql + " AS VARCHAR)";
    if (id != LogicalTypeId::BLOB) return "";
    const std::string there = "TRY(decode(" + sql + "))";
    return checked(sql, there, "encode(" + there + ")", type, misfit);
}

std::string timestamp(const std::string& sql, const LogicalType& file, const Type& type,
                      const std::string& misfit) {
    const LogicalTypeId id = file.id();
    if (id == LogicalTypeId::TIMESTAMP_TZ) return "timezone('UTC', " + sql + ")";
    if (id == LogicalTypeId::TIMESTAMP) return sql;
    const bool is_other = id == LogicalTypeId::TIMESTAMP_SEC || id == LogicalTypeId::TIMESTAMP_MS ||
                          id == LogicalTypeId::TIMESTAMP_NS || id == LogicalTypeId::DATE;
    return is_other ? cast(sql, file, type, misfit) : "";
}

std::string list_of(const std::string& sql, const LogicalType& file, const Type& type,
                    const std::string& misfit, int depth) {
    if (file.id() != LogicalTypeId::LIST) return "";
    const std::string item = "e" + std::to_string(depth);
    const std::string inner =
        exactly(item, duckdb::ListType::GetChildType(file), type.arguments[0], misfit, depth + 1);
    if (inner.empty() || inner == item) return inner.empty() ? "" : sql;
    return "list_transform(" + sql + ", lambda " + item + ": " + inner + ")";
}

std::string map_of(const std::string& sql, const std::string& key, const std::string& value,
                   const std::string& entry) {
    if (key.empty() || value.empty()) return "";
    if (key == entry + ".key" && value == entry + ".value") return sql;
    return "map_from_entries(list_transform(map_entries(" + sql + "), lambda " + entry +
           ": struct_pack(k := " + key + ", v := " + value + ")))";
}

/// The field of a row that a file lacks is NULL; one that the type lacks would be lost.
std::string row_of(const std::string& sql, const LogicalType& file, const Type& type,
                   const std::string& misfit, int depth) {
    if (file.id() != LogicalTypeId::STRUCT) return "";
    std::string made;
    std::size_t found = 0;
    bool is_same = true;
    const auto& children = duckdb::StructType::GetChildTypes(file);
    for (std::size_t i = 0; i < type.arguments.size(); ++i) {
        std::string field = "CAST(NULL AS " + sql::trino::engine_type(type.arguments[i]) + ")";
        for (const auto& [name, child] : children) {
            if (sql::trino::lower_case(name) != sql::trino::lower_case(type.names[i])) continue;
            const std::string part =
                "struct_extract(" + sql + ", " + sql::trino::quote_text(name) + ")";
            field = exactly(part, child, type.arguments[i], misfit, depth + 1);
            if (field.empty()) return "";
            is_same = is_same && field == part && name == type.names[i];
            ++found;
            break;
        }
        made += (i > 0 ? ", " : "") + sql::trino::quote_name(type.names[i]) + " := " + field;
    }
    if (found != children.size()) return "";
    if (is_same && found == type.arguments.size()) return sql;
    return "CASE WHEN " + sql + " IS NOT NULL THEN struct_pack(" + made + ") END";
}

}  // namespace

std::string exactly(const std::string& sql, const LogicalType& file, const Type& type,
                    const std::string& misfit, int depth) {
    const LogicalTypeId id = file.id();
    if (id == LogicalTypeId::SQLNULL) return "CAST(NULL AS " + sql::trino::engine_type(type) + ")";
    switch (type.kind) {
        case TypeKind::tinyint:
        case TypeKind::smallint:
        case TypeKind::integer:
        case TypeKind::bigint:
        case TypeKind::real:
        case TypeKind::double_:
        case TypeKind::decimal:
            return is_number(id) ? cast(sql, file, type, misfit) : "";
        case TypeKind::boolean:
            return id == LogicalTypeId::BOOLEAN ? sql : "";
        case TypeKind::varchar:
            return text(sql, id, type, misfit);
        case TypeKind::varbinary:
            if (id == LogicalTypeId::VARCHAR) return "encode(" + sql + ")";
            return id == LogicalTypeId::BLOB ? sql : "";
        case TypeKind::date:
            return id == LogicalTypeId::DATE ? sql : "";
        case TypeKind::timestamp:
            return timestamp(sql, file, type, misfit);
        case TypeKind::array:
            return list_of(sql, file, type, misfit, depth);
        case TypeKind::row:
            return row_of(sql, file, type, misfit, depth);
        case TypeKind::map: {
            if (id != LogicalTypeId::MAP) return "";
            const std::string entry = "e" + std::to_string(depth);
            return map_of(sql,
                          exactly(entry + ".key", duckdb::MapType::KeyType(file), type.arguments[0],
                                  misfit, depth + 1),
                          exactly(entry + ".value", duckdb::MapType::ValueType(file),
                                  type.arguments[1], misfit, depth + 1),
                          entry);
        }
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

std::string with_names(const std::string& sql, const Type& type, int depth) {
    const std::string item = "e" + std::to_string(depth);
    if (type.is(TypeKind::array)) {
        const std::string inner = with_names(item, type.arguments[0], depth + 1);
        return inner == item ? sql
                             : "list_transform(" + sql + ", lambda " + item + ": " + inner + ")";
    }
    if (type.is(TypeKind::map))
        return map_of(sql, with_names(item + ".key", type.arguments[0], depth + 1),
                      with_names(item + ".value", type.arguments[1], depth + 1), item);
    if (!type.is(TypeKind::row)) return sql;
    std::string made;
    for (std::size_t i = 0; i < type.arguments.size(); ++i) {
        const std::string field = "struct_extract(" + sql + ", 'f" + std::to_string(i) + "')";
        made += (i > 0 ? ", " : "") + sql::trino::quote_name(type.names[i]) +
                " := " + with_names(field, type.arguments[i], depth + 1);
    }
    return "CASE WHEN " + sql + " IS NOT NULL THEN struct_pack(" + made + ") END";
}

}  // namespace freshet::duck
