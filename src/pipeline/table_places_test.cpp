#include "pipeline/table_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* hourly = "year=!{timestamp:yyyy}/hour=!{timestamp:HH}/";

std::vector<TablePlace> places() {
    Problems problems;
    return table_places(
        read_yaml("tables:\n"
                  "  d.rows: {location: 's3://lake/rows', partitions: {year: "
                  "string, hour: string}}\n"
                  "  d.inner: {location: 's3://lake/rows/year=x/', partitions: "
                  "{hour: string}}\n"
                  "  d.flat: {location: 's3://lake/flat/'}\n"
                  "  d.nowhere: \n",
                  problems));
}

TEST(TablePlaces, a_prefix_of_folders_by_key_lies_in_its_table) {
    EXPECT_THAT(tables_below(places(), "lake", std::string("rows/") + hourly),
                ElementsAre("d.rows"));
    EXPECT_THAT(tables_below(places(), "lake", "rows/Year=1/HOUR=2/more/"), ElementsAre("d.rows"));
    EXPECT_THAT(tables_below(places(), "lake", "rows/year=x/hour=2/"), ElementsAre("d.inner"));
}

TEST(TablePlaces, other_prefixes_lie_in_none) {
    for (const char* prefix : {"", "rows/", "rows/2026/01/", "rows/year=1/", "rows/year=1/hour=2",
                               "rows/hour=1/year=2/", "flat/year=1/hour=2/", "rowsyear=1/hour=2/"})
        EXPECT_THAT(tables_below(places(), "lake", prefix), IsEmpty()) << prefix;
    EXPECT_THAT(tables_below(places(), "other", std::string("rows/") + hourly), IsEmpty());
}

}  // namespace
}  // namespace freshet::pipeline
