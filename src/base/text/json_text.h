// Text as a string of JSON: quotes included, escaped, with U+FFFD for what is not UTF-8.
#pragma once
#include <string>
#include <string_view>

namespace freshet {

void append_json_text(std::string_view text, std::string& out);
std::string json_text(std::string_view text);

}  // namespace freshet
