// Maps. A lambda of a key and a value takes the two fields of an entry.
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/functions/registry.h"

namespace freshet::sql::trino {
namespace {

using Names = std::vector<std::string>;

/// transform_keys and transform_values.
SyntaxResult<Typed> transform(const Call& call) {
    const bool is_of_keys = call.expr.text == "transform_keys";
    const Lambda lambda = call.lambda(1);
    const std::string kept = lambda.name + (is_of_keys ? ".value" : ".key");
    return call.made("map_from_entries(tr_map_entries(list_transform(map_entries(" + call.sql(0) +
                     "), lambda " + lambda.name +
                     ": struct_pack(key := " + (is_of_keys ? lambda.body : kept) +
                     ", value := " + (is_of_keys ? kept : lambda.body) + "))))");
}

SyntaxResult<Typed> map_concat(const Call& call) {
    // Of two entries of a key the later one stays.
    std::string entries;
    for (std::size_t i = call.arguments.size(); i > 0; --i)
        entries += (entries.empty() ? "" : " || ") + ("map_entries(" + call.sql(i - 1) + ")");
    return call.made("map_from_entries(tr_first_of_keys(" + entries + "))");
}

SyntaxResult<Typed> map_zip_with(const Call& call) {
    const std::string entries = bind_once({call.sql(0), call.sql(1)}, [](const Names& names) {
        return "list_transform(tr_array_union(map_keys(" + names[0] + "), map_keys(" + names[1] +
               ")), lambda e0: struct_pack(key := e0, value := map_extract_value(" + names[0] +
               ", e0), other := map_extract_value(" + names[1] + ", e0)))";
    });
    const Lambda lambda = call.lambda(2);
    return call.made("map_from_entries(list_transform(" + entries + ", lambda " + lambda.name +
                     ": struct_pack(key := " + lambda.name + ".key, value := " + lambda.body +
                     ")))");
}

constexpr FunctionRow rows[] = {
    {"map", "() -> map(unknown,unknown)", "map(CAST([] AS INTEGER[]), CAST([] AS INTEGER[]))",
     "The map of an array of keys and one of values, or an empty one.",
     "map(ARRAY['a', 'b'], ARRAY[1, 2])", "{a=1, b=2}"},
    {"map", "(array(K), array(V)) -> map(K,V), K:comparable", "map($1, $2)"},
    {"map_keys", "(map(K,V)) -> array(K)", "map_keys($1)", "The keys.",
     "map_keys(map(ARRAY['a', 'b'], ARRAY[1, 2]))", "[a, b]"},
    {"map_values", "(map(K,V)) -> array(V)", "map_values($1)", "The values.",
     "map_values(map(ARRAY['a', 'b'], ARRAY[1, 2]))", "[1, 2]"},
    {"map_entries", "(map(K,V)) -> array(row(K,V))",
     "list_transform(map_entries($1), lambda e0: struct_pack(f0 := e0.key, f1 := e0.value))",
     "The entries as rows.", "map_entries(map(ARRAY['a'], ARRAY[1]))", "[{field0=a, field1=1}]"},
    {"map_from_entries", "(array(row(K,V))) -> map(K,V), K:comparable",
     "map_from_entries(tr_map_entries(list_transform($1, lambda e0: CASE WHEN e0 IS NOT NULL THEN "
     "struct_pack(key := e0.f0, value := e0.f1) END)))",
     "The map of rows of a key and a value.", "map_from_entries(ARRAY[(1, 'x'), (2, 'y')])",
     "{1=x, 2=y}"},
    {"multimap_from_entries", "(array(row(K,V))) -> map(K,array(V)), K:comparable",
     "map_from_entries(tr_grouped_entries(list_transform($1, lambda e0: struct_pack(key := e0.f0, "
     "value := e0.f1))))",
     "The map of rows of a key and a value, with all values of a key.",
     "multimap_from_entries(ARRAY[(1, 'x'), (2, 'y'), (1, 'z')])", "{1=[x, z], 2=[y]}"},
    {"map_concat", "(map(K,V), map(K,V)...) -> map(K,V)", map_concat,
     "The entries of all maps; of a key that comes twice the last one.",
     "map_concat(map(ARRAY['a', 'b'], ARRAY[1, 2]), map(ARRAY['a'], ARRAY[3]))", "{a=3, b=2}"},
    {"map_filter", "(map(K,V), function(K,V,boolean)) -> map(K,V)",
     "map_from_entries(list_filter(map_entries($1), $2))",
     "The entries for which a lambda of key and value is true.",
     "map_filter(map(ARRAY['a', 'b'], ARRAY[1, 2]), (k, v) -> v > 1)", "{b=2}"},
    {"transform_keys", "(map(A,V), function(A,V,B)) -> map(B,V)", transform,
     "The map with each key that a lambda of key and value gives.",
     "transform_keys(map(ARRAY[1, 2], ARRAY['a', 'b']), (k, v) -> k + 10)", "{11=a, 12=b}"},
    {"transform_values", "(map(K,A), function(K,A,B)) -> map(K,B)", transform,
     "The map with each value that a lambda of key and value gives.",
     "transform_values(map(ARRAY['a'], ARRAY[2]), (k, v) -> v * 2)", "{a=4}"},
    {"map_zip_with", "(map(K,A), map(K,B), function(K,A,B,C)) -> map(K,C)", map_zip_with,
     "A lambda over each key and its value in either map, NULL for none.",
     "map_zip_with(map(ARRAY['a'], ARRAY[1]), map(ARRAY['a', 'b'], ARRAY[2, 3]), (k, v, w) -> "
     "coalesce(v, 0) + w)",
     "{a=3, b=3}"},
};

}  // namespace

std::span<const FunctionRow> map_functions() { return rows; }

}  // namespace freshet::sql::trino
