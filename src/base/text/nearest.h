// The nearest of some words to one that was mistyped, for messages.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {

/// The word that the fewest changed, missing, added or swapped letters make of `given`, letters'
/// case apart; nothing when that is more than a third of its letters.
std::optional<std::string> nearest(std::string_view given, const std::vector<std::string>& words);

/// "; did you mean 'shards'?", or "; there are 'a', 'b'" when none is near and there are few, or
/// "".
std::string did_you_mean(std::string_view given, const std::vector<std::string>& words);

}  // namespace freshet
