#include "base/crypto/digest.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace freshet
