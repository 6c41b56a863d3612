#include <gtest/gtest.h>

#include "record/decode.h"

namespace freshet::record {
namespace {

std::string columns_of(const Discovered& found) {
    std::string text;
    for (const Column& column : found.schema.columns)
        text += column.name + " " + to_string(column.type) + "|" + column.mapping + "\n";
    return text;
}

// Developer guide, "Using the schema discovery feature on static data".
TEST(Discover, the_documented_csv_with_a_header) {
    const auto found = discover(
        {Bytes::copy("year,month,state,producer_type,energy_source,units,consumption\r\n"
                     "2001,1,AK,TotalElectricPowerIndustry,Coal,ShortTons,47615\r\n"
                     "2001,1,AK,ElectricGeneratorsElectricUtilities,Coal,ShortTons,16535\r\n"
                     "2001,1,AL,TotalElectricPowerIndustry,Coal,ShortTons,3020601\r\n")});
    ASSERT_TRUE(found);
    EXPECT_EQ(
        columns_of(*found),
        "COL_year INTEGER|\nCOL_month INTEGER|\nstate VARCHAR(4)|\nproducer_type VARCHAR(64)|\n"
        "energy_source VARCHAR(4)|\nunits VARCHAR(16)|\nconsumption INTEGER|\n");
    EXPECT_EQ(found->schema.format.row_delimiter, "\r\n");
    EXPECT_EQ(found->rows.size(), 4u);
}

TEST(Discover, names_are_made_safe) {
    const auto found = discover({Bytes::copy(
        R"({"USER":"a","USER@DOMAIN":"b","@@":"c","9x":1,"Price":1.5,"deep":{"ok":true}})")});
    ASSERT_TRUE(found);
    EXPECT_EQ(columns_of(*found),
              "COL_USER VARCHAR(4)|$.USER\nCOL_USERDOMAIN VARCHAR(4)|$.USER@DOMAIN\nCOL_2 "
              "VARCHAR(4)|$.@@\n"
              "COL_9x INTEGER|$.9x\nPrice DOUBLE|$.Price\nok BOOLEAN|$.deep.ok\n");
}

TEST(Discover, csv_without_a_header_and_with_quotes) {
    const auto found =
        discover({Bytes::copy("1,\"a, b\",x\n2,\"c\",3000000000\n"), Bytes::copy("3,d,7")});
    ASSERT_TRUE(found);
    EXPECT_EQ(columns_of(*found), "COL_0 INTEGER|\nCOL_1 VARCHAR(4)|\nCOL_2 VARCHAR(16)|\n");
}

TEST(Discover, an_array_of_objects_is_a_row_an_element) {
    for (const char* text :
         {R"([{"a":1},{"a":2}])", "\xef\xbb\xbf\n  [ {\"a\":1},\n {\"a\":2} ]\n"}) {
        const auto found = discover({Bytes::copy(text)});
        ASSERT_TRUE(found) << text;
        EXPECT_TRUE(found->schema.format.is_json);
        EXPECT_EQ(found->schema.format.row_path, "$[0:]");
        EXPECT_EQ(columns_of(*found), "a INTEGER|$.a\n");
        EXPECT_EQ(found->rows.size(), 2u);
        auto decoder = make_decoder(found->schema);
        ASSERT_TRUE(decoder);
        Batch batch = empty_batch(found->schema.columns);
        Arena arena;
        std::size_t at = 0;
        (*decoder)->decode({text, true}, at, 100, 0, arena, batch,
                           [](const BadRow& row) { ADD_FAILURE() << row.message; });
        ASSERT_EQ(batch.rows(), 2u);
        EXPECT_EQ(batch.columns[0].integers[1], 2);
    }
}

TEST(Discover, a_byte_order_mark_and_blanks_hide_no_format) {
    auto found = discover({Bytes::copy("\xef\xbb\xbf \r\n\t{\"a\":1}\n{\"a\":2}")});
    ASSERT_TRUE(found);
    EXPECT_EQ(columns_of(*found), "a INTEGER|$.a\n");
    found = discover({Bytes::copy("\xef\xbb\xbfid,n\nx,1\ny,2\n")});
    ASSERT_TRUE(found);
    EXPECT_EQ(columns_of(*found), "id VARCHAR(4)|\nn INTEGER|\n");
}

TEST(Discover, json_without_objects_is_no_csv) {
    for (const char* text :
         {"[1,2]\n[3,4]", "[[1,2],[3,4]]", "{\"a\":1,\"b\":2\n{\"a\":1,\"b\":2\n", "[{\"a\":1},2]"})
        EXPECT_FALSE(discover({Bytes::copy(text)})) << text;
}

TEST(Discover, csv_whose_cells_look_like_json_is_csv) {
    for (const char* text : {"\"{\"\"a\"\":1}\",x\n\"{\"\"a\"\":2}\",y\n", "[1],2\n[3],4\n",
                             "{x},1\n{y},2\n", "1,{\"a\":1}\n2,{\"a\":2}\n"}) {
        const auto found = discover({Bytes::copy(text)});
        ASSERT_TRUE(found) << text;
        EXPECT_FALSE(found->schema.format.is_json) << text;
        EXPECT_EQ(found->schema.columns.size(), 2u) << text;
    }
}

TEST(Discover, tabs_win_over_commas_in_texts) {
    const auto found = discover({Bytes::copy("a, b, c\t1\nd, e, f\t2\n")});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->schema.format.column_delimiter, "\t");
    EXPECT_EQ(columns_of(*found), "COL_0 VARCHAR(8)|\nCOL_1 INTEGER|\n");
}

TEST(Discover, commas_of_numbers_between_semicolons_are_no_delimiters) {
    for (const char* text : {"1;2,5;3,5\n2;1,5;4,5\n", "2,5;3,5\n1.234.567,5;-4,5\n"}) {
        const auto found = discover({Bytes::copy(text)});
        ASSERT_TRUE(found);
        EXPECT_EQ(found->schema.format.column_delimiter, ";") << text;
        EXPECT_FALSE(found->has_header) << text;
    }
    const auto named = discover({Bytes::copy("place;price\nBerlin;2,5\nKiel;1.200,75\n")});
    ASSERT_TRUE(named);
    EXPECT_TRUE(named->has_header);
    EXPECT_EQ(columns_of(*named), "place VARCHAR(8)|\nprice VARCHAR(8)|\n");
    const auto between_commas = discover({Bytes::copy("1,a;b,2\n2,c;d,3\n")});
    ASSERT_TRUE(between_commas);
    EXPECT_EQ(between_commas->schema.format.column_delimiter, ",");
}

TEST(Discover, scalars_a_line_are_one_column) {
    const auto found = discover({Bytes::copy("1\n2\n3\n")});
    ASSERT_TRUE(found);
    EXPECT_EQ(columns_of(*found), "COL_0 INTEGER|\n");
    EXPECT_EQ(found->schema.format.column_delimiter, ",");
}

TEST(Discover, what_is_neither_is_refused) {
    EXPECT_FALSE(discover({}));
    EXPECT_FALSE(discover({Bytes::copy(std::string("\xff\xfe\0\x01", 4))}));
    EXPECT_FALSE(discover({Bytes::copy("one line of prose without delimiters")}));
}

}  // namespace
}  // namespace freshet::record
