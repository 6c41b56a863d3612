#include "flow/saved.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"

namespace freshet::flow {
namespace {

void write(Writer& out) {
    out.number(0);
    out.number(127);
    out.number(128);
    out.number(UINT64_MAX);
    out.integer(-1);
    out.integer(INT64_MIN);
    out.integer(300);
    out.real(-1.5);
    out.text("abc");
    out.text("");
    out.raw("xy");
}

/// What earlier versions wrote.
TEST(Saved, bytes_are_the_recorded_ones) {
    Writer out;
    write(out);
    EXPECT_EQ(to_hex(out.bytes()),
              "007f8001ffffffffffffffffff0101ffffffffffffffffff01d804000000000000f8bf036162"
              "63007879");
    EXPECT_EQ(out.checksum(), 1814771971U);
}

TEST(Saved, what_was_written_is_read) {
    Writer out;
    write(out);
    Reader in(out.bytes());
    EXPECT_EQ(in.number(), 0U);
    EXPECT_EQ(in.number(), 127U);
    EXPECT_EQ(in.number(), 128U);
    EXPECT_EQ(in.number(), UINT64_MAX);
    EXPECT_EQ(in.integer(), -1);
    EXPECT_EQ(in.integer(), INT64_MIN);
    EXPECT_EQ(in.integer(), 300);
    EXPECT_EQ(in.real(), -1.5);
    EXPECT_EQ(in.text(), "abc");
    EXPECT_EQ(in.text(), "");
    EXPECT_FALSE(in.is_bad());
    EXPECT_FALSE(in.is_at_end());
}

TEST(Saved, a_sink_takes_the_same_bytes_in_pieces) {
    std::string taken;
    int pieces = 0;
    Writer out([&](std::string_view piece) {
        taken += piece;
        ++pieces;
        return true;
    });
    Writer whole;
    const std::string large(Writer::piece_bytes / 2, 'x');
    for (int i = 0; i < 5; ++i) {
        out.text(large);
        whole.text(large);
    }
    EXPECT_TRUE(out.finish());
    EXPECT_GT(pieces, 1);
    EXPECT_EQ(taken, whole.bytes());
    EXPECT_EQ(out.checksum(), whole.checksum());
}

TEST(Saved, a_stopped_reader_is_bad) {
    Writer out;
    out.text("abc");
    const std::atomic<bool> is_stopped = true;
    Reader in(out.bytes(), &is_stopped);
    EXPECT_EQ(in.text(), "");
    EXPECT_TRUE(in.is_bad());
}

}  // namespace
}  // namespace freshet::flow
