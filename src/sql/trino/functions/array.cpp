// Arrays, and what takes a lambda over one.
#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/cast.h"
#include "sql/trino/functions/registry.h"

namespace freshet::sql::trino {
namespace {

using Names = std::vector<std::string>;
const Type bigint = make_type(TypeKind::bigint);

/// list_max or list_min: NULL if one of the elements is.
SyntaxResult<Typed> extreme(const Call& call) {
    const std::string function = call.expr.text == "array_max" ? "list_max(" : "list_min(";
    return call.made(bind_once({call.sql(0)}, [&](const Names& names) {
        return "(CASE WHEN len(" + names[0] + ") = list_count(" + names[0] + ") THEN " + function +
               names[0] + ") END)";
    }));
}

SyntaxResult<Typed> slice(const Call& call) {
    return call.made(bind_once({call.sql(0), call.sql(1), call.sql(2)}, [](const Names& names) {
        const std::string start =
            "tr_slice_start(" + names[1] + ", CAST(len(" + names[0] + ") AS BIGINT))";
        return "list_slice(" + names[0] + ", " + start + ", " + start + " + tr_natural(" +
               names[2] + ") - 1)";
    }));
}

SyntaxResult<Typed> array_join(const Call& call) {
    const Typed element{"e0", call.arguments[0].type.arguments[0]};
    FRESHET_TRY(text, cast_value(element, varchar_type(), false, call.expr.at));
    const std::string list =
        element.type.is(TypeKind::varchar)
            ? call.sql(0)
            : "list_transform(" + call.sql(0) + ", lambda e0: " + text->sql + ")";
    return call.made("tr_array_join(" + list + ", " + call.sql(1) +
                     (call.arguments.size() > 2 ? ", " + call.sql(2) : "") + ")");
}

/// any_match, all_match, none_match: a NULL from the lambda counts only when no other answer
/// decides.
SyntaxResult<Typed> match(const Call& call) {
    const std::string& name = call.expr.text;
    const std::string seen = name == "all_match" ? "false" : "true";
    const std::string then = name == "any_match" ? "true" : "false";
    const std::string otherwise = name == "any_match" ? "false" : "true";
    return call.made(bind_once(
        {"list_transform(" + call.sql(0) + ", " + call.sql(1) + ")"}, [&](const Names& names) {
            const std::string& truths = names[0];
            return "(CASE WHEN " + truths + " IS NULL THEN NULL WHEN list_contains(" + truths +
                   ", " + seen + ") THEN " + then + " WHEN len(" + truths + ") > list_count(" +
                   truths + ") THEN NULL ELSE " + otherwise + " END)";
        }));
}

SyntaxResult<Typed> reduce(Analysis& analysis, const Expr& expr, const Scope& scope) {
    return analysis.reduce_call(expr, scope);
}

SyntaxResult<Typed> concat(const Call& call) {
    return call.analysis.concatenation_of(call.arguments, call.expr.at);
}

/// The elements of several lists side by side: struct_pack of the names given.
std::string side_by_side(const Names& lists, const Names& fields) {
    std::string longest = "len(" + lists[0] + ")", pack;
    for (std::size_t i = 0; i < lists.size(); ++i) {
        if (i > 0) longest = "tr_longer(" + longest + ", len(" + lists[i] + "))";
        pack += (i > 0 ? ", " : "") + fields[i] + " := list_extract(" + lists[i] + ", e0)";
    }
    return "list_transform(generate_series(1, " + longest + "), lambda e0: struct_pack(" + pack +
           "))";
}

SyntaxResult<Typed> zip(const Call& call) {
    Names lists, fields;
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
        lists.push_back(call.sql(i));
        fields.push_back("f" + std::to_string(i));
    }
    return call.made(
        bind_once(lists, [&](const Names& names) { return side_by_side(names, fields); }));
}

SyntaxResult<Typed> zip_with(const Call& call) {
    const std::string pairs = bind_once({call.sql(0), call.sql(1)}, [](const Names& names) {
        return side_by_side(names, {"key", "value"});
    });
    return call.made("list_transform(" + pairs + ", " + call.sql(2) + ")");
}

/// Of whole numbers; of dates and timestamps, which are counted as days and microseconds.
SyntaxResult<Typed> sequence(const Call& call) {
    const Type& type = call.arguments[0].type;
    Names bounds;
    std::string entry;
    if (type.is(TypeKind::date)) {
        for (std::size_t i = 0; i < 2; ++i)
            bounds.push_back("(" + call.sql(i) + " - DATE '1970-01-01')");
        if (call.arguments.size() > 2) bounds.push_back("tr_whole_days(" + call.sql(2) + ")");
        entry = "DATE '1970-01-01' + CAST(e0 AS INTEGER)";
    } else if (type.is(TypeKind::timestamp)) {
        for (std::size_t i = 0; i < 2; ++i) bounds.push_back("epoch_us(" + call.sql(i) + ")");
        bounds.push_back("(" + call.sql(2) + " * 1000)");
        entry = "make_timestamp(e0)";
    } else {
        for (const Typed& v : call.arguments) bounds.push_back(v.sql);
    }
    std::string sql = bind_once(bounds, [](const Names& names) {
        const std::string ends = names[0] + ", " + names[1];
        return "generate_series(" + ends + ", tr_sequence_step(" + ends +
               (names.size() == 3 ? ", " + names[2] : "") + "))";
    });
    if (!entry.empty()) sql = "list_transform(" + sql + ", lambda e0: " + entry + ")";
    return call.made(std::move(sql));
}

SyntaxResult<Typed> sequence_of_months(const Call& call) {
    const bool is_date = call.arguments[0].type.is(TypeKind::date);
    return call.made(bind_once({call.sql(0), call.sql(1), call.sql(2)}, [&](const Names& names) {
        const std::string stop = "tr_month_steps(date_sub('month', " + names[0] + ", " + names[1] +
                                 "), " + names[2] + ", " + names[0] + " <= " + names[1] + ", " +
                                 names[0] + " >= " + names[1] + ")";
        const std::string entry = names[0] + " + to_months(CAST(e0 * " + names[2] + " AS INTEGER))";
        return "list_transform(generate_series(0, " + stop +
               "), lambda e0: " + (is_date ? "CAST(" + entry + " AS DATE)" : entry) + ")";
    }));
}

constexpr FunctionRow rows[] = {
    {"cardinality", "(array(T)) -> bigint", "CAST(len($1) AS BIGINT)",
     "The number of elements or entries.", "cardinality(ARRAY[1, NULL])", "2"},
    {"cardinality", "(map(K,V)) -> bigint", "CAST(cardinality($1) AS BIGINT)"},
    {"element_at", "(array(T), bigint) -> T", "list_extract($1, tr_nonzero($2))",
     "The element at a position from 1, negative from the end, or the value of a key; NULL for "
     "none.",
     "element_at(ARRAY[1, 2], -1)", "2"},
    {"element_at", "(map(K,V), K) -> V", "map_extract_value($1, $2)"},
    {"reverse", "(array(T)) -> array(T)", "list_reverse($1)"},
    {"concat", "(array(T), array(T)...) -> array(T)", concat},
    {"concat", "(array(T), T) -> array(T)", concat},
    {"concat", "(T, array(T)) -> array(T)", concat},
    {"array_first", "(array(T)) -> T", "list_extract($1, 1)",
     "The first element; NULL for an empty array.", "array_first(ARRAY[4, 5])", "4"},
    {"array_last", "(array(T)) -> T", "list_extract($1, -1)",
     "The last element; NULL for an empty array.", "array_last(ARRAY[4, 5])", "5"},
    {"array_max", "(array(T)) -> T, T:orderable", extreme,
     "The greatest element; NULL if one of them is.", "array_max(ARRAY[2, 3, 1])", "3"},
    {"array_min", "(array(T)) -> T, T:orderable", extreme,
     "The least element; NULL if one of them is.", "array_min(ARRAY[2, 1, NULL])", "NULL"},
    {"array_sort", "(array(T)) -> array(T), T:orderable", "list_sort($1, 'ASC', 'NULLS LAST')",
     "The elements in order, NULL last.", "array_sort(ARRAY[3, NULL, 1])", "[1, 3, null]"},
    {"array_distinct", "(array(T)) -> array(T), T:comparable", "tr_array_distinct($1)",
     "The elements without those that came before.", "array_distinct(ARRAY[2, 1, 2, NULL, NULL])",
     "[2, 1, null]"},
    {"array_union", "(array(T), array(T)) -> array(T), T:comparable", "tr_array_union($1, $2)",
     "The elements of both, each once.", "array_union(ARRAY[1, 2], ARRAY[2, 3])", "[1, 2, 3]"},
    {"array_intersect", "(array(T), array(T)) -> array(T), T:comparable",
     "tr_array_intersect($1, $2)", "The elements that both have, each once.",
     "array_intersect(ARRAY[1, 2, 2], ARRAY[2, 3])", "[2]"},
    {"array_except", "(array(T), array(T)) -> array(T), T:comparable", "tr_array_except($1, $2)",
     "The elements that the second lacks, each once.", "array_except(ARRAY[1, 2, 1, 3], ARRAY[2])",
     "[1, 3]"},
    {"arrays_overlap", "(array(T), array(T)) -> boolean, T:comparable", "tr_arrays_overlap($1, $2)",
     "Whether both share an element that is not NULL; NULL if that is not known.",
     "arrays_overlap(ARRAY[1, 2], ARRAY[2])", "true"},
    {"array_position", "(array(T), T) -> bigint, T:comparable",
     "CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE CAST(coalesce(list_position($1, $2), 0) AS "
     "BIGINT) END",
     "The place of the first such element, from 1; 0 when there is none.",
     "array_position(ARRAY['a', 'b'], 'b')", "2"},
    {"array_remove", "(array(T), T) -> array(T), T:comparable",
     "(CASE WHEN $2 IS NOT NULL THEN list_filter($1, lambda e0: e0 IS DISTINCT FROM $2) END)",
     "The array without the elements equal to a value.", "array_remove(ARRAY[1, 2, NULL, 1], 1)",
     "[2, null]"},
    {"array_join", "(array(T), varchar) -> varchar", array_join,
     "The elements as text with a delimiter between; NULL is left out or replaced.",
     "array_join(ARRAY[1, NULL, 2], '-', '?')", "1-?-2"},
    {"array_join", "(array(T), varchar, varchar) -> varchar", array_join},
    {"array_histogram", "(array(T)) -> map(T,bigint), T:comparable",
     "map_from_entries(tr_array_histogram($1))", "How often each element is there, NULL left out.",
     "array_histogram(ARRAY['a', 'b', 'a'])", "{a=2, b=1}"},
    {"contains", "(array(T), T) -> boolean, T:comparable",
     "(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN list_contains($1, $2) THEN true WHEN "
     "len($1) > list_count($1) THEN NULL ELSE false END)",
     "Whether an element is in an array; NULL if it may be one that is NULL.",
     "contains(ARRAY[1, 2], 2)", "true"},
    {"contains_sequence", "(array(T), array(T)) -> boolean, T:comparable",
     "tr_contains_sequence($1, $2)", "Whether the second is a part of the first, in its order.",
     "contains_sequence(ARRAY[1, 2, 3], ARRAY[2, 3])", "true"},
    {"flatten", "(array(array(T))) -> array(T)", "flatten($1)", "The arrays one after the other.",
     "flatten(ARRAY[ARRAY[1], ARRAY[2, 3]])", "[1, 2, 3]"},
    {"slice", "(array(T), bigint, bigint) -> array(T)", slice,
     "So many elements from a position, counted from 1 or, negative, from the end.",
     "slice(ARRAY[1, 2, 3, 4], -3, 2)", "[2, 3]"},
    {"trim_array", "(array(T), bigint) -> array(T)",
     "list_slice($1, 1, tr_trimmed_size($2, CAST(len($1) AS BIGINT)))",
     "The array without its last elements.", "trim_array(ARRAY[1, 2, 3, 4], 3)", "[1]"},
    {"repeat", "(T, bigint) -> array(T)", "repeat(CAST([$1] AS $r), tr_repeat_count($2))",
     "An array of one value so many times.", "repeat('a', 3)", "[a, a, a]"},
    {"shuffle", "(array(T)) -> array(T)", "tr_shuffle($1)", "The elements in a random order.",
     "cardinality(shuffle(ARRAY[1, 2, 3]))", "3"},
    {"combinations", "(array(T), bigint) -> array(array(T))", "tr_combinations($1, $2)",
     "All choices of so many elements, of at most five.", "combinations(ARRAY['a', 'b', 'c'], 2)",
     "[[a, b], [a, c], [b, c]]"},
    {"ngrams", "(array(T), bigint) -> array(array(T))", "tr_ngrams($1, $2)",
     "All runs of so many elements.", "ngrams(ARRAY[1, 2, 3], 2)", "[[1, 2], [2, 3]]"},
    {"sequence", "(bigint, bigint) -> array(bigint)", sequence,
     "The values from the first to the last by a step, at most 10,000.", "sequence(1, 7, 3)",
     "[1, 4, 7]"},
    {"sequence", "(bigint, bigint, bigint) -> array(bigint)", sequence},
    {"sequence", "(date, date) -> array(date)", sequence},
    {"sequence", "(date, date, interval day to second) -> array(date)", sequence},
    {"sequence", "(date, date, interval year to month) -> array(date)", sequence_of_months},
    {"sequence", "(timestamp(p), timestamp(p), interval day to second) -> array(timestamp(p))",
     sequence},
    {"sequence", "(timestamp(p), timestamp(p), interval year to month) -> array(timestamp(p))",
     sequence_of_months},
    {"zip", "(array(T), array(U)) -> array(row(T,U))", zip,
     "The elements of two to five arrays side by side, NULL where one has none.",
     "zip(ARRAY[1, 2], ARRAY['a'])", "[{field0=1, field1=a}, {field0=2, field1=null}]"},
    {"zip", "(array(T), array(U), array(V)) -> array(row(T,U,V))", zip},
    {"zip", "(array(T), array(U), array(V), array(W)) -> array(row(T,U,V,W))", zip},
    {"zip", "(array(T), array(U), array(V), array(W), array(X)) -> array(row(T,U,V,W,X))", zip},
    {"zip_with", "(array(T), array(U), function(T,U,R)) -> array(R)", zip_with,
     "A lambda over the elements of two arrays side by side.",
     "zip_with(ARRAY[1, 3], ARRAY[5, 7], (x, y) -> x * y)", "[5, 21]"},
    {"transform", "(array(T), function(T,R)) -> array(R)", "list_transform($1, $2)",
     "A lambda over each element.", "transform(ARRAY[1, 2], x -> x * 2)", "[2, 4]"},
    {"filter", "(array(T), function(T,boolean)) -> array(T)", "list_filter($1, $2)",
     "The elements for which a lambda is true.", "filter(ARRAY[1, 5, NULL], x -> x > 2)", "[5]"},
    {"any_match", "(array(T), function(T,boolean)) -> boolean", match,
     "Whether a lambda is true of an element.", "any_match(ARRAY[1, 5], x -> x > 2)", "true"},
    {"all_match", "(array(T), function(T,boolean)) -> boolean", match,
     "Whether a lambda is true of every element.", "all_match(ARRAY[1, 5], x -> x > 2)", "false"},
    {"none_match", "(array(T), function(T,boolean)) -> boolean", match,
     "Whether a lambda is true of no element.", "none_match(ARRAY[1, 5], x -> x > 9)", "true"},
    {"reduce", "(array(T), S, function(S,T,S), function(S,R)) -> R", reduce,
     "The last lambda over the state that the first makes of each element in turn.",
     "reduce(ARRAY[1, 2, 3], 0, (s, x) -> s + x, s -> s * 10)", "60"},
};

}  // namespace

std::span<const FunctionRow> array_functions() { return rows; }

}  // namespace freshet::sql::trino
