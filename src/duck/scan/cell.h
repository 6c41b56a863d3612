// Values from the text of lake files: what a SerDe makes of a cell.
#pragma once
#include <string_view>

#include "duck/engine.h"
#include "sql/trino/types.h"

namespace freshet::duck {

duckdb::LogicalType logical_type(const sql::trino::Type& type);

struct Delimiters {
    char escape = '\0';                                       ///< '\0': none
    std::string levels = "\x01\x02\x03\x04\x05\x06\x07\x08";  ///< fields, items, map keys, deeper
    std::string null_text = "\\N";
};

/// Puts `text` into `row` as `type`; false when it is not a value of the type (the row is then
/// NULL). Simple types.
bool put_text(duckdb::Vector& out, duckdb::idx_t row, const sql::trino::Type& type,
              std::string_view text);
/// Any type, as LazySimpleSerDe nests them; a bad value is NULL. `level` 1 is a cell of a line.
duckdb::Value lazy_value(std::string_view text, const sql::trino::Type& type,
                         const Delimiters& delimiters, std::size_t level);

}  // namespace freshet::duck
