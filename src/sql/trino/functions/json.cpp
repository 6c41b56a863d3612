// JSON by paths: names and positions.
#include "sql/trino/functions/registry.h"

namespace freshet::sql::trino {
namespace {

constexpr FunctionRow rows[] = {
    {"json_parse", "(varchar) -> json", "tr_json_parse($1)", "The JSON value of a text.",
     "json_parse('[1, {\"a\": null}]')", "[1,{\"a\":null}]"},
    {"json_format", "(json) -> varchar", "$1", "The text of a JSON value.",
     "json_format(JSON '[1, 2]')", "[1,2]"},
    {"json_extract", "(json, varchar) -> json", "tr_json_extract($1, $2)",
     "The JSON value at a path; NULL when there is none.",
     "json_extract('{\"a\": {\"b\": 1}}', '$.a')", "{\"b\":1}"},
    {"json_extract", "(varchar, varchar) -> json", "tr_json_extract($1, $2)"},
    {"json_extract_scalar", "(json, varchar) -> varchar", "tr_json_extract_scalar($1, $2)",
     "The text, number or boolean at a path, as text; NULL when there is none.",
     "json_extract_scalar('{\"a\":[1,\"x\"]}', '$.a[1]')", "x"},
    {"json_extract_scalar", "(varchar, varchar) -> varchar", "tr_json_extract_scalar($1, $2)"},
    {"json_array_length", "(json) -> bigint", "tr_json_array_length($1)",
     "The length of a JSON array; NULL for anything else.", "json_array_length('[1,2]')", "2"},
    {"json_array_length", "(varchar) -> bigint", "tr_json_array_length($1)"},
    {"json_array_contains", "(json, boolean) -> boolean", "tr_json_array_contains($1, $2)",
     "Whether a value is in a JSON array.", "json_array_contains('[1, \"a\"]', 'a')", "true"},
    {"json_array_contains", "(varchar, boolean) -> boolean", "tr_json_array_contains($1, $2)"},
    {"json_array_contains", "(json, bigint) -> boolean", "tr_json_array_contains($1, $2)"},
    {"json_array_contains", "(varchar, bigint) -> boolean", "tr_json_array_contains($1, $2)"},
    {"json_array_contains", "(json, double) -> boolean", "tr_json_array_contains($1, $2)"},
    {"json_array_contains", "(varchar, double) -> boolean", "tr_json_array_contains($1, $2)"},
    {"json_array_contains", "(json, varchar) -> boolean", "tr_json_array_contains($1, $2)"},
    {"json_array_contains", "(varchar, varchar) -> boolean", "tr_json_array_contains($1, $2)"},
    {"json_size", "(json, varchar) -> bigint", "tr_json_size($1, $2)",
     "The number of entries of the object or array at a path; 0 for a scalar.",
     "json_size('{\"x\": {\"a\": 1, \"b\": 2}}', '$.x')", "2"},
    {"json_size", "(varchar, varchar) -> bigint", "tr_json_size($1, $2)"},
    {"json_array_get", "(json, bigint) -> json", "tr_json_array_get($1, $2)",
     "The element at a position from 0, negative from the end; text comes without its quotes.",
     "json_array_get('[\"a\", [3, 9]]', -1)", "[3,9]"},
    {"json_array_get", "(varchar, bigint) -> json", "tr_json_array_get($1, $2)"},
    {"is_json_scalar", "(json) -> boolean", "tr_is_json_scalar($1)",
     "Whether a JSON value is a number, text, boolean or null.", "is_json_scalar('[1]')", "false"},
    {"is_json_scalar", "(varchar) -> boolean", "tr_is_json_scalar($1)"},
};

}  // namespace

std::span<const FunctionRow> json_functions() { return rows; }

}  // namespace freshet::sql::trino
