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

TEST(Discover, what_is_neither_is_refused) {
    EXPECT_FALSE(discover({}));
    EXPECT_FALSE(discover({Bytes::copy(std::string("\xff\xfe\0\x01", 4))}));
    EXPECT_FALSE(discover({Bytes::copy("one line of prose without delimiters")}));
}

}  // namespace
}  // namespace freshet::record
