#include "query/results.h"

#include "record/protobuf.h"

namespace freshet::query {
namespace {

using record::protobuf::put_field;
using sql::trino::TypeKind;

std::string base_name(const sql::trino::Type& type) {
    if (type.is(TypeKind::real)) return "float";
    const std::string name = type.name();
    if (type.is(TypeKind::timestamp_tz)) return "timestamp with time zone";
    if (type.is(TypeKind::unknown)) return "varchar";
    return name.substr(0, name.find('('));
}

}  // namespace

Column column_of(std::string name, const sql::trino::Type& type) {
    Column column{std::move(name), base_name(type), 0, 0, false};
    switch (type.kind) {
        case TypeKind::tinyint:
            column.precision = 3;
            break;
        case TypeKind::smallint:
            column.precision = 5;
            break;
        case TypeKind::integer:
            column.precision = 10;
            break;
        case TypeKind::bigint:
            column.precision = 19;
            break;
        case TypeKind::real:
        case TypeKind::double_:
            column.precision = 17;
            break;
        case TypeKind::decimal:
            column.precision = type.precision;
            column.scale = type.scale;
            break;
        case TypeKind::varchar:
            column.precision = type.precision < 0 ? 2147483647 : type.precision;
            column.is_case_sensitive = true;
            break;
        case TypeKind::char_:
            column.precision = type.precision;
            column.is_case_sensitive = true;
            break;
        case TypeKind::varbinary:
            column.precision = 1073741824;
            break;
        case TypeKind::time:
        case TypeKind::timestamp:
        case TypeKind::timestamp_tz:
            column.precision = 3;
            break;
        case TypeKind::unknown:
        case TypeKind::boolean:
        case TypeKind::date:
        case TypeKind::interval_months:
        case TypeKind::interval_millis:
        case TypeKind::json:
        case TypeKind::uuid:
        case TypeKind::array:
        case TypeKind::map:
        case TypeKind::row:
        case TypeKind::function:
            break;
    }
    return column;
}

bool read_csv_line(std::string_view text, std::size_t& at, std::size_t columns, Row& row) {
    row.assign(columns, std::nullopt);
    std::size_t here = at;
    for (std::size_t column = 0; column < columns; ++column) {
        if (here >= text.size()) return false;
        if (text[here] == '"') {
            std::string cell;
            ++here;
            while (true) {
                const auto quote = text.find('"', here);
                if (quote == std::string_view::npos || quote + 1 >= text.size()) return false;
                cell.append(text.substr(here, quote - here));
                here = quote + 1;
                if (text[here] != '"') break;
                cell += '"';
                ++here;
            }
            row[column] = std::move(cell);
        }
        if (here >= text.size() || text[here] != (column + 1 < columns ? ',' : '\n')) return false;
        ++here;
    }
    at = here;
    return true;
}

std::string metadata_bytes(const std::string& id, const std::vector<Column>& columns) {
    std::string bytes;
    put_field(bytes, 1, id);
    for (const auto& column : columns) {
        std::string inner;
        put_field(inner, 1, std::string_view("hive"));
        put_field(inner, 4, column.name);
        put_field(inner, 5, column.name);
        put_field(inner, 6, column.type);
        const bool is_nested =
            column.type == "array" || column.type == "map" || column.type == "row";
        if (!is_nested) {
            put_field(inner, 7, static_cast<std::uint64_t>(column.precision));
            put_field(inner, 8, static_cast<std::uint64_t>(column.scale));
        }
        put_field(inner, 9, std::uint64_t{3});
        if (!is_nested) put_field(inner, 10, std::uint64_t{column.is_case_sensitive});
        put_field(bytes, 4, inner);
    }
    return bytes;
}

}  // namespace freshet::query
