// Parts of URLs.
#include "sql/trino/functions/registry.h"

namespace freshet::sql::trino {
namespace {

constexpr FunctionRow rows[] = {
    {"url_encode", "(varchar) -> varchar", "tr_url_encode($1)",
     "A text escaped for a query string.", "url_encode('a b&c')", "a+b%26c"},
    {"url_decode", "(varchar) -> varchar", "tr_url_decode($1)", "A text from a query string.",
     "url_decode('a+b%26c')", "a b&c"},
    {"url_extract_protocol", "(varchar) -> varchar", "tr_url_extract_protocol($1)",
     "The protocol of a URL.", "url_extract_protocol('http://h:80/p?q=1#f')", "http"},
    {"url_extract_host", "(varchar) -> varchar", "tr_url_extract_host($1)", "The host of a URL.",
     "url_extract_host('http://h:80/p?q=1#f')", "h"},
    {"url_extract_port", "(varchar) -> bigint", "tr_url_extract_port($1)", "The port of a URL.",
     "url_extract_port('http://h:80/p?q=1#f')", "80"},
    {"url_extract_path", "(varchar) -> varchar", "tr_url_extract_path($1)", "The path of a URL.",
     "url_extract_path('http://h:80/p?q=1#f')", "/p"},
    {"url_extract_query", "(varchar) -> varchar", "tr_url_extract_query($1)", "The query of a URL.",
     "url_extract_query('http://h:80/p?q=1#f')", "q=1"},
    {"url_extract_fragment", "(varchar) -> varchar", "tr_url_extract_fragment($1)",
     "The fragment of a URL.", "url_extract_fragment('http://h:80/p?q=1#f')", "f"},
    {"url_extract_parameter", "(varchar, varchar) -> varchar", "tr_url_extract_parameter($1, $2)",
     "The first value of a parameter of a URL's query.",
     "url_extract_parameter('http://h/p?a=1&b=x%20y', 'b')", "x y"},
};

}  // namespace

std::span<const FunctionRow> url_functions() { return rows; }

}  // namespace freshet::sql::trino
