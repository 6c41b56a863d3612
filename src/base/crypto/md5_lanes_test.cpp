#include "base/crypto/md5_lanes.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "base/crypto/digest.h"

namespace freshet {
namespace {

std::string raw_md5(std::string_view data) {
    const Md5 digest = md5(data);
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string some_bytes(std::mt19937_64& random, std::size_t size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
}

TEST(Md5Stream, alone_is_MD5) {
    Md5Stream stream;
    stream.update("message ");
    stream.update("digest");
    EXPECT_EQ(to_hex(stream.finish()), "f96b697d7cb7938d525a2f31aaf161d0");  // RFC 1321, A.5
}

// Any number of streams, any sizes, any cuts: the digest of each is that of its bytes.
TEST(Md5Stream, beside_others_gives_what_it_gives_alone) {
    std::mt19937_64 random(7);
    for (std::size_t count = 0; count <= 2 * Md5Stream::lanes + 3; ++count) {
        std::vector<Md5Stream> streams(count);
        std::vector<std::string> all(count);
        for (int turn = 0; turn < 6; ++turn) {
            std::vector<std::string> pieces;
            for (std::size_t i = 0; i < count; ++i)
                pieces.push_back(some_bytes(random, random() % (turn % 2 ? 70 : 3000)));
            std::vector<Md5Stream::Next> next;
            for (std::size_t i = 0; i < count; ++i) {
                all[i] += pieces[i];
                next.push_back({&streams[i], pieces[i]});
            }
            Md5Stream::update_all(next);
        }
        for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(streams[i].finish(), raw_md5(all[i]));
    }
}

// The number of bits of a stream is a number of 64 bits: 512 MiB are 2^32 of them.
TEST(Md5Stream, counts_over_512_MiB) {
    const std::string piece(64 * 1024 * 1024, 'x');
    std::vector<Md5Stream> streams(2);
    Hasher whole(Hasher::Kind::md5);
    for (int turn = 0; turn < 9; ++turn) {
        std::vector<Md5Stream::Next> next;
        for (Md5Stream& stream : streams) next.push_back({&stream, piece});
        Md5Stream::update_all(next);
        whole.update(piece);
    }
    const std::string expected = whole.finish();
    for (Md5Stream& stream : streams) EXPECT_EQ(stream.finish(), expected);
}

TEST(Md5, many_at_once_are_as_one_after_the_other) {
    for (std::size_t count = 0; count < 20; ++count) {
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < count; ++i)
            texts.push_back(std::string((count * 7 + i * 11) % 70, static_cast<char>('a' + i)));
        std::vector<Md5> digests(count);
        md5_each(std::vector<std::string_view>(texts.begin(), texts.end()), digests);
        for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(digests[i], md5(texts[i])) << texts[i];
    }
}

}  // namespace
}  // namespace freshet
