#include "delivery/conversion/lines.h"

#include <gtest/gtest.h>

namespace freshet::delivery {
namespace {

using Origin = RecordLines::Origin;

TEST(RecordLines, a_document_is_a_line_however_it_was_written) {
    RecordLines lines(true);
    std::string out;
    EXPECT_TRUE(lines.add("{\"a\":1}", out));
    EXPECT_TRUE(lines.add("{\"a\":2}\r\n", out));
    EXPECT_TRUE(lines.add("{\n  \"a\": \"}{ \\\" \\\\\"\n}\n", out));
    EXPECT_TRUE(lines.add("{\"a\":4} {\"a\":5}\n{\"a\":6}", out));
    EXPECT_TRUE(lines.add("{\"a\":7}", out));
    EXPECT_EQ(out,
              "{\"a\":1}\n{\"a\":2}\n{   \"a\": \"}{ \\\" \\\\\" }\n"
              "{\"a\":4}\n{\"a\":5}\n{\"a\":6}\n{\"a\":7}\n");
    EXPECT_EQ(lines.lines(), 7U);
    const std::size_t records[] = {0, 1, 2, 3, 3, 3, 4};
    for (std::size_t i = 0; i < 7; ++i) {
        const Origin origin = lines.origin_of(i + 1);
        EXPECT_EQ(origin.record, records[i]);
        EXPECT_EQ(origin.is_part, records[i] == 3);
    }
}

TEST(RecordLines, what_is_no_json_gets_no_line) {
    RecordLines lines(true);
    std::string out;
    for (const char* record : {"", " \n", "{\"a\":1", "{\"a\":1}{", "{\n\"a\":\"b\nc\"}"})
        EXPECT_EQ(lines.add(record, out), std::string_view(record) == "{\"a\":1") << record;
    EXPECT_TRUE(lines.add("{}", out));
    EXPECT_EQ(out, "{\"a\":1\n{}\n");
    EXPECT_EQ(lines.origin_of(1).record, 2U);
    EXPECT_EQ(lines.origin_of(2).record, 5U);
}

TEST(RecordLines, rows_of_text_are_taken_apart) {
    RecordLines lines(false);
    std::string out;
    for (const char* record : {"a,1\n", "", "b,2\r\n\r\nc,3", "d,4", "\n", "e,5"})
        EXPECT_TRUE(lines.add(record, out));
    EXPECT_EQ(out, "a,1\nb,2\r\nc,3\nd,4\ne,5\n");
    EXPECT_EQ(lines.origin_of(1).record, 0U);
    EXPECT_EQ(lines.origin_of(2).record, 2U);
    EXPECT_TRUE(lines.origin_of(3).is_part);
    EXPECT_EQ(lines.origin_of(4).record, 3U);
    EXPECT_FALSE(lines.origin_of(4).is_part);
    EXPECT_EQ(lines.origin_of(5).record, 5U);
    EXPECT_EQ(lines.records(), 6U);
}

}  // namespace
}  // namespace freshet::delivery
