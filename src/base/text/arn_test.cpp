#include "base/text/arn.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

struct Stream;

TEST(ParseArn, gives_its_parts_and_leaves_the_colons_of_the_resource) {
    const auto arn = parse_arn("arn:aws:logs:us-east-1:000000000000:log-group:g:log-stream:s");
    ASSERT_TRUE(arn);
    EXPECT_EQ(arn->service, "logs");
    EXPECT_EQ(arn->home, (Home{"000000000000", "us-east-1"}));
    EXPECT_EQ(arn->resource, "log-group:g:log-stream:s");
}

TEST(ParseArn, refuses_what_has_not_six_parts) {
    EXPECT_FALSE(parse_arn(""));
    EXPECT_FALSE(parse_arn("crimes"));
    EXPECT_FALSE(parse_arn("arn:aws:kinesis:us-east-1:000000000000"));
    EXPECT_FALSE(parse_arn("arn:aws:kinesis:us-east-1:000000000000:"));
    EXPECT_FALSE(parse_arn("urn:aws:kinesis:us-east-1:000000000000:stream/s"));
}

TEST(ArnText, of_a_name_is_read_as_that_name) {
    const ResourceName<Stream> name{{"000000000000", "us-east-1"}, "s"};
    const std::string text = arn_text("kinesis", name, "stream/");
    EXPECT_EQ(text, "arn:aws:kinesis:us-east-1:000000000000:stream/s");
    EXPECT_EQ(name_in_arn<Stream>(text, "stream/"), name);
    EXPECT_FALSE(name_in_arn<Stream>(text, "function:"));
}

}  // namespace
}  // namespace freshet
