#include "sql/trino/functions/forms.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sql/trino/functions/functions.h"

namespace freshet::sql::trino {
namespace {

using enum FunctionKind;

constexpr Form table[] = {
    {scalar, "abs", "decimal(p, s)", "decimal(p, s)"},
    {scalar, "all_match", "array(T), function(T, boolean)", "boolean"},
    {scalar, "any_match", "array(T), function(T, boolean)", "boolean"},
    {scalar, "array_distinct", "array(T)", "array(T)"},
    {scalar, "array_join", "array(T), varchar", "varchar"},
    {scalar, "array_join", "array(T), varchar, varchar", "varchar"},
    {scalar, "array_max", "array(T)", "T"},
    {scalar, "array_min", "array(T)", "T"},
    {scalar, "array_position", "array(T), T", "bigint"},
    {scalar, "array_remove", "array(T), T", "array(T)"},
    {scalar, "array_sort", "array(T)", "array(T)"},
    {scalar, "at_timezone", "timestamp with time zone, varchar", "timestamp with time zone"},
    {scalar, "cardinality", "array(T)", "bigint"},
    {scalar, "cardinality", "map(K, V)", "bigint"},
    {scalar, "ceil", "decimal(p, s)", "decimal"},
    {scalar, "ceiling", "decimal(p, s)", "decimal"},
    {scalar, "coalesce", "T, ...", "T"},
    {scalar, "concat", "varchar, varchar, ...", "varchar"},
    {scalar, "concat", "varbinary, varbinary, ...", "varbinary"},
    {scalar, "concat", "array(T), array(T), ...", "array(T)"},
    {scalar, "contains", "array(T), T", "boolean"},
    {scalar, "current_catalog", "", "varchar"},
    {scalar, "current_date", "", "date"},
    {scalar, "current_schema", "", "varchar"},
    {scalar, "current_timestamp", "", "timestamp with time zone"},
    {scalar, "date", "T", "date"},
    {scalar, "date_add", "varchar, bigint, T", "T"},
    {scalar, "date_diff", "varchar, T, T", "bigint"},
    {scalar, "date_format", "timestamp, varchar", "varchar"},
    {scalar, "date_trunc", "varchar, T", "T"},
    {scalar, "day", "T", "bigint"},
    {scalar, "day_of_month", "T", "bigint"},
    {scalar, "day_of_week", "T", "bigint"},
    {scalar, "day_of_year", "T", "bigint"},
    {scalar, "dow", "T", "bigint"},
    {scalar, "doy", "T", "bigint"},
    {scalar, "element_at", "array(T), bigint", "T"},
    {scalar, "element_at", "map(K, V), K", "V"},
    {scalar, "filter", "array(T), function(T, boolean)", "array(T)"},
    {scalar, "flatten", "array(array(T))", "array(T)"},
    {scalar, "floor", "decimal(p, s)", "decimal"},
    {scalar, "format_datetime", "timestamp, varchar", "varchar"},
    {scalar, "format_datetime", "timestamp with time zone, varchar", "varchar"},
    {scalar, "from_unixtime", "double", "timestamp with time zone"},
    {scalar, "from_unixtime", "double, varchar", "timestamp with time zone"},
    {scalar, "greatest", "T, ...", "T"},
    {scalar, "hour", "T", "bigint"},
    {scalar, "if", "boolean, T", "T"},
    {scalar, "if", "boolean, T, T", "T"},
    {scalar, "last_day_of_month", "T", "date"},
    {scalar, "least", "T, ...", "T"},
    {scalar, "localtime", "", "time"},
    {scalar, "localtimestamp", "", "timestamp"},
    {scalar, "map", "array(K), array(V)", "map(K, V)"},
    {scalar, "map_keys", "map(K, V)", "array(K)"},
    {scalar, "map_values", "map(K, V)", "array(V)"},
    {scalar, "millisecond", "T", "bigint"},
    {scalar, "minute", "T", "bigint"},
    {scalar, "mod", "decimal(p, s), decimal(p, s)", "decimal"},
    {scalar, "month", "T", "bigint"},
    {scalar, "none_match", "array(T), function(T, boolean)", "boolean"},
    {scalar, "now", "", "timestamp with time zone"},
    {scalar, "nullif", "T, T", "T"},
    {scalar, "quarter", "T", "bigint"},
    {scalar, "reduce", "array(T), T, function(T, T, T), function(T, R)", "R"},
    {scalar, "reverse", "array(T)", "array(T)"},
    {scalar, "round", "decimal(p, s)", "decimal"},
    {scalar, "round", "decimal(p, s), integer", "decimal"},
    {scalar, "second", "T", "bigint"},
    {scalar, "sequence", "bigint, bigint", "array(bigint)"},
    {scalar, "sequence", "bigint, bigint, bigint", "array(bigint)"},
    {scalar, "sequence", "date, date", "array(date)"},
    {scalar, "sequence", "date, date, interval day to second", "array(date)"},
    {scalar, "sequence", "timestamp, timestamp, interval day to second", "array(timestamp)"},
    {scalar, "slice", "array(T), bigint, bigint", "array(T)"},
    {scalar, "timezone_hour", "timestamp with time zone", "bigint"},
    {scalar, "timezone_minute", "timestamp with time zone", "bigint"},
    {scalar, "to_iso8601", "T", "varchar"},
    {scalar, "to_unixtime", "T", "double"},
    {scalar, "transform", "array(T), function(T, R)", "array(R)"},
    {scalar, "try", "T", "T"},
    {scalar, "typeof", "T", "varchar"},
    {scalar, "week", "T", "bigint"},
    {scalar, "week_of_year", "T", "bigint"},
    {scalar, "with_timezone", "timestamp, varchar", "timestamp with time zone"},
    {scalar, "year", "T", "bigint"},
    {scalar, "year_of_week", "T", "bigint"},
    {scalar, "yow", "T", "bigint"},
    {aggregate, "any_value", "T", "T"},
    {aggregate, "approx_distinct", "T", "bigint"},
    {aggregate, "approx_percentile", "T, double", "T"},
    {aggregate, "approx_percentile", "T, array(double)", "array(T)"},
    {aggregate, "arbitrary", "T", "T"},
    {aggregate, "array_agg", "T", "array(T)"},
    {aggregate, "avg", "double", "double"},
    {aggregate, "avg", "real", "real"},
    {aggregate, "avg", "decimal(p, s)", "decimal(p, s)"},
    {aggregate, "bitwise_and_agg", "bigint", "bigint"},
    {aggregate, "bitwise_or_agg", "bigint", "bigint"},
    {aggregate, "bool_and", "boolean", "boolean"},
    {aggregate, "bool_or", "boolean", "boolean"},
    {aggregate, "corr", "double, double", "double"},
    {aggregate, "count", "*", "bigint"},
    {aggregate, "count", "T", "bigint"},
    {aggregate, "count_if", "boolean", "bigint"},
    {aggregate, "covar_pop", "double, double", "double"},
    {aggregate, "covar_samp", "double, double", "double"},
    {aggregate, "every", "boolean", "boolean"},
    {aggregate, "geometric_mean", "double", "double"},
    {aggregate, "listagg", "varchar", "varchar"},
    {aggregate, "listagg", "varchar, varchar", "varchar"},
    {aggregate, "map_agg", "K, V", "map(K, V)"},
    {aggregate, "max", "T", "T"},
    {aggregate, "max_by", "T, S", "T"},
    {aggregate, "min", "T", "T"},
    {aggregate, "min_by", "T, S", "T"},
    {aggregate, "regr_intercept", "double, double", "double"},
    {aggregate, "regr_slope", "double, double", "double"},
    {aggregate, "skewness", "double", "double"},
    {aggregate, "stddev", "double", "double"},
    {aggregate, "stddev_pop", "double", "double"},
    {aggregate, "stddev_samp", "double", "double"},
    {aggregate, "sum", "bigint", "bigint"},
    {aggregate, "sum", "double", "double"},
    {aggregate, "sum", "real", "real"},
    {aggregate, "sum", "decimal(p, s)", "decimal(38, s)"},
    {aggregate, "sum", "interval", "interval"},
    {aggregate, "var_pop", "double", "double"},
    {aggregate, "var_samp", "double", "double"},
    {aggregate, "variance", "double", "double"},
    {window, "cume_dist", "", "double"},
    {window, "dense_rank", "", "bigint"},
    {window, "first_value", "T", "T"},
    {window, "lag", "T", "T"},
    {window, "lag", "T, bigint", "T"},
    {window, "lag", "T, bigint, T", "T"},
    {window, "last_value", "T", "T"},
    {window, "lead", "T", "T"},
    {window, "lead", "T, bigint", "T"},
    {window, "lead", "T, bigint, T", "T"},
    {window, "nth_value", "T, bigint", "T"},
    {window, "ntile", "bigint", "bigint"},
    {window, "percent_rank", "", "double"},
    {window, "rank", "", "bigint"},
    {window, "row_number", "", "bigint"},
    {refused, "current_time", "", "time with time zone"},
};

}  // namespace

std::span<const Form> forms() { return table; }

bool is_aggregate(std::string_view name) {
    return std::ranges::any_of(
        table, [&](const Form& form) { return form.kind == aggregate && form.name == name; });
}

std::vector<ListedFunction> listed_functions() {
    std::map<std::pair<FunctionKind, std::string_view>, std::vector<std::string>> found;
    for (const Function& one : functions())
        found[{scalar, one.name}].push_back(
            fmt::format("{} -> {}", arguments_of(one), result_of(one)));
    for (const Form& form : table) {
        if (form.kind == refused) continue;
        found[{form.kind, form.name}].push_back(
            fmt::format("({}) -> {}", form.arguments, form.result));
    }
    std::vector<ListedFunction> listed;
    for (auto& [key, texts] : found)
        listed.push_back({key.first, std::string(key.second), std::move(texts)});
    return listed;
}

}  // namespace freshet::sql::trino
