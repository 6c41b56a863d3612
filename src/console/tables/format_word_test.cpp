#include "console/tables/format_word.h"

#include <gtest/gtest.h>

namespace freshet::console {
namespace {

TEST(FormatWord, is_that_of_the_serde) {
    EXPECT_EQ(format_word("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", {}),
              "Parquet");
    EXPECT_EQ(format_word("org.apache.hadoop.hive.serde2.OpenCSVSerde", {}), "CSV");
    EXPECT_EQ(format_word("org.openx.data.jsonserde.JsonSerDe", {}), "JSON");
    EXPECT_EQ(format_word("org.apache.hadoop.hive.ql.io.orc.OrcSerde", {}), "ORC");
}

TEST(FormatWord, of_delimited_text_follows_its_delimiter) {
    const char* lazy = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
    EXPECT_EQ(format_word(lazy, {{"field.delim", ","}}), "CSV");
    EXPECT_EQ(format_word(lazy, {{"field.delim", "\t"}}), "TSV");
    EXPECT_EQ(format_word(lazy, {}), "text");
}

TEST(FormatWord, of_another_serde_is_the_name_of_its_class) {
    EXPECT_EQ(format_word("com.example.OtherSerDe", {}), "OtherSerDe");
    EXPECT_EQ(format_word("", {}), "");
    EXPECT_EQ(format_word("", {{"table_type", "ICEBERG"}}), "Iceberg");
}

}  // namespace
}  // namespace freshet::console
