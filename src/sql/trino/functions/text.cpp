// Text, counted in code points.
#include "sql/trino/analysis.h"
#include "sql/trino/functions/registry.h"

namespace freshet::sql::trino {
namespace {

SyntaxResult<Typed> concat(const Call& call) {
    return call.analysis.concatenation_of(call.arguments, call.expr.at);
}

/// The entries of a text between delimiters, and their keys and values.
SyntaxResult<Typed> split_to_map(const Call& call) {
    const bool is_multimap = call.expr.text == "split_to_multimap";
    return call.made(std::string("map_from_entries(") +
                     (is_multimap ? "tr_grouped_entries(" : "tr_map_entries(") +
                     "tr_split_entries(" + call.sql(0) + ", " + call.sql(1) + ", " + call.sql(2) +
                     ")))");
}

constexpr FunctionRow rows[] = {
    {"length", "(varchar) -> bigint", "length($1)",
     "The number of characters of a text or of bytes of a binary.", "length('añb')", "3"},
    {"length", "(varbinary) -> bigint", "octet_length($1)"},
    {"lower", "(varchar(x)) -> varchar(x)", "lower($1)", "The text in small letters.",
     "lower('ÄB')", "äb"},
    {"upper", "(varchar(x)) -> varchar(x)",
     "(CASE WHEN contains($1, 'ß') THEN array_to_string(list_transform(string_split($1, 'ß'), "
     "lambda u: upper(u)), 'ß') ELSE upper($1) END)",
     "The text in capitals, character by character.", "upper('straße')", "STRAßE"},
    {"trim", "(varchar(x)) -> varchar(x)", "tr_trim($1)",
     "The text without blanks, or without some characters, at both ends.", "trim('  a b ')", "a b"},
    {"trim", "(varchar(x), varchar) -> varchar(x)", "trim($1, $2)"},
    {"ltrim", "(varchar(x)) -> varchar(x)", "tr_ltrim($1)",
     "The text without blanks, or without some characters, at its start.", "ltrim('xxa', 'x')",
     "a"},
    {"ltrim", "(varchar(x), varchar) -> varchar(x)", "ltrim($1, $2)"},
    {"rtrim", "(varchar(x)) -> varchar(x)", "tr_rtrim($1)",
     "The text without blanks, or without some characters, at its end.", "rtrim('axx', 'x')", "a"},
    {"rtrim", "(varchar(x), varchar) -> varchar(x)", "rtrim($1, $2)"},
    {"substr", "(varchar(x), bigint) -> varchar(x)", "tr_substr($1, $2)",
     "The text from a position, counted from 1 or, negative, from the end, of a length if given.",
     "substr('hello', -3, 2)", "ll"},
    {"substr", "(varchar(x), bigint, bigint) -> varchar(x)", "tr_substr($1, $2, $3)"},
    {"substr", "(varbinary, bigint) -> varbinary", "tr_substr_bytes($1, $2)"},
    {"substr", "(varbinary, bigint, bigint) -> varbinary", "tr_substr_bytes($1, $2, $3)"},
    {"substring", "(varchar(x), bigint) -> varchar(x)", "tr_substr($1, $2)", "The same as substr.",
     "substring('hello', 2)", "ello"},
    {"substring", "(varchar(x), bigint, bigint) -> varchar(x)", "tr_substr($1, $2, $3)"},
    {"replace", "(varchar, varchar) -> varchar", "replace($1, $2, '')",
     "The text with every occurrence of a part taken out, or put in its place.",
     "replace('aXbX', 'X', '-')", "a-b-"},
    {"replace", "(varchar, varchar, varchar) -> varchar", "tr_replace($1, $2, $3)"},
    {"reverse", "(varchar(x)) -> varchar(x)", "tr_reverse($1)",
     "The text, bytes or elements in reverse order.", "reverse('añb')", "bña"},
    {"reverse", "(varbinary) -> varbinary", "tr_reverse_bytes($1)"},
    {"strpos", "(varchar, varchar) -> bigint", "tr_strpos($1, $2)",
     "Where a part begins, the first or the nth, negative from the end; 0 when it is not there.",
     "strpos('abcabc', 'c', -1)", "6"},
    {"strpos", "(varchar, varchar, bigint) -> bigint", "tr_strpos($1, $2, $3)"},
    {"position", "(varchar, varchar) -> bigint", "tr_strpos($2, $1)",
     "POSITION(part IN text): where the part begins, 0 when it is not there.",
     "position('c' IN 'abc')", "3"},
    {"starts_with", "(varchar, varchar) -> boolean", "starts_with($1, $2)",
     "Whether a text begins with another.", "starts_with('abc', 'ab')", "true"},
    {"ends_with", "(varchar, varchar) -> boolean", "ends_with($1, $2)",
     "Whether a text ends with another.", "ends_with('abc', 'ab')", "false"},
    {"lpad", "(varchar, bigint, varchar) -> varchar", "tr_lpad($1, $2, $3)",
     "The text filled at its start, or cut, to a length.", "lpad('7', 3, '0')", "007"},
    {"lpad", "(varbinary, bigint, varbinary) -> varbinary", "tr_lpad_bytes($1, $2, $3)"},
    {"rpad", "(varchar, bigint, varchar) -> varchar", "tr_rpad($1, $2, $3)",
     "The text filled at its end, or cut, to a length.", "rpad('abc', 5, 'xy')", "abcxy"},
    {"rpad", "(varbinary, bigint, varbinary) -> varbinary", "tr_rpad_bytes($1, $2, $3)"},
    {"split", "(varchar, varchar) -> array(varchar)", "string_split($1, tr_delimiter($2))",
     "The parts between delimiters, at most so many, the last one with the rest.",
     "split('a.b.c', '.', 2)", "[a, b.c]"},
    {"split", "(varchar, varchar, bigint) -> array(varchar)", "tr_split($1, $2, $3)"},
    {"split_part", "(varchar, varchar, bigint) -> varchar",
     "list_extract(string_split($1, tr_delimiter($2)), tr_positive($3))",
     "The nth part between delimiters; NULL beyond the last.", "split_part('a,b', ',', 2)", "b"},
    {"split_to_map", "(varchar, varchar, varchar) -> map(varchar, varchar)", split_to_map,
     "The map of entries and of keys and values between two delimiters.",
     "split_to_map('a=1,b=2', ',', '=')", "{a=1, b=2}"},
    {"split_to_multimap", "(varchar, varchar, varchar) -> map(varchar, array(varchar))",
     split_to_map, "As split_to_map, with all values of a key.",
     "split_to_multimap('a=1,b=2,a=3', ',', '=')", "{a=[1, 3], b=[2]}"},
    {"concat", "(varchar, varchar...) -> varchar", concat,
     "Texts, bytes or arrays one after the other; NULL if one of them is.", "concat('a', 'b', 'c')",
     "abc"},
    {"concat", "(varbinary, varbinary...) -> varbinary", concat},
    {"concat_ws", "(varchar, varchar, varchar...) -> varchar", "concat_ws($*)",
     "The texts that are not NULL, or those of an array, with a separator between.",
     "concat_ws('-', 'a', NULL, 'b')", "a-b"},
    {"concat_ws", "(varchar, array(varchar)) -> varchar",
     "(CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN coalesce(array_to_string(list_filter($2, "
     "lambda e0: e0 IS NOT NULL), $1), '') END)"},
    {"translate", "(varchar, varchar, varchar) -> varchar", "tr_translate($1, $2, $3)",
     "Each character of the second list becomes the one of the third, or goes.",
     "translate('abcd', 'bc', 'x')", "axd"},
    {"chr", "(bigint) -> varchar", "tr_chr($1)", "The character of a code point.", "chr(233)", "é"},
    {"codepoint", "(varchar(1)) -> integer", "unicode($1)", "The code point of a character.",
     "codepoint('é')", "233"},
    {"levenshtein_distance", "(varchar, varchar) -> bigint", "tr_levenshtein_distance($1, $2)",
     "The least number of changes of characters between two texts.",
     "levenshtein_distance('kitten', 'sitting')", "3"},
    {"hamming_distance", "(varchar, varchar) -> bigint", "tr_hamming_distance($1, $2)",
     "In how many places two texts of one length differ.", "hamming_distance('karolin', 'kathrin')",
     "3"},
    {"normalize", "(varchar) -> varchar", "nfc_normalize($1)",
     "The text in Unicode's normal form NFC.", "length(normalize('e' || chr(769)))", "1"},
    {"soundex", "(varchar) -> varchar", "tr_soundex($1)", "The English sound of a word.",
     "soundex('Robert')", "R163"},
    {"luhn_check", "(varchar) -> boolean", "tr_luhn_check($1)",
     "Whether digits pass the Luhn check.", "luhn_check('79927398713')", "true"},
    {"uuid", "() -> varchar", "CAST(uuid() AS VARCHAR)", "A random UUID.",
     "length(CAST(uuid() AS varchar))", "36"},
    {"human_readable_seconds", "(double) -> varchar", "tr_human_readable_seconds($1)",
     "Seconds as weeks, days, hours, minutes and seconds.", "human_readable_seconds(96)",
     "1 minute, 36 seconds"},
};

}  // namespace

std::span<const FunctionRow> text_functions() { return rows; }

}  // namespace freshet::sql::trino
