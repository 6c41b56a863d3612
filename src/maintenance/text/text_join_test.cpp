#include "maintenance/text/text_join.h"

#include <gtest/gtest.h>

#include <vector>

#include "maintenance/errors.h"

namespace freshet::maintenance {
namespace {

struct Joined {
    std::string text;
    std::int64_t lines = 0;
};

/// Every source in pieces of `piece` bytes.
Joined joined(TextJoin::Rules rules, const std::vector<std::string>& sources, std::size_t piece) {
    Joined made;
    TextJoin join(rules);
    for (const std::string& source : sources) {
        join.begin();
        for (std::size_t at = 0; at < source.size(); at += piece)
            join.add(std::string_view(source).substr(at, piece), made.text);
        EXPECT_TRUE(join.end(made.text));
    }
    made.lines = join.lines();
    return made;
}

void expect(TextJoin::Rules rules, const std::vector<std::string>& sources, const std::string& text,
            std::int64_t lines) {
    for (const std::size_t piece : {1U, 2U, 3U, 1000U}) {
        const Joined made = joined(rules, sources, piece);
        EXPECT_EQ(made.text, text) << piece;
        EXPECT_EQ(made.lines, lines) << piece;
    }
}

TEST(MaintenanceTextJoin, a_source_without_a_last_line_break_gets_one) {
    expect({}, {"a,1\nb,2", "c,3\n", "d,4"}, "a,1\nb,2\nc,3\nd,4\n", 4);
}

TEST(MaintenanceTextJoin, other_bytes_stay_as_they_are) {
    expect({}, {"a\r\n\r\n", "\n", std::string("\0x", 2)}, "a\r\n\r\n\n" + std::string("\0x\n", 3),
           4);
}

TEST(MaintenanceTextJoin, header_lines_are_those_of_the_first_source) {
    expect({1, {}}, {"h,1\na\n", "h,2\nb\nc", "h,3\n"}, "h,1\na\nb\nc\n", 3);
    expect({2, {}}, {"h\ni\na", "h\ni\nb"}, "h\ni\na\nb\n", 2);
}

TEST(MaintenanceTextJoin, a_source_that_ends_in_its_header_has_no_rows) {
    expect({1, {}}, {"h", "h\na\n"}, "h\na\n", 1);
    expect({1, {}}, {"h\na\n", "h"}, "h\na\n", 1);
}

TEST(MaintenanceTextJoin, an_open_quote_at_the_end_is_refused) {
    TextJoin join({0, '"'});
    std::string out;
    join.begin();
    join.add("\"a\",\"\"\n\"b", out);
    const auto ended = join.end(out);
    ASSERT_FALSE(ended);
    EXPECT_TRUE(ended.error().is(Errc::unfit));
    expect({0, '"'}, {"\"a\"\"\"\n", "b"}, "\"a\"\"\"\nb\n", 2);
}

}  // namespace
}  // namespace freshet::maintenance
