#include "delivery/codecs/content.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/crypto/digest.h"
#include "delivery/limits.h"

namespace freshet::delivery {
namespace {

io::Task<void> read_all(Content& content, std::vector<Bytes>& pieces) {
    while (true) {
        auto piece = co_await content.read();
        EXPECT_TRUE(piece) << piece.error().message();
        if (!piece || piece->empty()) co_return;
        pieces.push_back(std::move(*piece));
    }
}

std::vector<Bytes> pieces_of(const std::vector<Bytes>& records, Compression compression) {
    io::ManualClock clock(from_epoch_ms(0));
    io::Pool pool(1, "pool");
    std::vector<std::string_view> views;
    for (const Bytes& record : records) views.push_back(record.view());
    Content content(pool, views, make_encoder(compression, {"entry", Timestamp()}));
    std::vector<Bytes> pieces;
    io::run_to_end(clock, [&](io::Core&) { return read_all(content, pieces); });
    std::uint64_t crc = 0;
    for (const Bytes& piece : pieces) crc = crc64nvme(piece.view(), crc);
    EXPECT_EQ(content.crc64nvme(), crc);
    return pieces;
}

std::string joined(const std::vector<Bytes>& pieces) {
    std::string text;
    for (const Bytes& piece : pieces) text += piece.view();
    return text;
}

/// The content of one gzip member.
std::string unzipped(const std::string& zipped) {
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    std::string text(64ULL * 1024 * 1024, ' ');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zipped.data()));
    stream.avail_in = static_cast<uInt>(zipped.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    EXPECT_EQ(stream.avail_in, 0u);
    text.resize(text.size() - stream.avail_out);
    inflateEnd(&stream);
    return text;
}

std::vector<Bytes> noise(std::size_t records, std::size_t size) {
    std::vector<Bytes> all;
    for (std::size_t i = 0; i < records; ++i) {
        std::string record;
        while (record.size() < size)
            record += to_hex(sha256(std::to_string(i) + ":" + std::to_string(record.size())));
        record.resize(size);
        all.push_back(Bytes::own(std::move(record)));
    }
    return all;
}

TEST(Content, is_what_its_records_are_in_pieces) {
    const std::vector<std::vector<Bytes>> cases{
        {},
        {Bytes::literal("")},
        {Bytes::literal("a"), Bytes::literal(""), Bytes::literal("b")},
        noise(40, 100'000),
        noise(2, 3'000'000)};
    for (const auto& records : cases) {
        const std::string expected = joined(records);
        EXPECT_EQ(joined(pieces_of(records, Compression::none)), expected);
        const auto zipped = pieces_of(records, Compression::gzip);
        EXPECT_EQ(unzipped(joined(zipped)), expected);
        for (const Bytes& piece : zipped) EXPECT_LE(piece.size(), limits::piece_bytes);
    }
    EXPECT_GE(pieces_of(noise(40, 100'000), Compression::none).size(), 4u);
    EXPECT_GE(pieces_of(noise(40, 100'000), Compression::gzip).size(), 2u);
}

}  // namespace
}  // namespace freshet::delivery
