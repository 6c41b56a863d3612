// Values from the text of lake files: what a SerDe makes of a cell.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "duck/engine.h"
#include "sql/plan/write.h"
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
/// The same without loss, for files that are written: "" is NULL save as text or bytes, a timestamp
/// keeps its microseconds, text has the form `form`.
bool put_exact_text(duckdb::Vector& out, duckdb::idx_t row, const sql::trino::Type& type,
                    std::string_view text, sql::plan::TextForm form);
/// Microseconds since the epoch of a date or a timestamp of the form.
std::optional<std::int64_t> micros_of(std::string_view text, sql::plan::TextForm form);
/// Any type, as LazySimpleSerDe nests them; a bad value is NULL. `level` 1 is a cell of a line.
/// `is_exact` becomes false when a value is NULL because it is bad.
duckdb::Value lazy_value(std::string_view text, const sql::trino::Type& type,
                         const Delimiters& delimiters, std::size_t level, bool& is_exact);

}  // namespace freshet::duck
