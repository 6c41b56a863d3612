#include "catalog/packing.h"

#include <gtest/gtest.h>

namespace freshet::catalog {
namespace {

Table whole_table() {
    Table table;
    table.database = "d";
    table.name = "t";
    table.partition_keys = {{"year", "string", "", {}}};
    table.storage.emplace().location = "s3://lake/t/";
    table.storage->parameters = {{"mark", "mark"}};
    table.storage->sub_directories = true;
    table.created = table.updated = from_epoch_ms(1'767'000'000'123);
    table.version = 7;
    return table;
}

TEST(Packing, what_was_packed_is_read) {
    Table table = whole_table();
    table.accessed = from_epoch_ms(-1);
    table.storage->skewed_columns = {"a"};
    table.storage->skewed_locations = {{"1", "s3://lake/one/"}};
    Table read;
    ASSERT_TRUE(unpack(pack(table), read));
    EXPECT_EQ(read.accessed, table.accessed);
    EXPECT_FALSE(read.analyzed);
    EXPECT_EQ(read.storage->skewed_locations, table.storage->skewed_locations);
    ColumnStatistics statistics;
    statistics.kind = StatisticsKind::decimal;
    statistics.average_length = 4.5;
    statistics.low_decimal = Decimal{"\xff\x01", 2};
    statistics.low = -3;
    ColumnStatistics again;
    ASSERT_TRUE(unpack(pack(statistics), again));
    EXPECT_EQ(again.kind, statistics.kind);
    EXPECT_EQ(again.average_length, 4.5);
    EXPECT_EQ(again.low_decimal->unscaled, "\xff\x01");
    EXPECT_EQ(again.low, -3);
    EXPECT_FALSE(again.high);
}

TEST(Packing, version_1_is_read) {
    // It had neither the four empty lists after a storage descriptor nor the two absent times.
    std::string bytes = pack(whole_table());
    const std::string mark = "mark\x04mark\x01";
    bytes.erase(bytes.find(mark) + mark.size(), 4);
    bytes.resize(bytes.size() - 2);
    bytes[0] = 1;
    Table read;
    ASSERT_TRUE(unpack(bytes, read));
    EXPECT_EQ(read.version, 7);
    EXPECT_EQ(read.storage->location, "s3://lake/t/");
    EXPECT_EQ(read.partition_keys.at(0).name, "year");
    EXPECT_EQ(to_epoch_ms(read.updated), 1'767'000'000'123);
    EXPECT_FALSE(read.accessed);
    Partition partition;
    partition.values = {"2026"};
    bytes = pack(partition);
    bytes.resize(bytes.size() - 2);
    bytes[0] = 1;
    Partition old;
    ASSERT_TRUE(unpack(bytes, old));
    EXPECT_EQ(old.values, partition.values);
}

TEST(Packing, damaged_bytes_are_refused) {
    const std::string bytes = pack(whole_table());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        Table read;
        EXPECT_FALSE(unpack(std::string_view(bytes).substr(0, size), read)) << size;
    }
    Table read;
    EXPECT_FALSE(unpack("\x03" + bytes.substr(1), read));
}

}  // namespace
}  // namespace freshet::catalog
