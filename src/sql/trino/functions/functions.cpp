#include "sql/trino/functions/functions.h"

#include <algorithm>

#include "sql/trino/functions/forms.h"

namespace freshet::sql::trino {
namespace {

// tr_ functions are ours (src/duck/native), others are the engine's where the meaning is the same.
constexpr Function table[] = {
    // numbers
    {"abs", "i", "i", "abs($1)"},
    {"abs", "l", "l", "abs($1)"},
    {"abs", "r", "r", "abs($1)"},
    {"abs", "d", "d", "abs($1)"},
    {"sign", "i", "i", "CAST(sign($1) AS INTEGER)"},
    {"sign", "l", "l", "CAST(sign($1) AS BIGINT)"},
    {"sign", "d", "d", "CAST(sign($1) AS DOUBLE)"},
    {"ceil", "i", "i", "$1"},
    {"ceil", "l", "l", "$1"},
    {"ceil", "d", "d", "ceil($1)"},
    {"ceiling", "i", "i", "$1"},
    {"ceiling", "l", "l", "$1"},
    {"ceiling", "d", "d", "ceil($1)"},
    {"floor", "i", "i", "$1"},
    {"floor", "l", "l", "$1"},
    {"floor", "d", "d", "floor($1)"},
    {"round", "i", "i", "$1"},
    {"round", "l", "l", "$1"},
    {"round", "d", "d", "tr_round($1, CAST(0 AS BIGINT))"},
    {"round", "dl", "d", "tr_round($1, $2)"},
    {"round", "ll", "l", "tr_round_bigint($1, $2)"},
    {"truncate", "d", "d", "trunc($1)"},
    {"sqrt", "d", "d", "tr_sqrt($1)"},
    {"cbrt", "d", "d", "tr_cbrt($1)"},
    {"exp", "d", "d", "tr_exp($1)"},
    {"ln", "d", "d", "tr_ln($1)"},
    {"log2", "d", "d", "tr_log2($1)"},
    {"log10", "d", "d", "tr_log10($1)"},
    {"log", "dd", "d", "(tr_ln($2) / tr_ln($1))"},
    {"pow", "dd", "d", "tr_pow($1, $2)"},
    {"power", "dd", "d", "tr_pow($1, $2)"},
    {"sin", "d", "d", "tr_sin($1)"},
    {"cos", "d", "d", "tr_cos($1)"},
    {"tan", "d", "d", "tr_tan($1)"},
    {"asin", "d", "d", "tr_asin($1)"},
    {"acos", "d", "d", "tr_acos($1)"},
    {"atan", "d", "d", "tr_atan($1)"},
    {"atan2", "dd", "d", "tr_atan2($1, $2)"},
    {"sinh", "d", "d", "tr_sinh($1)"},
    {"cosh", "d", "d", "tr_cosh($1)"},
    {"tanh", "d", "d", "tr_tanh($1)"},
    {"degrees", "d", "d", "degrees($1)"},
    {"radians", "d", "d", "radians($1)"},
    {"pi", "", "d", "pi()"},
    {"e", "", "d", "CAST('2.718281828459045' AS DOUBLE)"},
    {"infinity", "", "d", "CAST('Infinity' AS DOUBLE)"},
    {"nan", "", "d", "CAST('NaN' AS DOUBLE)"},
    {"is_nan", "d", "b", "isnan($1)"},
    {"is_finite", "d", "b", "isfinite($1)"},
    {"is_infinite", "d", "b", "isinf($1)"},
    {"mod", "ii", "i", "tr_mod($1, $2)"},
    {"mod", "ll", "l", "tr_mod($1, $2)"},
    {"mod", "dd", "d", "tr_fmod($1, $2)"},
    {"rand", "", "d", "random()"},
    {"random", "", "d", "random()"},
    {"rand", "l", "l", "CAST(floor(random() * $1) AS BIGINT)"},
    {"random", "l", "l", "CAST(floor(random() * $1) AS BIGINT)"},
    {"to_base", "ll", "v", "lower(to_base($1, CAST($2 AS INTEGER)))"},
    {"from_base", "vl", "l", "tr_from_base($1, $2)"},
    {"width_bucket", "dddl", "l", "tr_width_bucket($1, $2, $3, $4)"},
    {"bitwise_and", "ll", "l", "($1 & $2)"},
    {"bitwise_or", "ll", "l", "($1 | $2)"},
    {"bitwise_xor", "ll", "l", "xor($1, $2)"},
    {"bitwise_not", "l", "l", "(~ $1)"},
    // text
    {"length", "v", "l", "length($1)"},
    {"length", "x", "l", "octet_length($1)"},
    {"lower", "v", "=", "lower($1)"},
    {"upper", "v", "=", "upper($1)"},
    {"trim", "v", "=", "tr_trim($1)"},
    {"ltrim", "v", "=", "tr_ltrim($1)"},
    {"rtrim", "v", "=", "tr_rtrim($1)"},
    {"trim", "vv", "=", "trim($1, $2)"},
    {"ltrim", "vv", "=", "ltrim($1, $2)"},
    {"rtrim", "vv", "=", "rtrim($1, $2)"},
    {"substr", "vl", "=", "tr_substr($1, $2)"},
    {"substr", "vll", "=", "tr_substr($1, $2, $3)"},
    {"substring", "vl", "=", "tr_substr($1, $2)"},
    {"substring", "vll", "=", "tr_substr($1, $2, $3)"},
    {"replace", "vv", "v", "replace($1, $2, '')"},
    {"replace", "vvv", "v", "tr_replace($1, $2, $3)"},
    {"reverse", "v", "=", "tr_reverse($1)"},
    {"strpos", "vv", "l", "tr_strpos($1, $2)"},
    {"position", "vv", "l", "tr_strpos($2, $1)"},
    {"starts_with", "vv", "b", "starts_with($1, $2)"},
    {"ends_with", "vv", "b", "ends_with($1, $2)"},
    {"lpad", "vlv", "v", "tr_lpad($1, $2, $3)"},
    {"rpad", "vlv", "v", "tr_rpad($1, $2, $3)"},
    {"split", "vv", "Av", "string_split($1, tr_delimiter($2))"},
    {"split_part", "vvl", "v", "list_extract(string_split($1, tr_delimiter($2)), tr_positive($3))"},
    {"concat_ws", "vv*", "v", "concat_ws($*)"},
    {"translate", "vvv", "v", "tr_translate($1, $2, $3)"},
    {"chr", "l", "v", "chr(CAST($1 AS INTEGER))"},
    {"codepoint", "v", "i", "unicode($1)"},
    {"levenshtein_distance", "vv", "l", "tr_levenshtein_distance($1, $2)"},
    {"hamming_distance", "vv", "l", "tr_hamming_distance($1, $2)"},
    {"normalize", "v", "v", "nfc_normalize($1)"},
    {"uuid", "", "v", "CAST(uuid() AS VARCHAR)"},
    // regular expressions: Oniguruma with Java's syntax
    {"regexp_like", "vv", "b", "tr_regexp_like($1, $2)"},
    {"regexp_extract", "vv", "v", "tr_regexp_extract($1, $2, CAST(0 AS BIGINT))"},
    {"regexp_extract", "vvl", "v", "tr_regexp_extract($1, $2, $3)"},
    {"regexp_extract_all", "vv", "Av", "tr_regexp_extract_all($1, $2, CAST(0 AS BIGINT))"},
    {"regexp_extract_all", "vvl", "Av", "tr_regexp_extract_all($1, $2, $3)"},
    {"regexp_replace", "vv", "v", "tr_regexp_replace($1, $2, '')"},
    {"regexp_replace", "vvv", "v", "tr_regexp_replace($1, $2, $3)"},
    {"regexp_split", "vv", "Av", "tr_regexp_split($1, $2)"},
    {"regexp_count", "vv", "l", "tr_regexp_count($1, $2)"},
    {"regexp_position", "vv", "i", "CAST(tr_regexp_position($1, $2) AS INTEGER)"},
    // bytes
    {"to_hex", "x", "v", "hex($1)"},
    {"from_hex", "v", "x", "tr_from_hex($1)"},
    {"to_utf8", "v", "x", "encode($1)"},
    {"from_utf8", "x", "v", "tr_from_utf8($1)"},
    {"to_base64", "x", "v", "to_base64($1)"},
    {"from_base64", "v", "x", "from_base64($1)"},
    {"md5", "x", "x", "unhex(md5($1))"},
    {"sha1", "x", "x", "unhex(sha1($1))"},
    {"sha256", "x", "x", "unhex(sha256($1))"},
    {"crc32", "x", "l", "tr_crc32($1)"},
    // URLs
    {"url_encode", "v", "v", "tr_url_encode($1)"},
    {"url_decode", "v", "v", "tr_url_decode($1)"},
    {"url_extract_protocol", "v", "v", "tr_url_extract_protocol($1)"},
    {"url_extract_host", "v", "v", "tr_url_extract_host($1)"},
    {"url_extract_port", "v", "l", "tr_url_extract_port($1)"},
    {"url_extract_path", "v", "v", "tr_url_extract_path($1)"},
    {"url_extract_query", "v", "v", "tr_url_extract_query($1)"},
    {"url_extract_fragment", "v", "v", "tr_url_extract_fragment($1)"},
    {"url_extract_parameter", "vv", "v", "tr_url_extract_parameter($1, $2)"},
    // dates; the rest is in analyze_time.cpp
    {"date_parse", "vv", "p", "tr_date_parse($1, $2)"},
    {"parse_datetime", "vv", "z", "tr_parse_datetime($1, $2)"},
    {"from_iso8601_timestamp", "v", "z", "tr_from_iso8601_timestamp($1)"},
    {"from_iso8601_date", "v", "a", "tr_to_date($1)"},
    {"to_milliseconds", "I", "l", "$1"},
    {"timezone", "z", "v", "tr_zone_name($1)"},
    // JSON
    {"json_parse", "v", "j", "tr_json_parse($1)"},
    {"json_format", "j", "v", "$1"},
    {"json_extract", "jv", "j", "tr_json_extract($1, $2)"},
    {"json_extract", "vv", "j", "tr_json_extract($1, $2)"},
    {"json_extract_scalar", "jv", "v", "tr_json_extract_scalar($1, $2)"},
    {"json_extract_scalar", "vv", "v", "tr_json_extract_scalar($1, $2)"},
    {"json_array_length", "j", "l", "tr_json_array_length($1)"},
    {"json_array_length", "v", "l", "tr_json_array_length($1)"},
    {"json_size", "jv", "l", "tr_json_size($1, $2)"},
    {"json_size", "vv", "l", "tr_json_size($1, $2)"},
    {"json_array_get", "jl", "j", "tr_json_array_get($1, $2)"},
    {"json_array_get", "vl", "j", "tr_json_array_get($1, $2)"},
    {"is_json_scalar", "j", "b", "tr_is_json_scalar($1)"},
    {"is_json_scalar", "v", "b", "tr_is_json_scalar($1)"},
    // the session
    {"current_user", "", "v", "'freshet'"},
    {"current_timezone", "", "v", "'UTC'"},
    {"version", "", "v", "'Athena engine version 3'"},
};

}  // namespace

std::span<const Function> functions() { return table; }

bool is_function(std::string_view name) {
    return std::ranges::any_of(forms(),
                               [&](const Form& form) {
                                   return form.name == name && form.kind != FunctionKind::aggregate;
                               }) ||
           std::ranges::find(table, name, &Function::name) != std::end(table);
}

Type type_of_letter(char letter) {
    switch (letter) {
        case 'b':
            return make_type(TypeKind::boolean);
        case 'i':
            return make_type(TypeKind::integer);
        case 'l':
            return make_type(TypeKind::bigint);
        case 'r':
            return make_type(TypeKind::real);
        case 'd':
            return make_type(TypeKind::double_);
        case 'x':
            return make_type(TypeKind::varbinary);
        case 'a':
            return make_type(TypeKind::date);
        case 'p':
            return timestamp_type();
        case 'z':
            return timestamp_tz_type();
        case 'I':
            return make_type(TypeKind::interval_millis);
        case 'j':
            return make_type(TypeKind::json);
        default:
            return varchar_type();
    }
}

std::string arguments_of(const Function& function) {
    std::string list;
    for (const char letter : function.arguments) {
        list += list.empty() ? "" : ", ";
        list += letter == '*' ? "..." : type_of_letter(letter).name();
    }
    return "(" + list + ")";
}

std::string result_of(const Function& function) {
    if (function.result == "=") return "varchar";
    if (function.result.starts_with('A'))
        return "array(" + type_of_letter(function.result[1]).name() + ")";
    return type_of_letter(function.result[0]).name();
}

}  // namespace freshet::sql::trino
