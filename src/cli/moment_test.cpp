#include "cli/moment.h"

#include <gtest/gtest.h>

namespace freshet::cli {
namespace {

constexpr Timestamp now = Timestamp(Millis(1'767'225'600'000));

std::optional<Timestamp> time_of(std::string_view text) {
    const auto moment = parse_moment(text, now);
    if (!moment || moment->kind != Moment::Kind::time) return std::nullopt;
    return moment->time;
}

TEST(Moment, is_a_time_or_so_long_ago) {
    EXPECT_EQ(time_of("2026-01-01T00:00:00Z"), now);
    EXPECT_EQ(time_of("2026-01-01T01:00:00.250+01:00"), now + 250ms);
    EXPECT_EQ(time_of("now"), now);
    EXPECT_EQ(time_of("30s"), now - 30s);
    EXPECT_EQ(time_of("15m"), now - 15min);
    EXPECT_EQ(time_of("2h"), now - 2h);
    EXPECT_EQ(time_of("7d"), now - 7 * 24h);
}

TEST(Moment, is_an_end_of_the_stream) {
    EXPECT_EQ(parse_moment("trim-horizon", now)->kind, Moment::Kind::trim_horizon);
    EXPECT_EQ(parse_moment("start", now)->kind, Moment::Kind::trim_horizon);
    EXPECT_EQ(parse_moment("latest", now)->kind, Moment::Kind::latest);
}

TEST(Moment, is_nothing_else) {
    for (const char* text : {"", "m", "15", "15 m", "-5m", "15w", "1.5h", "99999999999m",
                             "yesterday", "2026-01-01", "2026-13-01T00:00:00Z"})
        EXPECT_FALSE(parse_moment(text, now)) << text;
}

}  // namespace
}  // namespace freshet::cli
