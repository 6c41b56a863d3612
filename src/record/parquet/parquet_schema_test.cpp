#include "record/parquet/parquet_schema.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"

namespace freshet::record {
namespace {

// The front of the metadata of a file by Apache Arrow 26: schema, count of rows, the first columns
// of the row group.
constexpr std::string_view arrow_file =
    "FQQZ/CU1ABgGc2NoZW1hFTAAFQAlAhgERmxhZwAVAiUCGAFpABUEJQIYAWIAFQIlAhgEdGlueSUeTKwTCBEAAAAVAi"
    "UCGAVzbWFsbCUgTKwTEBEAAAAVAiUCGAJ1OCUWTKwTCBIAAAAVAiUCGAN1MTYlGEysExASAAAAFQIlAhgDdTMyJRpM"
    "rBMgEgAAABUEJQIYA3U2NCUcTKwTQBIAAAAVCCUCGAFmABUKJQIYAWQAFQwlAhgBcyUATBwAAAAVDCUCGANyYXcAFQ"
    "4VCBUCGAVmaXhlZAAVDhUKFQIYBXByaWNlJQoVBBUULFwVBBUUAAAAFQIlAhgDZGF5JQxMbAAAABUEJQIYAm1zJRJM"
    "jBIcHAAAAAAAFQQlAhgCdXMlFEyMERwsAAAAAAAVBCUCGAJuc2yMEhw8AAAAAAAVAiUCGAVjbG9ja2x8EhwcAAAAAA"
    "AVDhUEFQIYBGhhbGZs/AAAADUCGARsaXN0FQIVBkw8AAAANQQYBGxpc3QVAgA1AhgHZWxlbWVudBUEABUCJQIYAUEA"
    "NQIYBHRhZ3MVAhUGTDwAAAA1BBgEbGlzdBUCABUMJQIYB2VsZW1lbnQlAEwcAAAANQIYA21hcBUCFQJMLAAAADUEGA"
    "lrZXlfdmFsdWUVBAAVDCUAGANrZXklAEwcAAAAFQ4VIBUCGAV2YWx1ZSUKFRQVTCxcFRQVTAAAADUCGARkZWVwFQQA"
    "NQIYAXgVAgAVBCUCGAF5ABUCJQIYAXolDExsAAAAFgAZHBn8GyYAHBUAGRUGGRgERmxhZxUCFgAWABYAJgBJDAAAJg"
    "AcFQIZJQAGGRgBaRUCFgAWHBYeJgAmCCkcFQQVABUCAAAAJgAcFQQZJQAGGRgBYhUCFgAWHBYeJgAmJikcFQQVABUC"
    "AAAAJgAcFQIZJQAGGRgEdGlueRUCFgAWHBYeJgAmRCkcFQQVABUCAAAAJgAcFQIZJQAGGRgFc21hbGwVAhYAFhwWHi"
    "YAJmIpHBUEFQAVAgAAACYAHBUCGSUABhkYAnU4FQIWABYcFh4mACaAASkcFQQVABUCAAAAJgAcFQIZJQAGGRgDdTE2"
    "FQIWABYcFh4mACaeASkcFQQVABUCAAAAJgAcFQIZJQAGGRgDdTMyFQIWABYcFh4mACa8ASkcFQQVABUCAAAAJgAcFQ"
    "QZJQAGGRgDdTY0FQIWABYcFh4mACbaASkcFQQVABUCAAAAJgAcFQgZJQAGGRgBZhUCFgAWHBYeJgAm+AEpHA==";

// Format 1.0, INT96, lists whose element is called item.
constexpr std::string_view old_file =
    "FQIZXDUAGAZzY2hlbWEVBAAVBiUCGAF0ADUCGAFsFQIVBkw8AAAANQQYBGxpc3QVAgAVBCUCGARpdGVtABYCGRwZLC"
    "YAHBUGGSUEBhkYAXQVAhYCFmwWdCZAJggpLBUEFQQVAgAVABUEFQIAPCkGGSYAAgAAACYAHBUEGSUEBhk4AWwEbGlz"
    "dARpdGVtFQIWAhbIARbQASasASZ8HBgIAQAAAAAAAAAYCAEAAAAAAAAAFgAoCAEAAAAAAAAAGAgBAAAAAAAAABERAB"
    "ksFQQVBBUCABUAFQQVAgA8KSYCABlGAAAAAgAAABa0AhYCJggWxAIAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9u"
    "IDI2LjAuMRksHAAAHAAAAA==";

std::string decoded(std::string_view text) {
    std::string out;
    EXPECT_TRUE(base64_decode(text, out));
    return out;
}

std::string text_of(std::string_view metadata) {
    const auto schema = read_parquet_schema(metadata);
    if (!schema) return schema.error();
    std::string text = std::to_string(schema->rows) + " rows\n";
    for (const ParquetColumn& column : schema->columns)
        text += column.name + " " + column.type + "\n";
    return text;
}

TEST(ParquetSchema, each_type_has_the_name_that_hive_gives_it) {
    EXPECT_EQ(text_of(decoded(arrow_file)),
              "0 rows\nFlag boolean\ni int\nb bigint\ntiny tinyint\nsmall smallint\nu8 smallint\n"
              "u16 int\nu32 bigint\nu64 decimal(20,0)\nf float\nd double\ns string\nraw binary\n"
              "fixed binary\nprice decimal(10,2)\nday date\nms timestamp\nus timestamp\n"
              "ns timestamp\nclock int\nhalf float\n"
              "list array<struct<a:int,tags:array<string>>>\nmap map<string,decimal(38,10)>\n"
              "deep struct<x:struct<y:bigint>,z:date>\n");
}

TEST(ParquetSchema, the_first_format_is_read_too) {
    EXPECT_EQ(text_of(decoded(old_file)), "1 rows\nt timestamp\nl array<bigint>\n");
}

// A group with a repeated group, by hand: its content decides whether it is the element.
std::string element(std::string_view name, int repetition, int children, int converted = -1) {
    std::string out;
    if (children == 0) out += std::string("\x15\x02", 2);  // 1: INT32
    int last = children == 0 ? 1 : 0;
    const auto number = [&](int id, int value) {
        out += static_cast<char>((id - last) << 4 | 5);
        out += static_cast<char>(value << 1);
        last = id;
    };
    number(3, repetition);
    out += static_cast<char>((4 - last) << 4 | 8);
    out += static_cast<char>(name.size());
    out += name;
    last = 4;
    if (children > 0) number(5, children);
    if (converted >= 0) number(6, converted);
    return out + '\0';
}
std::string metadata_of(const std::vector<std::string>& elements) {
    std::string out = "\x15\x02\x19";
    out += static_cast<char>(elements.size() << 4 | 12);
    for (const std::string& one : elements) out += one;
    return out + std::string("\x16\x06\0", 3);
}

TEST(ParquetSchema, older_lists_follow_the_rules_of_the_format) {
    constexpr int map = 1, list = 3;
    const std::string root = element("root", 0, 1);
    EXPECT_EQ(text_of(metadata_of({root, element("l", 1, 1, list), element("x", 2, 0)})),
              "3 rows\nl array<int>\n");
    EXPECT_EQ(text_of(metadata_of(
                  {root, element("l", 1, 1, list), element("array", 2, 1), element("A", 1, 0)})),
              "3 rows\nl array<struct<a:int>>\n");
    EXPECT_EQ(text_of(metadata_of(
                  {root, element("l", 1, 1, list), element("l_tuple", 2, 1), element("a", 1, 0)})),
              "3 rows\nl array<struct<a:int>>\n");
    EXPECT_EQ(text_of(metadata_of(
                  {root, element("l", 1, 1, list), element("bag", 2, 1), element("a", 1, 0)})),
              "3 rows\nl array<int>\n");
    EXPECT_EQ(text_of(metadata_of({root, element("r", 2, 0)})), "3 rows\nr array<int>\n");
    EXPECT_EQ(text_of(metadata_of({root, element("m", 1, 1, map), element("map", 2, 2),
                                   element("key", 0, 0), element("value", 1, 0)})),
              "3 rows\nm map<int,int>\n");
    EXPECT_EQ(text_of(metadata_of(
                  {root, element("m", 1, 1, map), element("map", 2, 1), element("key", 0, 0)})),
              "its map map is not made of keys and values");
    EXPECT_EQ(text_of(metadata_of({root, element("s", 1, 1), element("a:b", 1, 0)})),
              "its field 'a:b' has a name that Hive's types cannot say");
}

TEST(ParquetSchema, what_is_cut_or_lies_is_refused) {
    const std::string whole = decoded(arrow_file);
    const std::size_t enough = whole.size() - 280;
    for (std::size_t size = 0; size < enough && size < 560; ++size)
        EXPECT_FALSE(read_parquet_schema(whole.substr(0, size))) << size;
    EXPECT_FALSE(read_parquet_schema(metadata_of({element("root", 0, 2), element("a", 1, 0)})));
    EXPECT_FALSE(read_parquet_schema(
        metadata_of({element("root", 0, 1), element("a", 1, 0), element("b", 1, 0)})));
    std::vector<std::string> deep{element("root", 0, 1)};
    std::string list = "\x15\x02\x19\xfc\x65";
    for (int i = 0; i < 100; ++i) list += element("g", 1, 1);
    list += element("a", 1, 0) + std::string("\x16\x06\0", 3);
    EXPECT_EQ(text_of(list), "its Parquet schema is deeper than 32 levels");
    // A list that claims four thousand million elements, and structs in structs without end.
    EXPECT_FALSE(read_parquet_schema("\x15\x02\x19\xfc\xff\xff\xff\xff\x0f"));
    EXPECT_FALSE(read_parquet_schema(std::string(100'000, '\x1c')));
}

TEST(ParquetSchema, the_tail_says_how_long_the_metadata_are) {
    EXPECT_EQ(parquet_metadata_bytes(std::string_view("\x10\x01\0\0PAR1", 8), 1000), 272u);
    EXPECT_FALSE(parquet_metadata_bytes(std::string_view("\x10\x01\0\0PAR1", 8), 200));
    EXPECT_FALSE(parquet_metadata_bytes(std::string_view("\0\0\0\0PAR1", 8), 200));
    EXPECT_FALSE(parquet_metadata_bytes(std::string_view("\x10\0\0\0PARE", 8), 200));
    EXPECT_FALSE(parquet_metadata_bytes(std::string_view("12345678", 8), 200));
    EXPECT_FALSE(parquet_metadata_bytes("PAR1", 4));
}

}  // namespace
}  // namespace freshet::record
