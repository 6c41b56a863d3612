#include "record/json/json_member.h"

#include <simdjson.h>

namespace freshet::record {

std::optional<std::string> member_of(std::string_view document, std::string_view name) {
    simdjson::dom::parser parser;
    simdjson::dom::element element;
    if (parser.parse(document.data(), document.size()).get(element) != simdjson::SUCCESS ||
        element.at_key(name).get(element) != simdjson::SUCCESS)
        return std::nullopt;
    return simdjson::minify(element);
}

}  // namespace freshet::record
