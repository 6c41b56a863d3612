#include "catalog/packing.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"

namespace freshet::catalog {
namespace {

Table whole_table() {
    Table table;
    table.database = "d";
    table.name = "t";
    table.partition_keys = {{"year", "string", "", {}}};
    table.storage.emplace().location = "s3://lake/t/";
    table.storage->parameters = {{"mark", "mark"}};
    table.storage->has_sub_directories = true;
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

/// What earlier versions wrote.
TEST(Packing, bytes_are_the_recorded_ones) {
    Table table;
    table.database = "lake";
    table.name = "trips";
    table.description = "d";
    table.owner = "o";
    table.type = "EXTERNAL_TABLE";
    table.retention = -1;
    Storage& storage = table.storage.emplace();
    storage.columns = {{"a", "bigint", "c", {{"k", "v"}}}};
    storage.location = "s3://lake/trips/";
    storage.input_format = "in";
    storage.output_format = "out";
    storage.is_compressed = true;
    storage.buckets = 300;
    storage.serde_name = "n";
    storage.serde = "x";
    storage.serde_parameters = {{"field.delim", ","}};
    storage.bucket_columns = {"a"};
    storage.sort_columns = {{"a", 1}};
    storage.more_locations = {"s3://lake/more/"};
    storage.skewed_columns = {"a"};
    storage.skewed_values = {"1"};
    storage.skewed_locations = {{"1", "s3://lake/1/"}};
    table.partition_keys = {{"day", "string", "", {}}};
    table.parameters = {{"EXTERNAL", "TRUE"}};
    table.created = from_epoch_ms(1'600'000'000'123);
    table.updated = from_epoch_ms(-5);
    table.version = 7;
    table.analyzed = from_epoch_ms(1);
    EXPECT_EQ(to_hex(pack(table)),
              "02046c616b650574726970730164016f0e45585445524e414c5f5441424c45ffffffffffffff"
              "ffff010101016106626967696e74016301016b01761073333a2f2f6c616b652f74726970732f"
              "02696e036f757401ac02016e0178010b6669656c642e64656c696d012c010161010161010000"
              "010f73333a2f2f6c616b652f6d6f72652f0101610101310101310c73333a2f2f6c616b652f31"
              "2f010364617906737472696e6700000000010845585445524e414c0454525545fb80babbc82e"
              "fbffffffffffffffff0107000101");
    ColumnStatistics column;
    column.column = "a";
    column.column_type = "double";
    column.analyzed = from_epoch_ms(1'600'000'000'123);
    column.kind = StatisticsKind::real;
    column.nulls = 3;
    column.distinct = 1 << 20;
    column.average_length = 2.5;
    column.low_real = -0.5;
    column.high_real = 1e300;
    column.low = -9;
    column.low_decimal = Decimal{"\x80", 2};
    EXPECT_EQ(to_hex(pack(column)),
              "02016106646f75626c65fb80babbc82e030380804000000080808080808080824001f7ffffff"
              "ffffffffff01000180808080808080f0bf01019ceb81c0c887f99b7e0101800200");
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
