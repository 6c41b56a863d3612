#include "delivery/options.h"

#include <gtest/gtest.h>

namespace freshet::delivery {
namespace {

TEST(DeliveryOptions, come_back_as_they_were_packed) {
    Options options;
    options.partitioning.emplace();
    options.conversion = Conversion{
        true, SchemaPlace{"role", std::nullopt, "d", "t", std::nullopt, "LATEST"},
        Serde{SerdeKind::hive_json, {{"TimestampFormats", "millis"}, {"TimestampFormats", "yyyy"}}},
        Serde{SerdeKind::parquet, {{"Compression", "GZIP"}}}};
    const auto read = unpack_options(pack(options));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, options);
    EXPECT_TRUE(read->is_converting());
    options.conversion->is_converting = false;
    EXPECT_FALSE(options.is_converting());
}

TEST(DeliveryOptions, of_version_1_have_no_conversion) {
    const std::string_view written("\x01\x00\x01\xd8\x04\x00\x00\x00", 8);
    const auto read = unpack_options(written);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->partitioning->retry_s, 300);
    EXPECT_FALSE(read->conversion);
    EXPECT_EQ(pack(*read), std::string("\x02\x00\x01\xd8\x04\x00\x00\x00\x00", 9));
}

TEST(DeliveryOptions, damaged_bytes_are_an_error) {
    Options options;
    options.conversion.emplace();
    const std::string good = pack(options);
    EXPECT_FALSE(unpack_options(good.substr(0, good.size() - 1)));
    EXPECT_FALSE(unpack_options(good + '\0'));
    EXPECT_FALSE(unpack_options("\x03"));
}

}  // namespace
}  // namespace freshet::delivery
