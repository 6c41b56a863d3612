#include "base/crypto/digest.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <vector>

namespace freshet {
namespace {

TEST(Base64, decodes_what_it_encodes) {
    std::string data;
    for (int i = 0; i < 300; ++i) {
        std::string out;
        ASSERT_TRUE(base64_decode(base64_encode(data), out)) << i;
        EXPECT_EQ(out, data);
        data += static_cast<char>(i * 37);
    }
}

// RFC 4648, section 10.
TEST(Base64, test_vectors) {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"Zg==", "f"},
                                                           {"Zm8=", "fo"},
                                                           {"Zm9v", "foo"},
                                                           {"Zm9vYg==", "foob"},
                                                           {"Zm9vYmE=", "fooba"},
                                                           {"Zm9vYmFy", "foobar"}};
    for (const auto& [text, data] : vectors) {
        std::string out = "old";
        EXPECT_TRUE(base64_decode(text, out));
        EXPECT_EQ(out, data);
    }
}

TEST(Base64, what_is_none_is_refused) {
    std::string out;
    for (const char* text : {"A", "AB", "ABC", "=", "====", "A===", "AB=C", "=ABC",
                             "AB==AB==", "AB\n=", "Zh==", "Zm9=", "Zm9v!m8=", "\xff\xff\xff\xff"})
        EXPECT_FALSE(base64_decode(text, out)) << text;
}

// The check value of CRC-32/ISO-HDLC.
TEST(Crc32, test_vector) { EXPECT_EQ(crc32("123456789"), 0xCBF43926u); }

// Sizes around what is taken in one step, in any two pieces.
TEST(Crc32, is_that_of_zlib_in_any_pieces) {
    std::string data;
    for (int i = 0; i < 400; ++i) data += static_cast<char>(i * i * 31 + i);
    for (std::size_t size = 0; size <= data.size(); ++size) {
        const std::string_view all = std::string_view(data).substr(0, size);
        const auto expected = static_cast<std::uint32_t>(
            crc32_z(0, reinterpret_cast<const Bytef*>(all.data()), all.size()));
        ASSERT_EQ(crc32(all), expected) << size;
        for (const std::size_t cut : {size / 3, size / 2, size})
            ASSERT_EQ(crc32(all.substr(cut), crc32(all.substr(0, cut))), expected) << size;
    }
}

}  // namespace
}  // namespace freshet
