// The parts of Java's patterns for times ("yyyy-MM-dd'T'HH:mm"), as SimpleDateFormat,
// DateTimeFormatter and Joda share them. What a letter means differs, and is with each user.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace freshet {

/// One run of the same letter, or literal text.
struct PatternPart {
    char letter = '\0';     ///< 0: literal text
    std::size_t count = 0;  ///< of the letter
    std::string text;
    bool is_quoted = false;  ///< the text was in quotes; '' is a quote
    bool is_cut = false;     ///< the pattern ended inside the quotes
};

/// Takes the next part off `pattern`, which is not empty.
PatternPart take_pattern_part(std::string_view& pattern);

}  // namespace freshet
