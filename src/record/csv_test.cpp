#include "record/csv.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "record/csv_scan.h"

namespace freshet::record {
namespace {

struct Decoded {
    Batch rows;
    std::vector<std::string> bad;
    std::size_t text_bytes = 0;
    Arena arena;
};

Decoded decode(const Schema& schema, const std::vector<bool>& wanted, std::string_view text,
               bool is_lasting) {
    const auto decoder = *make_decoder(schema, wanted);
    Decoded decoded{empty_batch(schema.columns), {}, 0, {}};
    std::size_t at = 0;
    decoded.text_bytes = decoder->decode(
        {text, is_lasting}, at, 1000, 5, decoded.arena, decoded.rows, [&](const BadRow& bad) {
            decoded.bad.push_back(fmt::format("{}|{}", bad.row, bad.message));
        });
    EXPECT_EQ(at, text.size());
    return decoded;
}

const Schema schema{{},
                    {{"A", {Kind::varchar, 4, 0}, false, ""},
                     {"B", {Kind::integer, 0, 0}, false, ""},
                     {"C", {Kind::character, 3, 0}, false, ""},
                     {"D", {Kind::varbinary, 2, 0}, false, ""},
                     {"E", {Kind::varchar, 256, 0}, false, ""},
                     {"F", {Kind::dbl, 0, 0}, false, ""}}};

/// Whatever columns are wanted, they have the values, and the same rows are bad.
void expect_as_all(std::string_view text) {
    const Decoded all = decode(schema, {}, text, false);
    for (unsigned mask = 0; mask < 1U << schema.columns.size(); ++mask) {
        std::vector<bool> wanted;
        for (std::size_t i = 0; i < schema.columns.size(); ++i) wanted.push_back(mask >> i & 1);
        for (const bool is_lasting : {false, true}) {
            const Decoded some = decode(schema, wanted, text, is_lasting);
            ASSERT_EQ(some.bad, all.bad) << text;
            ASSERT_EQ(some.rows.rowtimes, all.rows.rowtimes) << text;
            ASSERT_EQ(some.text_bytes, all.text_bytes) << text;
            for (std::size_t i = 0; i < schema.columns.size(); ++i) {
                if (!wanted[i]) continue;
                const Vector& column = some.rows.columns[i];
                ASSERT_EQ(column.size(), all.rows.rows()) << text;
                ASSERT_EQ(column.nulls, all.rows.columns[i].nulls) << text;
                for (std::size_t row = 0; row < column.size(); ++row)
                    ASSERT_EQ(to_text(column, row), to_text(all.rows.columns[i], row)) << text;
            }
        }
    }
}

TEST(Csv, columns_that_are_not_wanted_are_checked_all_the_same) {
    expect_as_all("abcdef,1,x,zz,long,1.5\nabc,x,y,z,e,1\n\n\"q\"\"u,o\",2,\"z\",,,\nshort,1\n");
    expect_as_all("a,1,b,zzz,too long for D,1\na,1,b,zz,e,no number\n\"never closed,1\n");
    expect_as_all(
        "a,1,\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4,z,\xc3,1\n\xc3\xa4\xc3\xb6,1,\xc3\xa4,z,e,1\n");
    expect_as_all("a,1,b,z,e,1,more,cells,than,columns\r\na,1,b,z,e,1");
}

TEST(Csv, a_delimiter_is_found_wherever_it_is) {
    std::mt19937 random(7);
    const Schema two{
        {}, {{"A", {Kind::varchar, 99, 0}, false, ""}, {"B", {Kind::varchar, 99, 0}, false, ""}}};
    for (std::size_t first = 0; first < 70; ++first) {
        for (const std::size_t second : {0u, 1u, 15u, 16u, 17u, 33u}) {
            const std::string a(first, 'a'), b(second, 'b');
            const Decoded decoded = decode(two, {}, a + "," + b, false);
            ASSERT_EQ(decoded.rows.rows(), 1u);
            EXPECT_EQ(decoded.rows.columns[0].texts[0], a);
            EXPECT_EQ(decoded.rows.columns[1].texts[0], b);
        }
    }
    std::string text;
    for (int row = 0; row < 40; ++row) {
        for (int i = 0; i < 60; ++i) text += ",,1 .ab\"\n"[random() % (row % 2 ? 9 : 7)];
        text += '\n';
    }
    expect_as_all(text);
}

/// What the scan takes is what next_row() takes.
void expect_scan_as_next_row(std::string_view text, char row_delimiter, std::size_t& taken) {
    const CsvForm form{std::string(1, row_delimiter), ","};
    auto scan = *CsvScan::make(form.row_delimiter, form.column_delimiter, 5);
    for (std::size_t at = 0; at < text.size();) {
        Arena arena;
        std::vector<std::string_view> cells;
        std::string_view row;
        std::size_t after = at, scanned = at;
        const bool is_whole = next_row(text, form, after, arena, cells, row);
        if (scan.next(text, scanned)) {
            ++taken;
            ASSERT_TRUE(is_whole) << text;
            ASSERT_EQ(scanned, after) << text;
            ASSERT_EQ(scan.row(), row) << text;
            cells.resize(std::min<std::size_t>(cells.size(), 5));
            ASSERT_EQ(std::vector(scan.cells().begin(), scan.cells().end()), cells) << text;
            if (scan.is_ascii()) {
                for (const char c : row) ASSERT_GE(c, 0) << text;
            }
        } else {
            ASSERT_EQ(scanned, at);
            ASSERT_NE(row.find('"'), std::string_view::npos) << text;
        }
        at = after;
    }
}

TEST(Csv, a_scan_takes_rows_as_next_row_does) {
    std::mt19937 random(11);
    std::size_t taken = 0;
    const std::string_view letters = "\"\",,,\n\r\naaaaaaaa\xc3\xa4\"";
    for (int i = 0; i < 10'000; ++i) {
        std::string text;
        for (std::size_t size = random() % 80; text.size() < size;)
            text += letters[random() % letters.size()];
        expect_scan_as_next_row(text, '\n', taken);
        expect_scan_as_next_row(text, 'a', taken);
    }
    for (const char* text : {"a,\"b,c\",d\n", "\"\",\"x\"\r\n\"y\"", "\"a\nb\",c\n",
                             "1,\"0123456789,012345\",\"0123456789abcdef\"\n2,3"}) {
        const std::size_t before = taken;
        expect_scan_as_next_row(text, '\n', taken);
        EXPECT_GT(taken, before) << text;
    }
    EXPECT_GT(taken, 30'000u);
}

}  // namespace
}  // namespace freshet::record
