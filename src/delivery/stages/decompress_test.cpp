#include "delivery/stages/decompress.h"

#include <gtest/gtest.h>

#include "delivery/codecs/encoder.h"

namespace freshet::delivery {
namespace {

std::string zipped(std::string_view text) {
    std::string out;
    const auto encoder = make_encoder(Compression::gzip, {});
    EXPECT_TRUE(encoder->add(text, out));
    EXPECT_TRUE(encoder->finish(out));
    return out;
}

TEST(Gunzip, reads_all_members_and_nothing_else) {
    const std::string text(200'000, 'x');
    EXPECT_EQ(gunzip(zipped("a"), 10), "a");
    EXPECT_EQ(gunzip(zipped("a") + zipped("") + zipped("b"), 10), "ab");
    EXPECT_EQ(gunzip(zipped(text), text.size()), text);
    EXPECT_FALSE(gunzip(zipped(text), text.size() - 1)) << "larger than may be";
    EXPECT_FALSE(gunzip("", 10));
    EXPECT_FALSE(gunzip("plain", 10));
    EXPECT_FALSE(gunzip(zipped("a") + "tail", 10));
    const std::string whole = zipped("some text that is long enough");
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(gunzip(std::string_view(whole).substr(0, size), 100)) << size;
}

TEST(LogMessages, are_those_of_a_data_message) {
    EXPECT_EQ(log_messages(R"({"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","timestamp":1,)"
                           R"("message":"a\nb"},{"message":"c"}]})"),
              "a\nb\nc\n");
    EXPECT_EQ(log_messages(R"({"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"c"}]})"),
              "");
    for (const char* payload : {"", "x", "[]", "{}", R"({"messageType":"OTHER","logEvents":[]})",
                                R"({"messageType":"DATA_MESSAGE"})",
                                R"({"messageType":"DATA_MESSAGE","logEvents":[{"message":1}]})"})
        EXPECT_FALSE(log_messages(payload)) << payload;
}

}  // namespace
}  // namespace freshet::delivery
