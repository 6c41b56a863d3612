// Regular expressions: Oniguruma, set up and rewritten to mean what Joni does.
#include "sql/trino/functions/registry.h"

namespace freshet::sql::trino {
namespace {

constexpr FunctionRow rows[] = {
    {"regexp_like", "(varchar, varchar) -> boolean", "tr_regexp_like($1, $2)",
     "Whether a pattern is found in a text.", "regexp_like('1a 2b', '\\d+b')", "true"},
    {"regexp_extract", "(varchar, varchar) -> varchar",
     "tr_regexp_extract($1, $2, CAST(0 AS BIGINT))",
     "The first part that a pattern, or a group of it, finds; NULL for none.",
     "regexp_extract('2022-01', '(\\d+)-(\\d+)', 2)", "01"},
    {"regexp_extract", "(varchar, varchar, bigint) -> varchar", "tr_regexp_extract($1, $2, $3)"},
    {"regexp_extract_all", "(varchar, varchar) -> array(varchar)",
     "tr_regexp_extract_all($1, $2, CAST(0 AS BIGINT))",
     "All parts that a pattern, or a group of it, finds.", "regexp_extract_all('a1b22', '\\d+')",
     "[1, 22]"},
    {"regexp_extract_all", "(varchar, varchar, bigint) -> array(varchar)",
     "tr_regexp_extract_all($1, $2, $3)"},
    {"regexp_replace", "(varchar, varchar) -> varchar", "tr_regexp_replace($1, $2, '')",
     "The text with every part that a pattern finds taken out, or replaced ($1 is the first "
     "group).",
     "regexp_replace('a1b2', '\\d', '<$0>')", "a<1>b<2>"},
    {"regexp_replace", "(varchar, varchar, varchar) -> varchar", "tr_regexp_replace($1, $2, $3)"},
    {"regexp_split", "(varchar, varchar) -> array(varchar)", "tr_regexp_split($1, $2)",
     "The parts between what a pattern finds.", "regexp_split('a1b22c', '\\d+')", "[a, b, c]"},
    {"regexp_count", "(varchar, varchar) -> bigint", "tr_regexp_count($1, $2)",
     "How often a pattern is found.", "regexp_count('1a 2b 14m', '\\s*[a-z]+\\s*')", "3"},
    {"regexp_position", "(varchar, varchar) -> integer",
     "CAST(tr_regexp_position($1, $2) AS INTEGER)",
     "Where a pattern is found, from a position on and the nth time if given; -1 for never.",
     "regexp_position('9a 2b', '[0-9]', 2)", "4"},
    {"regexp_position", "(varchar, varchar, bigint) -> integer",
     "CAST(tr_regexp_position($1, $2, $3, CAST(1 AS BIGINT)) AS INTEGER)"},
    {"regexp_position", "(varchar, varchar, bigint, bigint) -> integer",
     "CAST(tr_regexp_position($1, $2, $3, $4) AS INTEGER)"},
};

}  // namespace

std::span<const FunctionRow> regexp_functions() { return rows; }

}  // namespace freshet::sql::trino
