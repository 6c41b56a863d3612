#include "base/crypto/sealed_chunks.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

constexpr std::uint64_t chunk = SealedChunks::chunk_bytes;

std::string sealed_of(const SealedChunks& chunks, const std::string& plain) {
    std::string sealed;
    for (std::uint64_t at = 0; at < plain.size(); at += chunk)
        sealed += chunks.seal(at / chunk, at + chunk >= plain.size(), plain.substr(at, chunk));
    return sealed;
}

Result<std::string> open_of(const SealedChunks& chunks, const std::string& sealed,
                            std::uint64_t whole, std::uint64_t offset, std::uint64_t size) {
    return chunks.open(whole, offset, size,
                       [&](std::uint64_t at, std::uint64_t count) -> Result<std::string> {
                           return sealed.substr(at, count);
                       });
}

TEST(SealedChunks, any_range_opens_without_the_rest) {
    const SealedChunks chunks(secure_random(Cipher::key_bytes));
    for (const std::uint64_t size :
         {std::uint64_t{1}, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 7}) {
        const std::string plain = secure_random(size);
        const std::string sealed = sealed_of(chunks, plain);
        EXPECT_EQ(sealed.size(), SealedChunks::sealed_bytes(size));
        for (const std::uint64_t from : {std::uint64_t{0}, size / 2, size - 1, chunk - 1, chunk}) {
            if (from >= size) continue;
            for (const std::uint64_t count : {std::uint64_t{1}, chunk, size - from})
                EXPECT_EQ(*open_of(chunks, sealed, size, from, count), plain.substr(from, count));
        }
    }
}

TEST(SealedChunks, what_was_changed_moved_or_cut_does_not_open) {
    const SealedChunks chunks(secure_random(Cipher::key_bytes));
    const std::string plain = secure_random(2 * chunk + 5);
    const std::string sealed = sealed_of(chunks, plain);
    const std::uint64_t step = chunk + SealedChunks::overhead_bytes;
    for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{20}, step, sealed.size() - 1}) {
        std::string changed = sealed;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_FALSE(open_of(chunks, changed, plain.size(), 0, plain.size()));
    }
    const std::string swapped =
        sealed.substr(step, step) + sealed.substr(0, step) + sealed.substr(2 * step);
    EXPECT_FALSE(open_of(chunks, swapped, plain.size(), 0, 1));
    EXPECT_FALSE(open_of(chunks, sealed.substr(0, 2 * step), 2 * chunk, chunk,
                         chunk));  // its last chunk was another
    const SealedChunks other(secure_random(Cipher::key_bytes));
    EXPECT_FALSE(open_of(other, sealed, plain.size(), 0, 1));
}

}  // namespace
}  // namespace freshet
