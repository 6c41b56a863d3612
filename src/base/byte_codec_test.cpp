#include "base/byte_codec.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(ByteCodec, numbers_of_fixed_width_are_little_endian) {
    std::string bytes;
    put_number(bytes, std::uint8_t{0xfe});
    put_number(bytes, std::uint16_t{0x0102});
    put_number(bytes, std::uint32_t{0x01020304});
    put_number(bytes, std::int64_t{-2});
    EXPECT_EQ(bytes, std::string("\xfe\x02\x01\x04\x03\x02\x01\xfe\xff\xff\xff\xff\xff\xff\xff"));
    EXPECT_EQ(get_number<std::uint32_t>(bytes, 3), 0x01020304U);
    ByteReader in(bytes);
    EXPECT_EQ(in.number<std::uint8_t>(), 0xfe);
    EXPECT_EQ(in.number<std::uint16_t>(), 0x0102);
    EXPECT_EQ(in.number<std::uint32_t>(), 0x01020304U);
    EXPECT_EQ(in.number<std::int64_t>(), -2);
    EXPECT_TRUE(in.is_at_end());
}

TEST(ByteCodec, varints_take_a_byte_for_seven_bits) {
    std::string bytes;
    for (const std::uint64_t value :
         {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{300}, UINT64_MAX})
        put_varint(bytes, value);
    EXPECT_EQ(bytes,
              std::string("\0\x7f\x80\x01\xac\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 16));
    ByteReader in(bytes);
    EXPECT_EQ(in.varint(), 0U);
    EXPECT_EQ(in.varint(), 127U);
    EXPECT_EQ(in.varint(), 128U);
    EXPECT_EQ(in.varint(), 300U);
    EXPECT_EQ(in.varint(), UINT64_MAX);
    EXPECT_TRUE(in.is_at_end());
}

TEST(ByteCodec, integers_near_zero_are_small) {
    EXPECT_EQ(zigzag(0), 0U);
    EXPECT_EQ(zigzag(-1), 1U);
    EXPECT_EQ(zigzag(1), 2U);
    for (const std::int64_t value : {INT64_MIN, INT64_C(-300), INT64_C(300), INT64_MAX})
        EXPECT_EQ(unzigzag(zigzag(value)), value);
}

TEST(ByteCodec, what_is_cut_reads_as_nothing_from_then_on) {
    std::string bytes;
    put_text(bytes, "abc");
    put_number(bytes, std::uint64_t{7});
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        ByteReader in(std::string_view(bytes).substr(0, size));
        EXPECT_EQ(in.text(), size < 4 ? "" : "abc");
        EXPECT_EQ(in.number<std::uint64_t>(), 0U);
        EXPECT_FALSE(in.is_good());
        EXPECT_FALSE(in.is_at_end());
        EXPECT_EQ(in.varint(), 0U);
        EXPECT_EQ(in.text(), "");
    }
}

TEST(ByteCodec, a_varint_without_an_end_is_refused) {
    ByteReader in(std::string_view("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11));
    EXPECT_EQ(in.varint(), 0U);
    EXPECT_FALSE(in.is_good());
}

TEST(ByteCodec, a_count_is_at_most_the_bytes_that_follow) {
    ByteReader some(std::string_view("\x02xy", 3));
    EXPECT_EQ(some.count(), 2U);
    ByteReader none(std::string_view("\x03xy", 3));
    EXPECT_EQ(none.count(), 0U);
    EXPECT_FALSE(none.is_good());
}

}  // namespace
}  // namespace freshet
