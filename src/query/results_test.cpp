#include "query/results.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"

namespace freshet::query {
namespace {

/// Clients of Athena read it beside the result.
TEST(Results, metadata_bytes_are_the_recorded_ones) {
    const std::vector<Column> columns{{"n", "bigint", 19, 0, false},
                                      {"d", "decimal", 38, 7, false},
                                      {"s", "varchar", 2147483647, 0, true},
                                      {"a", "array", 0, 0, false}};
    EXPECT_EQ(to_hex(metadata_bytes("0f1d2c3b", columns)),
              "0a083066316432633362221c0a046869766522016e2a016e3206626967696e74381340004803"
              "5000221d0a04686976652201642a01643207646563696d616c382640074803500022210a0468"
              "6976652201732a017332077661726368617238ffffffff0740004803500122150a0468697665"
              "2201612a0161320561727261794803");
}

TEST(Results, a_line_gives_its_cells) {
    const std::string text = "\"a\",,\"say \"\"hi\"\"\",\"\"\n\"two\nlines\",\"x,y\",\"\",\n";
    std::size_t at = 0;
    Row row;
    ASSERT_TRUE(read_csv_line(text, at, 4, row));
    EXPECT_EQ(row, (Row{"a", std::nullopt, "say \"hi\"", ""}));
    ASSERT_TRUE(read_csv_line(text, at, 4, row));
    EXPECT_EQ(row, (Row{"two\nlines", "x,y", "", std::nullopt}));
    EXPECT_EQ(at, text.size());
    EXPECT_FALSE(read_csv_line(text, at, 4, row));
}

TEST(Results, a_line_that_is_cut_is_not_read) {
    const std::string line = "\"a\"\"b\",,\"c\"\n";
    for (std::size_t size = 0; size < line.size(); ++size) {
        std::size_t at = 0;
        Row row;
        EXPECT_FALSE(read_csv_line(std::string_view(line).substr(0, size), at, 3, row)) << size;
        EXPECT_EQ(at, 0U);
    }
}

TEST(Results, columns_have_athenas_types_and_precisions) {
    sql::trino::Type type;
    type.kind = sql::trino::TypeKind::decimal;
    type.precision = 10;
    type.scale = 2;
    Column column = column_of("price", type);
    EXPECT_EQ(column.type, "decimal");
    EXPECT_EQ(column.precision, 10);
    EXPECT_EQ(column.scale, 2);
    type = {};
    type.kind = sql::trino::TypeKind::real;
    EXPECT_EQ(column_of("r", type).type, "float");
    type.kind = sql::trino::TypeKind::timestamp_tz;
    EXPECT_EQ(column_of("t", type).type, "timestamp with time zone");
    column = column_of("s", sql::trino::varchar_type());
    EXPECT_EQ(column.precision, 2147483647);
    EXPECT_TRUE(column.is_case_sensitive);
}

}  // namespace
}  // namespace freshet::query
