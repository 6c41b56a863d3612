// Functions over the rows of a window alone. The aggregates are window functions too.
#include "sql/trino/analysis.h"
#include "sql/trino/functions/registry.h"

namespace freshet::sql::trino {
namespace {

constexpr FunctionRow rows[] = {
    {"row_number", "() -> bigint", "row_number()$f", "The number of the row.",
     "row_number() OVER (ORDER BY x) FROM (VALUES 7) AS t(x)", "1"},
    {"rank", "() -> bigint", "rank()$f", "The rank of the row, with gaps after equal ones.",
     "rank() OVER (ORDER BY x) FROM (VALUES 7) AS t(x)", "1"},
    {"dense_rank", "() -> bigint", "dense_rank()$f", "The rank of the row, without gaps.",
     "dense_rank() OVER (ORDER BY x) FROM (VALUES 7) AS t(x)", "1"},
    {"percent_rank", "() -> double", "percent_rank()$f", "The rank as a part of the rows.",
     "percent_rank() OVER (ORDER BY x) FROM (VALUES 7) AS t(x)", "0.0"},
    {"cume_dist", "() -> double", "cume_dist()$f", "The part of the rows up to this one.",
     "cume_dist() OVER (ORDER BY x) FROM (VALUES 7) AS t(x)", "1.0"},
    {"ntile", "(bigint) -> bigint", "ntile($1)$f", "The bucket of the row among so many.",
     "ntile(3) OVER (ORDER BY x) FROM (VALUES 7) AS t(x)", "1"},
    {"lag", "(T) -> T", "lag($1$i)$f", "The value some rows before, or another one for none.",
     "lag(x, 1, 0) OVER (ORDER BY x) FROM (VALUES 7) AS t(x)", "0"},
    {"lag", "(T, bigint) -> T", "lag($1, $2$i)$f"},
    {"lag", "(T, bigint, T) -> T", "lag($1, $2, $3$i)$f"},
    {"lead", "(T) -> T", "lead($1$i)$f", "The value some rows after, or another one for none.",
     "lead(x) OVER (ORDER BY x) FROM (VALUES 7) AS t(x)", "NULL"},
    {"lead", "(T, bigint) -> T", "lead($1, $2$i)$f"},
    {"lead", "(T, bigint, T) -> T", "lead($1, $2, $3$i)$f"},
    {"first_value", "(T) -> T", "first_value($1$i)$f", "The value of the frame's first row.",
     "first_value(x) OVER (ORDER BY x) FROM (VALUES 7) AS t(x)", "7"},
    {"last_value", "(T) -> T", "last_value($1$i)$f", "The value of the frame's last row.",
     "last_value(x) OVER (ORDER BY x) FROM (VALUES 7) AS t(x)", "7"},
    {"nth_value", "(T, bigint) -> T", "nth_value($1, $2$i)$f",
     "The value of the frame's nth row; NULL for none.",
     "nth_value(x, 2) OVER (ORDER BY x) FROM (VALUES 7) AS t(x)", "NULL"},
};

}  // namespace

std::span<const FunctionRow> window_functions() { return rows; }

}  // namespace freshet::sql::trino
