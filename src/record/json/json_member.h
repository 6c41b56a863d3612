// One member of a JSON object, whatever it is.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace freshet::record {

/// As JSON; nothing when `document` is not an object or has no such member.
std::optional<std::string> member_of(std::string_view document, std::string_view name);

}  // namespace freshet::record
