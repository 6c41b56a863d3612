#include "delivery/conversion/row_text.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/uuid.h"

namespace freshet::delivery {
namespace {

struct RowTextTest : testing::Test {
    RowTextTest()
        : scratch(std::make_shared<Scratch>(
              pool, (std::filesystem::temp_directory_path() / new_uuid()).string())) {}

    static std::string bytes_of(const RowText& text, const RowText::Part& part) {
        std::ifstream file(text.path(), std::ios::binary);
        file.seekg(static_cast<std::streamoff>(part.offset));
        std::string bytes(part.bytes, '\0');
        file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        EXPECT_TRUE(file);
        return bytes;
    }

    io::Pool pool{1, "row-text"};
    std::shared_ptr<Scratch> scratch;
};

TEST_F(RowTextTest, a_part_is_the_lines_of_its_records) {
    RowText text(scratch, "text", true);
    const char* records[] = {"{}{", "{}\n", "{\"a\":1}{\"a\":2}", "{\"a\":3}", "", "{\"a\":4}"};
    // The first one and "" are not JSON.
    const char* lines[] = {"", "{}\n", "{\"a\":1}\n{\"a\":2}\n", "{\"a\":3}\n", "", "{\"a\":4}\n"};
    for (const char* record : records) ASSERT_TRUE(text.add(record));
    ASSERT_TRUE(text.flush());
    for (std::size_t from = 0; from <= std::size(records); ++from) {
        std::string expected;
        for (std::size_t to = from; to <= std::size(records); ++to) {
            if (to > from) expected += lines[to - 1];
            const auto part = text.part(from, to);
            ASSERT_TRUE(part);
            EXPECT_EQ(bytes_of(text, *part), expected) << from << " " << to;
            EXPECT_EQ(part->lines, std::ranges::count(expected, '\n'));
        }
    }
}

TEST_F(RowTextTest, records_that_need_many_pieces_are_found_again) {
    RowText text(scratch, "text", false);
    constexpr std::size_t count = 3000;
    const auto record = [](std::size_t i) {
        return std::to_string(i) + "," + std::string(i % 1000, 'x');
    };
    for (std::size_t i = 0; i < count; ++i) {
        ASSERT_TRUE(text.add(record(i)));
        if (i % 1700 == 0) {
            ASSERT_TRUE(text.flush());
        }
    }
    ASSERT_TRUE(text.flush());
    for (std::size_t i = 0; i < count; i += 37) {
        const auto part = text.part(i, i + 1);
        ASSERT_TRUE(part);
        EXPECT_EQ(bytes_of(text, *part), record(i) + "\n");
        EXPECT_EQ(text.origin_of(part->lines_before + 1).record, i);
    }
}

TEST_F(RowTextTest, a_full_disk_is_an_error) {
    RowText text(std::make_shared<Scratch>(pool, "/proc/nowhere"), "text", false);
    ASSERT_TRUE(text.add("1"));
    EXPECT_FALSE(text.flush());
}

}  // namespace
}  // namespace freshet::delivery
