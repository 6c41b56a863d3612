// Lines of a process: whole, cut at their bound, and no more than one call may print.
#include "sandbox/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::sandbox {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Output, lines_are_whole_however_the_pipe_cuts_them) {
    Output output;
    output.add("on");
    EXPECT_THAT(output.take().texts, IsEmpty());
    output.add("e\ntwo\nth");
    EXPECT_THAT(output.take().texts, ElementsAre("one", "two"));
    output.add("ree\n");
    const Output::Lines last = output.take();
    EXPECT_THAT(last.texts, ElementsAre("three"));
    EXPECT_EQ(last.bytes, 5 + line_bytes_extra);
}

TEST(Output, a_line_without_a_newline_ends_when_it_is_asked_for) {
    Output output;
    output.add("no newline");
    output.end_line();
    EXPECT_THAT(output.take().texts, ElementsAre("no newline"));
    output.end_line();
    EXPECT_THAT(output.take().texts, IsEmpty());
}

TEST(Output, empty_lines_are_left_out) {
    Output output;
    output.add("\n\na\n\n");
    EXPECT_THAT(output.take().texts, ElementsAre("a"));
}

TEST(Output, a_long_line_is_cut_at_its_bound) {
    Output output;
    output.add(std::string(line_bytes_max + 3, 'x') + "\n");
    const Output::Lines lines = output.take();
    ASSERT_EQ(lines.texts.size(), 2U);
    EXPECT_EQ(lines.texts[0].size(), line_bytes_max);
    EXPECT_EQ(lines.texts[1].size(), 3U);
    EXPECT_EQ(output.bytes_dropped(), 0U);
}

TEST(Output, what_a_call_prints_beyond_its_bound_is_counted_and_dropped) {
    Output output;
    const std::string line(1023, 'x');
    std::size_t added = 0;
    while (added < call_output_bytes_max + 100 * line.size()) {
        output.add(line + "\n");
        added += line.size();
    }
    std::size_t kept = 0;
    for (const std::string& text : output.take().texts) kept += text.size();
    EXPECT_LE(kept, call_output_bytes_max);
    EXPECT_GE(output.bytes_dropped(), 100 * line.size());
    output.add("more\n");
    EXPECT_THAT(output.take().texts, IsEmpty());
    output.begin_call();
    EXPECT_EQ(output.bytes_dropped(), 0U);
    output.add("the next call\n");
    EXPECT_THAT(output.take().texts, ElementsAre("the next call"));
}

}  // namespace
}  // namespace freshet::sandbox
