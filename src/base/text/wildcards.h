// Patterns with a character for any text and one for any character: LIKE, ArnLike.
#pragma once
#include <string_view>

namespace freshet {

struct Wildcards {
    char text, character;
};

/// Whether `text` is what `pattern` says, all of it. Time: at the most the product of their sizes.
bool is_like(std::string_view text, std::string_view pattern, Wildcards wildcards);

}  // namespace freshet
