#include "base/text/time_pattern.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

/// "y4" for a run of letters, "[T]" for quoted text, others as they are.
std::string parts_of(std::string_view pattern) {
    std::string parts;
    while (!pattern.empty()) {
        const PatternPart part = take_pattern_part(pattern);
        if (part.letter != '\0') {
            parts += part.letter + std::to_string(part.count);
        } else {
            parts += part.is_quoted ? "[" + part.text + (part.is_cut ? "" : "]") : part.text;
        }
    }
    return parts;
}

TEST(TimePattern, has_runs_of_letters_and_literal_text) {
    EXPECT_EQ(parts_of("yyyy-MM-dd'T'HH:mm"), "y4-M2-d2[T]H2:m2");
    EXPECT_EQ(parts_of("yyMd"), "y2M1d1");
}

TEST(TimePattern, two_quotes_are_a_quote) {
    EXPECT_EQ(parts_of("h 'o''clock'"), "h1 [o][clock]");
    EXPECT_EQ(parts_of("''"), "[']");
}

TEST(TimePattern, may_end_inside_quotes) {
    EXPECT_EQ(parts_of("y'abc"), "y1[abc");
    EXPECT_EQ(parts_of("y'"), "y1[");
}

}  // namespace
}  // namespace freshet
