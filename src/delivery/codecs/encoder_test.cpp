#include "delivery/codecs/encoder.h"

#include <gtest/gtest.h>
#include <snappy.h>
#include <zlib.h>

#include <random>

namespace freshet::delivery {
namespace {

std::string encoded(Compression compression, const std::vector<std::string>& pieces) {
    const auto encoder = make_encoder(compression, {"entry", from_epoch_ms(1535365800000)});
    std::string out;
    for (const std::string& piece : pieces) EXPECT_TRUE(encoder->add(piece, out));
    EXPECT_TRUE(encoder->finish(out));
    return out;
}

std::size_t u32_big(const std::string& text, std::size_t at) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(text.at(at + i));
    return value;
}

/// `has_raw_size`: Hadoop's form, where each block says its raw size first.
std::string decoded_blocks(const std::string& blocks, std::size_t at, bool has_raw_size) {
    std::string out, raw;
    while (at < blocks.size()) {
        const std::size_t raw_size = has_raw_size ? u32_big(blocks, at) : 0;
        if (has_raw_size) at += 4;
        const std::size_t size = u32_big(blocks, at);
        at += 4;
        EXPECT_TRUE(snappy::Uncompress(blocks.data() + at, size, &raw));
        if (has_raw_size) EXPECT_EQ(raw.size(), raw_size);
        EXPECT_LE(raw.size(), 32u * 1024);
        at += size;
        out += raw;
    }
    EXPECT_EQ(at, blocks.size());
    return out;
}

std::string text_of(std::size_t size) {
    std::mt19937 random(7);
    std::string text(size, ' ');
    for (char& c : text) c = static_cast<char>('a' + random() % 7);
    return text;
}

TEST(Encoder, snappy_is_the_container_of_snappy_java) {
    EXPECT_EQ(encoded(Compression::snappy, {"abc"}),
              std::string("\x82SNAPPY\0\0\0\0\1\0\0\0\1\0\0\0\5\3\10abc", 25));
    const std::string text = text_of(100'000);
    const std::string whole = encoded(Compression::snappy, {text});
    EXPECT_EQ(decoded_blocks(whole, 16, false), text);
    EXPECT_EQ(encoded(Compression::snappy, {text.substr(0, 1), text.substr(1, 32'767),
                                            text.substr(32'768, 40'000), "", text.substr(72'768)}),
              whole);
}

TEST(Encoder, hadoop_snappy_has_one_chunk_a_block) {
    EXPECT_EQ(encoded(Compression::hadoop_snappy, {"abc"}),
              std::string("\0\0\0\3\0\0\0\5\3\10abc", 13));
    for (const std::size_t size : {1UL, 32'767UL, 32'768UL, 32'769UL, 100'000UL}) {
        const std::string text = text_of(size);
        EXPECT_EQ(decoded_blocks(encoded(Compression::hadoop_snappy, {text}), 0, true), text);
    }
}

TEST(Encoder, zip_has_one_deflated_entry_with_a_descriptor) {
    const std::string text = text_of(50'000);
    const std::string zip = encoded(Compression::zip, {text.substr(0, 7), text.substr(7)});
    // 2018-08-27 10:30:00 as MS-DOS has it.
    EXPECT_EQ(zip.substr(0, 14), std::string("PK\3\4\x14\0\x08\x08\x08\0\xc0\x53\x1b\x4d", 14));
    EXPECT_EQ(zip.substr(30, 5), "entry");
    std::string raw(text.size(), ' ');
    z_stream stream{};
    ASSERT_EQ(inflateInit2(&stream, -15), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zip.data() + 35));
    stream.avail_in = static_cast<uInt>(zip.size() - 35);
    stream.next_out = reinterpret_cast<Bytef*>(raw.data());
    stream.avail_out = static_cast<uInt>(raw.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    EXPECT_EQ(raw, text);
    EXPECT_EQ(zip.substr(zip.size() - stream.avail_in, 4), "PK\7\x08");
    EXPECT_EQ(zip.substr(zip.size() - 22, 4), "PK\5\6");
}

TEST(Encoder, gzip_is_one_member_whatever_its_pieces) {
    const std::string text = text_of(200'000);
    EXPECT_EQ(encoded(Compression::gzip, {text}),
              encoded(Compression::gzip, {text.substr(0, 100'000), "", text.substr(100'000)}));
}

}  // namespace
}  // namespace freshet::delivery
