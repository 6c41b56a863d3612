// Numbers. The result of a decimal follows from its precision and scale.
#include <algorithm>

#include "sql/trino/analysis.h"
#include "sql/trino/functions/registry.h"

namespace freshet::sql::trino {
namespace {

/// The whole numbers that a decimal rounds to.
Type whole_of(const Type& type) {
    return decimal_type(std::min(38, type.precision - type.scale + std::min(type.scale, 1)), 0);
}

SyntaxResult<Typed> decimal_to_whole(const Call& call) {
    const Type type = whole_of(call.arguments[0].type);
    const std::string& name = call.expr.text;
    const std::string begin = name == "floor" ? "floor(" : name == "round" ? "round(" : "ceil(";
    return Typed{"CAST(" + begin + call.sql(0) + (name == "round" ? ", 0" : "") + ") AS " +
                     engine_type(type) + ")",
                 type};
}

SyntaxResult<Typed> decimal_truncate(const Call& call) {
    const Type from = call.arguments[0].type;
    const Type type = decimal_type(std::max(1, from.precision - from.scale), 0);
    return Typed{"CAST(tr_decimal_truncate(" + call.sql(0) + ", CAST(0 AS BIGINT)) AS " +
                     engine_type(type) + ")",
                 type};
}

SyntaxResult<Typed> decimal_round(const Call& call) {
    const Type from = call.arguments[0].type;
    const Type type = decimal_type(std::min(38, from.precision + 1), from.scale);
    return Typed{"CAST(tr_decimal_round(" + call.sql(0) + ", " + call.sql(1) + ") AS " +
                     engine_type(type) + ")",
                 type};
}

SyntaxResult<Typed> decimal_modulo(const Call& call) {
    return call.analysis.arithmetic("%", call.arguments[0], call.arguments[1], call.expr.at);
}

constexpr const char* as_result_abs = "CAST(abs($1) AS $r)";
constexpr const char* as_result_sign = "CAST(sign($1) AS $r)";

constexpr FunctionRow rows[] = {
    {"abs", "(tinyint) -> tinyint", as_result_abs, "The absolute value.", "abs(-3)", "3"},
    {"abs", "(smallint) -> smallint", as_result_abs},
    {"abs", "(integer) -> integer", as_result_abs},
    {"abs", "(bigint) -> bigint", "abs($1)"},
    {"abs", "(real) -> real", "abs($1)"},
    {"abs", "(double) -> double", "abs($1)"},
    {"abs", "(decimal(p,s)) -> decimal(p,s)", as_result_abs},
    {"sign", "(tinyint) -> tinyint", as_result_sign,
     "-1, 0 or 1 by the sign of a number; of NaN, NaN.", "sign(-2.5)", "-1.0"},
    {"sign", "(smallint) -> smallint", as_result_sign},
    {"sign", "(integer) -> integer", as_result_sign},
    {"sign", "(bigint) -> bigint", as_result_sign},
    {"sign", "(real) -> real", "CAST(tr_sign(CAST($1 AS DOUBLE)) AS FLOAT)"},
    {"sign", "(double) -> double", "tr_sign($1)"},
    {"sign", "(decimal(p,s)) -> decimal(1,0)", as_result_sign},
    {"ceil", "(tinyint) -> tinyint", "$1", "The next whole number not below.", "ceil(1.2)", "2.0"},
    {"ceil", "(smallint) -> smallint", "$1"},
    {"ceil", "(integer) -> integer", "$1"},
    {"ceil", "(bigint) -> bigint", "$1"},
    {"ceil", "(real) -> real", "ceil($1)"},
    {"ceil", "(double) -> double", "ceil($1)"},
    {"ceil", "(decimal(p,s)) -> decimal(q,0)", decimal_to_whole},
    {"ceiling", "(tinyint) -> tinyint", "$1", "The same as ceil.", "ceiling(-1.2)", "-1.0"},
    {"ceiling", "(smallint) -> smallint", "$1"},
    {"ceiling", "(integer) -> integer", "$1"},
    {"ceiling", "(bigint) -> bigint", "$1"},
    {"ceiling", "(real) -> real", "ceil($1)"},
    {"ceiling", "(double) -> double", "ceil($1)"},
    {"ceiling", "(decimal(p,s)) -> decimal(q,0)", decimal_to_whole},
    {"floor", "(tinyint) -> tinyint", "$1", "The next whole number not above.", "floor(-1.2)",
     "-2.0"},
    {"floor", "(smallint) -> smallint", "$1"},
    {"floor", "(integer) -> integer", "$1"},
    {"floor", "(bigint) -> bigint", "$1"},
    {"floor", "(real) -> real", "floor($1)"},
    {"floor", "(double) -> double", "floor($1)"},
    {"floor", "(decimal(p,s)) -> decimal(q,0)", decimal_to_whole},
    {"round", "(tinyint) -> tinyint", "$1",
     "The nearest whole number, or number of so many decimals; halves away from zero.",
     "round(-2.345, 2)", "-2.35"},
    {"round", "(smallint) -> smallint", "$1"},
    {"round", "(integer) -> integer", "$1"},
    {"round", "(bigint) -> bigint", "$1"},
    {"round", "(real) -> real", "CAST(tr_round(CAST($1 AS DOUBLE), CAST(0 AS BIGINT)) AS FLOAT)"},
    {"round", "(double) -> double", "tr_round($1, CAST(0 AS BIGINT))"},
    {"round", "(decimal(p,s)) -> decimal(q,0)", decimal_to_whole},
    {"round", "(tinyint, bigint) -> tinyint",
     "CAST(tr_round_bigint(CAST($1 AS BIGINT), $2) AS $r)"},
    {"round", "(smallint, bigint) -> smallint",
     "CAST(tr_round_bigint(CAST($1 AS BIGINT), $2) AS $r)"},
    {"round", "(integer, bigint) -> integer",
     "CAST(tr_round_bigint(CAST($1 AS BIGINT), $2) AS $r)"},
    {"round", "(bigint, bigint) -> bigint", "tr_round_bigint($1, $2)"},
    {"round", "(real, bigint) -> real", "CAST(tr_round(CAST($1 AS DOUBLE), $2) AS FLOAT)"},
    {"round", "(double, bigint) -> double", "tr_round($1, $2)"},
    {"round", "(decimal(p,s), bigint) -> decimal(q,s)", decimal_round},
    {"truncate", "(real) -> real", "trunc($1)", "The number without its decimals, or with so many.",
     "truncate(-3.9)", "-3.0"},
    {"truncate", "(double) -> double", "trunc($1)"},
    {"truncate", "(decimal(p,s)) -> decimal(q,0)", decimal_truncate},
    {"truncate", "(decimal(p,s), bigint) -> decimal(p,s)",
     "CAST(tr_decimal_truncate($1, $2) AS $r)"},
    {"sqrt", "(double) -> double", "tr_sqrt($1)", "The square root; NaN of a negative number.",
     "sqrt(2)", "1.4142135623730951"},
    {"cbrt", "(double) -> double", "tr_cbrt($1)", "The cube root.", "cbrt(27)", "3.0"},
    {"exp", "(double) -> double", "tr_exp($1)", "e to the power of a number.", "exp(0)", "1.0"},
    {"ln", "(double) -> double", "tr_ln($1)", "The natural logarithm.", "ln(1)", "0.0"},
    {"log2", "(double) -> double", "tr_log2($1)", "The logarithm to the base 2.", "log2(8)", "3.0"},
    {"log10", "(double) -> double", "tr_log10($1)", "The logarithm to the base 10.", "log10(1000)",
     "3.0"},
    {"log", "(double, double) -> double", "(tr_ln($2) / tr_ln($1))",
     "The logarithm of the second to the base of the first.", "log(2, 8)", "3.0"},
    {"pow", "(double, double) -> double", "tr_pow($1, $2)", "The first to the power of the second.",
     "pow(2, 10)", "1024.0"},
    {"power", "(double, double) -> double", "tr_pow($1, $2)", "The same as pow.", "power(2, -1)",
     "0.5"},
    {"sin", "(double) -> double", "tr_sin($1)", "The sine of an angle in radians.", "sin(0)",
     "0.0"},
    {"cos", "(double) -> double", "tr_cos($1)", "The cosine of an angle in radians.", "cos(0)",
     "1.0"},
    {"tan", "(double) -> double", "tr_tan($1)", "The tangent of an angle in radians.", "tan(0)",
     "0.0"},
    {"asin", "(double) -> double", "tr_asin($1)", "The angle of a sine.", "asin(1)",
     "1.5707963267948966"},
    {"acos", "(double) -> double", "tr_acos($1)", "The angle of a cosine.", "acos(1)", "0.0"},
    {"atan", "(double) -> double", "tr_atan($1)", "The angle of a tangent.", "atan(0)", "0.0"},
    {"atan2", "(double, double) -> double", "tr_atan2($1, $2)",
     "The angle of the point (second, first).", "atan2(1, 0)", "1.5707963267948966"},
    {"sinh", "(double) -> double", "tr_sinh($1)", "The hyperbolic sine.", "sinh(0)", "0.0"},
    {"cosh", "(double) -> double", "tr_cosh($1)", "The hyperbolic cosine.", "cosh(0)", "1.0"},
    {"tanh", "(double) -> double", "tr_tanh($1)", "The hyperbolic tangent.", "tanh(0)", "0.0"},
    {"degrees", "(double) -> double", "tr_degrees($1)", "Radians as degrees.", "degrees(pi())",
     "180.0"},
    {"radians", "(double) -> double", "tr_radians($1)", "Degrees as radians.", "radians(180)",
     "3.141592653589793"},
    {"pi", "() -> double", "pi()", "The number pi.", "pi()", "3.141592653589793"},
    {"e", "() -> double", "CAST('2.718281828459045' AS DOUBLE)", "Euler's number.", "e()",
     "2.718281828459045"},
    {"infinity", "() -> double", "CAST('Infinity' AS DOUBLE)", "Positive infinity.", "infinity()",
     "Infinity"},
    {"nan", "() -> double", "CAST('NaN' AS DOUBLE)", "Not a number.", "nan()", "NaN"},
    {"is_nan", "(real) -> boolean", "isnan($1)", "Whether it is not a number.", "is_nan(nan())",
     "true"},
    {"is_nan", "(double) -> boolean", "isnan($1)"},
    {"is_finite", "(double) -> boolean", "isfinite($1)", "Whether it is finite.",
     "is_finite(infinity())", "false"},
    {"is_infinite", "(double) -> boolean", "isinf($1)", "Whether it is infinite.",
     "is_infinite(-infinity())", "true"},
    {"mod", "(tinyint, tinyint) -> tinyint", "tr_mod($1, $2)",
     "The remainder of a division, with the sign of the first.", "mod(-7, 3)", "-1"},
    {"mod", "(smallint, smallint) -> smallint", "tr_mod($1, $2)"},
    {"mod", "(integer, integer) -> integer", "tr_mod($1, $2)"},
    {"mod", "(bigint, bigint) -> bigint", "tr_mod($1, $2)"},
    {"mod", "(real, real) -> real",
     "CAST(tr_fmod(CAST($1 AS DOUBLE), CAST($2 AS DOUBLE)) AS FLOAT)"},
    {"mod", "(double, double) -> double", "tr_fmod($1, $2)"},
    {"mod", "(decimal(p,s), decimal(q,t)) -> decimal(r,u)", decimal_modulo},
    {"rand", "() -> double", "random()", "The same as random.", "rand(1)", "0"},
    {"rand", "(bigint) -> bigint", "CAST(floor(random() * tr_bound($1)) AS BIGINT)"},
    {"rand", "(bigint, bigint) -> bigint",
     "($1 + CAST(floor(random() * tr_bounds($1, $2)) AS BIGINT))"},
    {"random", "() -> double", "random()",
     "A number from 0 up to 1, or a whole one from 0 or the first up to the bound, which is not "
     "among them.",
     "random(5, 6)", "5"},
    {"random", "(bigint) -> bigint", "CAST(floor(random() * tr_bound($1)) AS BIGINT)"},
    {"random", "(bigint, bigint) -> bigint",
     "($1 + CAST(floor(random() * tr_bounds($1, $2)) AS BIGINT))"},
    {"to_base", "(bigint, bigint) -> varchar", "tr_to_base($1, $2)",
     "A number written to a base from 2 to 36.", "to_base(-255, 16)", "-ff"},
    {"from_base", "(varchar, bigint) -> bigint", "tr_from_base($1, $2)",
     "The number that a text is to a base.", "from_base('ff', 16)", "255"},
    {"width_bucket", "(double, double, double, bigint) -> bigint",
     "tr_width_bucket($1, $2, $3, $4)",
     "Which of so many buckets of equal width between two bounds, or of those between the numbers "
     "of an array, takes a number.",
     "width_bucket(5.3, 0.2, 10.6, 5)", "3"},
    {"width_bucket", "(double, array(double)) -> bigint", "tr_width_bucket_of($1, $2)"},
    {"bitwise_and", "(bigint, bigint) -> bigint", "($1 & $2)", "The bits that both have.",
     "bitwise_and(12, 10)", "8"},
    {"bitwise_or", "(bigint, bigint) -> bigint", "($1 | $2)", "The bits that either has.",
     "bitwise_or(12, 10)", "14"},
    {"bitwise_xor", "(bigint, bigint) -> bigint", "xor($1, $2)", "The bits that one of both has.",
     "bitwise_xor(12, 10)", "6"},
    {"bitwise_not", "(bigint) -> bigint", "(~ $1)", "The bits turned over.", "bitwise_not(5)",
     "-6"},
    {"bitwise_left_shift", "(tinyint, bigint) -> tinyint", "tr_left_shift($1, $2)",
     "The bits moved to the left within the width of the type.", "bitwise_left_shift(1, 4)", "16"},
    {"bitwise_left_shift", "(smallint, bigint) -> smallint", "tr_left_shift($1, $2)"},
    {"bitwise_left_shift", "(integer, bigint) -> integer", "tr_left_shift($1, $2)"},
    {"bitwise_left_shift", "(bigint, bigint) -> bigint", "tr_left_shift($1, $2)"},
    {"bitwise_right_shift", "(tinyint, bigint) -> tinyint", "tr_right_shift($1, $2)",
     "The bits moved to the right, zeros from the left.", "bitwise_right_shift(-8, 1)",
     "2147483644"},
    {"bitwise_right_shift", "(smallint, bigint) -> smallint", "tr_right_shift($1, $2)"},
    {"bitwise_right_shift", "(integer, bigint) -> integer", "tr_right_shift($1, $2)"},
    {"bitwise_right_shift", "(bigint, bigint) -> bigint", "tr_right_shift($1, $2)"},
    {"bitwise_right_shift_arithmetic", "(tinyint, bigint) -> tinyint",
     "tr_right_shift_arithmetic($1, $2)", "The bits moved to the right, the sign kept.",
     "bitwise_right_shift_arithmetic(-8, 1)", "-4"},
    {"bitwise_right_shift_arithmetic", "(smallint, bigint) -> smallint",
     "tr_right_shift_arithmetic($1, $2)"},
    {"bitwise_right_shift_arithmetic", "(integer, bigint) -> integer",
     "tr_right_shift_arithmetic($1, $2)"},
    {"bitwise_right_shift_arithmetic", "(bigint, bigint) -> bigint",
     "tr_right_shift_arithmetic($1, $2)"},
    {"bit_count", "(bigint, bigint) -> bigint", "tr_bit_count($1, $2)",
     "How many bits of a number, as one of so many bits, are set.", "bit_count(-7, 8)", "6"},
    {"cosine_similarity", "(array(double), array(double)) -> double",
     "tr_cosine_similarity($1, $2)", "The cosine of the angle between two vectors.",
     "cosine_similarity(ARRAY[1, 0], ARRAY[3, 4])", "0.6"},
    {"cosine_distance", "(array(double), array(double)) -> double", "tr_cosine_distance($1, $2)",
     "One less the cosine similarity.", "cosine_distance(ARRAY[1, 0], ARRAY[0, 2])", "1.0"},
    {"dot_product", "(array(double), array(double)) -> double", "tr_dot_product($1, $2)",
     "The sum of the products of two vectors' elements.", "dot_product(ARRAY[1, 2], ARRAY[3, 4])",
     "11.0"},
    {"euclidean_distance", "(array(double), array(double)) -> double",
     "tr_euclidean_distance($1, $2)", "The distance of two points.",
     "euclidean_distance(ARRAY[1, 2], ARRAY[4, 6])", "5.0"},
    {"normal_cdf", "(double, double, double) -> double", "tr_normal_cdf($1, $2, $3)",
     "How likely a normal variable of a mean and a deviation is at most a value.",
     "normal_cdf(0, 1, 0)", "0.5"},
    {"wilson_interval_lower", "(bigint, bigint, double) -> double",
     "tr_wilson_interval_lower($1, $2, $3)",
     "The lower end of the Wilson interval of successes among trials, by its z-score.",
     "round(wilson_interval_lower(1250, 1310, 1.96), 6)", "0.941488"},
    {"wilson_interval_upper", "(bigint, bigint, double) -> double",
     "tr_wilson_interval_upper($1, $2, $3)", "The upper end of the Wilson interval.",
     "round(wilson_interval_upper(1250, 1310, 1.96), 6)", "0.964252"},
};

}  // namespace

std::span<const FunctionRow> math_functions() { return rows; }

}  // namespace freshet::sql::trino
