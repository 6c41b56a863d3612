#include "maintenance/text/gzip.h"

#include <gtest/gtest.h>

#include "maintenance/errors.h"

namespace freshet::maintenance {
namespace {

std::string packed(std::string_view plain, std::size_t piece = 1000) {
    GzipWriter writer;
    std::string out;
    for (std::size_t at = 0; at < plain.size(); at += piece)
        writer.add(plain.substr(at, piece), out);
    writer.end(out);
    return out;
}

Result<std::string> plain_of(std::string_view packed, std::size_t piece) {
    GzipReader reader;
    std::string out;
    for (std::size_t at = 0; at < packed.size(); at += piece) {
        if (auto added = reader.add(packed.substr(at, piece), out); !added) return pass(added);
    }
    if (auto ended = reader.end(); !ended) return pass(ended);
    return out;
}

TEST(MaintenanceGzip, what_is_written_is_read_in_any_pieces) {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += "row " + std::to_string(i) + "\n";
    for (const std::size_t piece : {1U, 7U, 100'000U, 10'000'000U})
        EXPECT_EQ(plain_of(packed(text), piece).value(), text) << piece;
    EXPECT_EQ(plain_of(packed(""), 5).value(), "");
}

TEST(MaintenanceGzip, members_one_after_the_other_are_one_text) {
    const std::string all = packed("a\nb") + packed("") + packed("c\n");
    for (const std::size_t piece : {1U, 3U, 1000U})
        EXPECT_EQ(plain_of(all, piece).value(), "a\nbc\n");
}

TEST(MaintenanceGzip, a_member_that_is_cut_short_and_other_bytes_are_unfit) {
    const std::string all = packed("some text that is long enough");
    for (const std::size_t kept : {1UL, 12UL, all.size() - 1}) {
        const auto read = plain_of(std::string_view(all).substr(0, kept), 4);
        ASSERT_FALSE(read) << kept;
        EXPECT_TRUE(read.error().is(Errc::unfit));
    }
    EXPECT_FALSE(plain_of("a,b,c\n", 100));
    EXPECT_FALSE(plain_of(all + std::string(4, '\0'), 100));
}

}  // namespace
}  // namespace freshet::maintenance
