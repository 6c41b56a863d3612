// A text as a JSON string, for what commands print with --json.
#pragma once
#include <string>
#include <string_view>

namespace freshet::cli {

std::string json_text(std::string_view text);

}  // namespace freshet::cli
