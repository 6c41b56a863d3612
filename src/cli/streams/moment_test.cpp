#include "cli/streams/moment.h"

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

TEST(TimeRange, has_its_beginning_and_not_its_end) {
    const auto range = parse_range("2h", "--to", "1h", now);
    ASSERT_TRUE(range);
    EXPECT_FALSE(range->is_behind(now - 1h - 1ms));
    EXPECT_TRUE(range->is_behind(now - 1h));
    EXPECT_FALSE(range->is_over(now - 1h - 1ms));
    EXPECT_TRUE(range->is_over(now - 1h));
}

TEST(TimeRange, ends_with_what_is_there_or_never) {
    const auto all = parse_range("start", "--to", "latest", now);
    const auto on = parse_range("now", "--to", "", now);
    EXPECT_TRUE(all && all->is_over(now) && !all->is_behind(now));
    EXPECT_TRUE(on && !on->is_over(now + 24h) && !on->is_behind(now + 24h));
}

TEST(TimeRange, says_what_is_wrong_with_which) {
    const auto words_of = [](const char* from, const char* until) {
        return parse_range(from, "--to", until, now).error().message();
    };
    EXPECT_TRUE(words_of("x", "").starts_with("--from x is not a time"));
    EXPECT_TRUE(words_of("now", "y").starts_with("--to y is not a time"));
    EXPECT_TRUE(words_of("now", "start").starts_with("--to start is not a time"));
    EXPECT_EQ(words_of("1h", "2h"), "--to 2h is before --from 1h");
}

}  // namespace
}  // namespace freshet::cli
