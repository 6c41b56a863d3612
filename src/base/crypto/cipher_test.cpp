#include "base/crypto/cipher.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(Cipher, opens_what_it_sealed_and_nothing_that_was_changed) {
    const Cipher cipher(std::string(32, 'k')), other(std::string(32, 'l'));
    for (const std::string& plain : {std::string(), std::string("hi"), std::string(100'000, 'x')}) {
        const std::string sealed = cipher.seal(plain, "bound");
        EXPECT_EQ(sealed.size(), plain.size() + Cipher::nonce_bytes + Cipher::tag_bytes);
        EXPECT_EQ(cipher.open(sealed, "bound"), plain);
        EXPECT_FALSE(cipher.open(sealed, "elsewhere"));
        EXPECT_FALSE(other.open(sealed, "bound"));
        EXPECT_NE(cipher.seal(plain, "bound"), sealed) << "a fresh nonce each time";
    }
    const std::string sealed = cipher.seal("record", "");
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        std::string bad = sealed;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(cipher.open(bad, "")) << bit;
    }
    for (std::size_t size = 0; size < sealed.size(); ++size)
        EXPECT_FALSE(cipher.open(sealed.substr(0, size), ""));
}

}  // namespace
}  // namespace freshet
