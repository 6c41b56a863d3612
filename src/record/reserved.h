// The words that the streaming dialect keeps for itself.
#pragma once
#include <string_view>

namespace freshet::record {

/// Whatever the case of its letters.
bool is_reserved(std::string_view name);

}  // namespace freshet::record
