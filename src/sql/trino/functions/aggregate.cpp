// Aggregates: of the rows of a group, or of a window's frame.
#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/functions/registry.h"

namespace freshet::sql::trino {
namespace {

SyntaxResult<Typed> count(const Call& call) {
    const Typed& x = call.arguments[0];
    const bool is_zoned = x.type.is(TypeKind::timestamp_tz);
    return call.made(call.in_engine("count", is_zoned ? "tr_instant(" + x.sql + ")" : x.sql));
}

/// min, max, min_by, max_by, any_value: one of the values.
SyntaxResult<Typed> chosen(const Call& call) {
    const std::string& name = call.expr.text;
    const Type& key = call.arguments.back().type;
    const bool is_of_choice = name != "arbitrary" && name != "any_value";
    if (is_of_choice && (key.is(TypeKind::array) || key.is(TypeKind::row)))
        return std::unexpected(SyntaxError{call.expr.at,
                                           name + " of " + key.name() + " is not supported",
                                           ErrorCode::not_supported});
    const std::string engine = name == "min_by"   ? "arg_min_null"
                               : name == "max_by" ? "arg_max_null"
                               : is_of_choice     ? name
                                                  : "any_value";
    std::string list = call.sql(0);
    if (call.arguments.size() > 1) list += ", " + call.sql(1);
    Typed made = call.made(call.in_engine(engine, list));
    made.is_utc = call.arguments[0].is_utc;
    return made;
}

/// The n greatest or least values.
SyntaxResult<Typed> chosen_many(const Call& call) {
    const Type& key = call.arguments[0].type;
    if (key.is(TypeKind::array) || key.is(TypeKind::row) || key.is(TypeKind::timestamp_tz))
        return std::unexpected(
            SyntaxError{call.expr.at, call.expr.text + " of " + key.name() + " is not supported",
                        ErrorCode::not_supported});
    return call.made(call.in_engine(
        call.expr.text, call.sql(0) + ", tr_count_of_values(coalesce(" + call.sql(1) + ", 0))"));
}

SyntaxResult<Typed> not_built(const Call& call) {
    const std::string what = call.expr.text == "approx_percentile" ? " with a weight or an accuracy"
                                                                   : " with a number of values";
    return std::unexpected(SyntaxError{call.expr.at, call.expr.text + what + " is not supported",
                                       ErrorCode::not_supported});
}

/// Whole numbers as bigint.
SyntaxResult<Typed> percentile(const Call& call) {
    const Type& type = call.arguments[0].type;
    if (!call.arguments[1].is_constant)
        return std::unexpected(SyntaxError{
            call.expr.at,
            "approx_percentile with a percentage that is not a literal is not supported",
            ErrorCode::not_supported});
    const bool is_list = call.result.is(TypeKind::array);
    const std::string quantile = call.in_engine(
        "approx_quantile", "CAST(" + call.sql(0) + " AS DOUBLE), CAST(" + call.sql(1) +
                               (is_list ? " AS FLOAT[])" : " AS FLOAT)"));
    const auto typed = [&](const std::string& sql) {
        return type.is(TypeKind::bigint) ? "CAST(round(" + sql + ") AS BIGINT)"
                                         : "CAST(" + sql + " AS " + engine_type(type) + ")";
    };
    return call.made(is_list ? "list_transform(" + quantile + ", lambda e0: " + typed("e0") + ")"
                             : typed(quantile));
}

/// The map of the entries; NULL when there are none.
std::string map_of_entries(const std::string& entries, const std::string& function) {
    return bind_once({entries}, [&](const std::vector<std::string>& names) {
        return "(CASE WHEN len(" + names[0] + ") > 0 THEN map_from_entries(" + function + "(" +
               names[0] + ")) END)";
    });
}

/// map_agg and multimap_agg: entries whose key is NULL are left out.
SyntaxResult<Typed> map_agg(const Call& call) {
    const std::string entries = "list_filter(" +
                                call.in_engine("list", "struct_pack(key := " + call.sql(0) +
                                                           ", value := " + call.sql(1) + ")") +
                                ", lambda e0: e0.key IS NOT NULL)";
    return call.made(map_of_entries(
        entries, call.expr.text == "map_agg" ? "tr_first_of_keys" : "tr_grouped_entries"));
}

SyntaxResult<Typed> map_union(const Call& call) {
    const std::string maps =
        "list_filter(" + call.in_engine("list", call.sql(0)) + ", lambda e0: e0 IS NOT NULL)";
    return call.made(bind_once({maps}, [](const std::vector<std::string>& names) {
        return "(CASE WHEN len(" + names[0] +
               ") > 0 THEN map_from_entries(tr_first_of_keys(flatten(list_transform(" + names[0] +
               ", lambda e0: map_entries(e0))))) END)";
    }));
}

SyntaxResult<Typed> listagg(const Call& call) {
    if (call.arguments.size() > 1 && !call.arguments[1].is_constant)
        return std::unexpected(SyntaxError{
            call.expr.at, "listagg with a separator that is not a literal is not supported",
            ErrorCode::not_supported});
    return call.made(call.in_engine(
        "string_agg", call.sql(0) + ", " + (call.arguments.size() > 1 ? call.sql(1) : "''")));
}

constexpr const char* summed = "CAST(sum($d$1$o)$f AS $r)";

constexpr FunctionRow rows[] = {
    {"count", "() -> bigint", "count(*)$f", "The number of rows, or of values that are not NULL.",
     "count(*) FROM (VALUES 1, NULL) AS t(x)", "2"},
    {"count", "(T) -> bigint", count},
    {"count_if", "(boolean) -> bigint", "count($dCASE WHEN $1 THEN 1 END$o)$f",
     "The number of rows for which it is true.", "count_if(x > 1) FROM (VALUES 1, 2, 3) AS t(x)",
     "2"},
    {"approx_distinct", "(T) -> bigint", "approx_count_distinct($1)$f",
     "About how many different values there are.",
     "approx_distinct(x) FROM (VALUES 1, 1, 2) AS t(x)", "2"},
    {"sum", "(tinyint) -> bigint", summed, "The sum.", "sum(x) FROM (VALUES 1, 2) AS t(x)", "3"},
    {"sum", "(smallint) -> bigint", summed},
    {"sum", "(integer) -> bigint", summed},
    {"sum", "(bigint) -> bigint", summed},
    {"sum", "(real) -> real", summed},
    {"sum", "(double) -> double", summed},
    {"sum", "(decimal(p,s)) -> decimal(38,s)", summed},
    {"sum", "(interval day to second) -> interval day to second", summed},
    {"sum", "(interval year to month) -> interval year to month", summed},
    {"avg", "(bigint) -> double", "avg($dCAST($1 AS DOUBLE)$o)$f", "The average.",
     "avg(x) FROM (VALUES 1, 2) AS t(x)", "1.5"},
    {"avg", "(real) -> real", "CAST(avg($d$1$o)$f AS FLOAT)"},
    {"avg", "(double) -> double", "avg($d$1$o)$f"},
    {"avg", "(decimal(p,s)) -> decimal(p,s)", "CAST(tr_decimal_avg($d$1$o)$f AS $r)"},
    {"min", "(T) -> T, T:orderable", chosen, "The least value, or so many of them in order.",
     "min(x) FROM (VALUES 2, 1) AS t(x)", "1"},
    {"min", "(T, bigint) -> array(T), T:orderable", chosen_many},
    {"max", "(T) -> T, T:orderable", chosen, "The greatest value, or so many of them in order.",
     "max(x, 2) FROM (VALUES 2, 1, 3) AS t(x)", "[3, 2]"},
    {"max", "(T, bigint) -> array(T), T:orderable", chosen_many},
    {"min_by", "(T, S) -> T, S:orderable", chosen, "The value of the row with the least key.",
     "min_by(x, y) FROM (VALUES ('a', 2), ('b', 1)) AS t(x, y)", "b"},
    {"min_by", "(T, S, bigint) -> array(T), S:orderable", not_built},
    {"max_by", "(T, S) -> T, S:orderable", chosen, "The value of the row with the greatest key.",
     "max_by(x, y) FROM (VALUES ('a', 2), ('b', 1)) AS t(x, y)", "a"},
    {"max_by", "(T, S, bigint) -> array(T), S:orderable", not_built},
    {"any_value", "(T) -> T", chosen, "Any value that is not NULL.",
     "any_value(x) FROM (VALUES NULL, 1) AS t(x)", "1"},
    {"arbitrary", "(T) -> T", chosen, "The same as any_value.",
     "arbitrary(x) FROM (VALUES NULL, 1) AS t(x)", "1"},
    {"approx_percentile", "(bigint, double) -> bigint", percentile,
     "About the value below which a part of the values are.",
     "approx_percentile(x, 0.5) FROM (VALUES 1, 2, 3) AS t(x)", "2"},
    {"approx_percentile", "(real, double) -> real", percentile},
    {"approx_percentile", "(double, double) -> double", percentile},
    {"approx_percentile", "(bigint, array(double)) -> array(bigint)", percentile},
    {"approx_percentile", "(real, array(double)) -> array(real)", percentile},
    {"approx_percentile", "(double, array(double)) -> array(double)", percentile},
    {"approx_percentile", "(double, double, double) -> double", not_built},
    {"approx_percentile", "(double, double, double, double) -> double", not_built},
    {"array_agg", "(T) -> array(T)", "list($d$1$o)$f", "The values as an array.",
     "array_agg(x ORDER BY x) FROM (VALUES 2, 1) AS t(x)", "[1, 2]"},
    {"map_agg", "(K, V) -> map(K,V), K:comparable", map_agg,
     "The map of keys and values; of a key that comes twice the first value.",
     "map_agg(x, y) FROM (VALUES ('a', 1)) AS t(x, y)", "{a=1}"},
    {"multimap_agg", "(K, V) -> map(K,array(V)), K:comparable", map_agg,
     "The map of keys and all their values.",
     "multimap_agg(x, y ORDER BY y) FROM (VALUES ('a', 1), ('a', 2)) AS t(x, y)", "{a=[1, 2]}"},
    {"map_union", "(map(K,V)) -> map(K,V)", map_union,
     "The entries of all maps; of a key that comes twice any value.",
     "map_union(m) FROM (VALUES map(ARRAY['a'], ARRAY[1]), map(ARRAY['b'], ARRAY[2])) AS t(m)",
     "{a=1, b=2}"},
    {"histogram", "(T) -> map(T,bigint), T:comparable", "CAST(histogram($d$1$o)$f AS $r)",
     "How often each value comes.", "histogram(x) FROM (VALUES 'a', 'b', 'a') AS t(x)",
     "{a=2, b=1}"},
    {"listagg", "(varchar) -> varchar", listagg, "The texts with a separator between.",
     "listagg(x, '-') WITHIN GROUP (ORDER BY x) FROM (VALUES 'b', 'a') AS t(x)", "a-b"},
    {"listagg", "(varchar, varchar) -> varchar", listagg},
    {"bool_and", "(boolean) -> boolean", "bool_and($d$1$o)$f", "Whether all are true.",
     "bool_and(x) FROM (VALUES true, false) AS t(x)", "false"},
    {"bool_or", "(boolean) -> boolean", "bool_or($d$1$o)$f", "Whether one is true.",
     "bool_or(x) FROM (VALUES true, false) AS t(x)", "true"},
    {"every", "(boolean) -> boolean", "bool_and($d$1$o)$f", "The same as bool_and.",
     "every(x) FROM (VALUES true, true) AS t(x)", "true"},
    {"bitwise_and_agg", "(bigint) -> bigint", "bit_and($d$1$o)$f", "The bits that all have.",
     "bitwise_and_agg(x) FROM (VALUES 12, 10) AS t(x)", "8"},
    {"bitwise_or_agg", "(bigint) -> bigint", "bit_or($d$1$o)$f", "The bits that one has.",
     "bitwise_or_agg(x) FROM (VALUES 12, 10) AS t(x)", "14"},
    {"geometric_mean", "(double) -> double", "tr_exp(avg($dtr_ln($1)$o)$f)", "The geometric mean.",
     "geometric_mean(x) FROM (VALUES 1, 4) AS t(x)", "2.0"},
    {"stddev", "(double) -> double", "stddev_samp($d$1$o)$f", "The same as stddev_samp.",
     "stddev(x) FROM (VALUES 1, 3, 5) AS t(x)", "2.0"},
    {"stddev_samp", "(double) -> double", "stddev_samp($d$1$o)$f",
     "The standard deviation of a sample.", "stddev_samp(x) FROM (VALUES 1, 3, 5) AS t(x)", "2.0"},
    {"stddev_pop", "(double) -> double", "stddev_pop($d$1$o)$f",
     "The standard deviation of a population.", "stddev_pop(x) FROM (VALUES 1, 3) AS t(x)", "1.0"},
    {"variance", "(double) -> double", "var_samp($d$1$o)$f", "The same as var_samp.",
     "variance(x) FROM (VALUES 1, 3, 5) AS t(x)", "4.0"},
    {"var_samp", "(double) -> double", "var_samp($d$1$o)$f", "The variance of a sample.",
     "var_samp(x) FROM (VALUES 1, 3, 5) AS t(x)", "4.0"},
    {"var_pop", "(double) -> double", "var_pop($d$1$o)$f", "The variance of a population.",
     "var_pop(x) FROM (VALUES 1, 3) AS t(x)", "1.0"},
    {"skewness", "(double) -> double",
     "(skewness($d$1$o)$f * (count($d$1)$f - 2) / sqrt(CAST(count($d$1)$f AS DOUBLE) * "
     "(count($d$1)$f - 1)))",
     "The skewness of a population of at least three values.",
     "round(skewness(x), 4) FROM (VALUES 1, 2, 4) AS t(x)", "0.3818"},
    {"kurtosis", "(double) -> double", "kurtosis($d$1$o)$f",
     "The excess kurtosis of a sample of at least four values.",
     "round(kurtosis(x), 4) FROM (VALUES 1, 2, 4, 9) AS t(x)", "1.5"},
    {"corr", "(double, double) -> double", "corr($d$1, $2$o)$f", "The correlation.",
     "corr(y, x) FROM (VALUES (1, 2), (2, 4)) AS t(y, x)", "1.0"},
    {"covar_pop", "(double, double) -> double", "covar_pop($d$1, $2$o)$f",
     "The covariance of a population.", "covar_pop(y, x) FROM (VALUES (1, 2), (3, 4)) AS t(y, x)",
     "1.0"},
    {"covar_samp", "(double, double) -> double", "covar_samp($d$1, $2$o)$f",
     "The covariance of a sample.", "covar_samp(y, x) FROM (VALUES (1, 2), (3, 4)) AS t(y, x)",
     "2.0"},
    {"regr_slope", "(double, double) -> double", "regr_slope($d$1, $2$o)$f",
     "The slope of the line through the points (second, first).",
     "regr_slope(y, x) FROM (VALUES (1, 1), (3, 2)) AS t(y, x)", "2.0"},
    {"regr_intercept", "(double, double) -> double", "regr_intercept($d$1, $2$o)$f",
     "Where the line through the points (second, first) begins.",
     "regr_intercept(y, x) FROM (VALUES (1, 1), (3, 2)) AS t(y, x)", "-1.0"},
};

}  // namespace

std::span<const FunctionRow> aggregate_functions() { return rows; }

}  // namespace freshet::sql::trino
