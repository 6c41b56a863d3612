#include "delivery/naming/prefix.h"

#include <gtest/gtest.h>

#include "delivery/errors.h"

namespace freshet::delivery {
namespace {

const Timestamp instant = *parse_iso8601("2018-08-27T10:30:00Z");

std::string evaluated(std::optional<std::string> prefix, Timestamp at = instant) {
    auto text = evaluate_prefix(prefix, {at, std::nullopt, 7, nullptr});
    return text ? *text : "refused: " + text.error().message();
}

TEST(Prefix, golden_vectors) {
    EXPECT_EQ(evaluated(std::nullopt), "2018/08/27/10/");
    EXPECT_EQ(evaluated("legacy"), "legacy2018/08/27/10/");
    EXPECT_EQ(evaluated("a/"), "a/2018/08/27/10/");
    EXPECT_EQ(evaluated("year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/"
                        "hour=!{timestamp:HH}/"),
              "year=2018/month=08/day=27/hour=10/");
    EXPECT_EQ(evaluated("!{timestamp:'year='yyyy'/month='MM'/'}"), "year=2018/month=08/");
    EXPECT_EQ(evaluated("x/!{firehose:random-string}/").size(), std::string("x//").size() + 11);
    EXPECT_NE(evaluated("!{firehose:random-string}!{firehose:random-string}").substr(0, 11),
              evaluated("!{firehose:random-string}!{firehose:random-string}").substr(11));
    EXPECT_EQ(evaluated("!{timestamp:YYYY-'W'ww}", *parse_iso8601("2024-12-30T00:00:00Z")),
              "2025-W01");
    EXPECT_EQ(evaluated("!{timestamp:uuuu MMM MMMM E EEEE D a h K k S Q}"),
              "2018 Aug August Mon Monday 239 AM 10 10 10 0 3");
}

TEST(Prefix, times_are_those_of_the_zone) {
    const TimeZone* zone = TimeZone::find("America/Chicago");
    const auto in_zone = [&](const char* prefix, const char* at) {
        return *evaluate_prefix(prefix, {*parse_iso8601(at), std::nullopt, 7, zone});
    };
    EXPECT_EQ(in_zone("d/", "2024-01-01T03:30:00Z"), "d/2023/12/31/21/");
    EXPECT_EQ(in_zone("!{timestamp:yyyy-MM-dd'T'HH:mm VV z x xx Z O}", "2024-07-01T03:30:00Z"),
              "2024-06-30T22:30 America/Chicago CDT -05 -0500 -0500 GMT-5");
    const TimeZone* india = TimeZone::find("Asia/Kolkata");
    EXPECT_EQ(
        *evaluate_prefix("!{timestamp:HH:mm X ZZZZ O OOOO}", {instant, std::nullopt, 7, india}),
        "16:00 +0530 GMT+05:30 GMT+5:30 GMT+05:30");
}

TEST(Prefix, what_is_wrong_is_refused_when_it_is_given) {
    EXPECT_TRUE(check_prefixes("a/", std::nullopt));
    EXPECT_FALSE(check_prefixes("year=!{timestamp:yyyy}", std::nullopt));
    EXPECT_TRUE(check_prefixes("year=!{timestamp:yyyy}", "err/"));
    EXPECT_FALSE(check_prefixes("a", "err/!{timestamp:yyyy}/"));
    for (const char* bad :
         {"!{timestamp:b}", "!{timestamp:}", "!{timestamp:yyyy", "!{moon:phase}",
          "!{firehose:error-output-type}", "!{timestamp:'yyyy}", "!{partitionKeyFromQuery:c}"}) {
        EXPECT_FALSE(check_prefixes(bad, "err/!{firehose:error-output-type}")) << bad;
    }
}

}  // namespace
}  // namespace freshet::delivery
