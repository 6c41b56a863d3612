#include "base/schedule_expression.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

std::string next(std::string_view text, std::string_view after) {
    const auto expression = ScheduleExpression::parse(text);
    if (!expression) return "invalid";
    const auto at = expression->next(*parse_iso8601(after));
    return at ? to_iso8601(*at).substr(0, 16) : "never";
}

TEST(ScheduleExpression, ticks_as_the_documents_say) {
    EXPECT_EQ(next("rate(1 minute)", "2026-01-01T00:00:30Z"), "2026-01-01T00:01");
    EXPECT_EQ(next("rate(3 hours)", "2026-01-01T00:00:00Z"), "2026-01-01T03:00");
    EXPECT_EQ(next("cron(0 * * * ? *)", "2026-01-01T00:00:00Z"), "2026-01-01T01:00");
    EXPECT_EQ(next("cron(0/15 * * * ? *)", "2026-01-01T00:01:00Z"), "2026-01-01T00:15");
    EXPECT_EQ(next("cron(15 10 ? * 6L 2022-2035)", "2026-01-01T00:00:00Z"), "2026-01-30T10:15");
    EXPECT_EQ(next("cron(0 2 ? * SAT#3 *)", "2026-01-01T00:00:00Z"), "2026-01-17T02:00");
    EXPECT_EQ(next("cron(0/5 5 ? JAN 1-5 2022)", "2022-01-01T00:00:00Z"), "2022-01-02T05:00");
    EXPECT_EQ(next("cron(0 8 1 * ? *)", "2026-01-01T08:00:00Z"), "2026-02-01T08:00");
    EXPECT_EQ(next("cron(0 10 ? * MON-FRI *)", "2026-01-02T10:00:00Z"), "2026-01-05T10:00");
    EXPECT_EQ(next("cron(0 0 L * ? *)", "2024-02-01T00:00:00Z"), "2024-02-29T00:00");
    EXPECT_EQ(next("cron(0 0 15W * ? *)", "2026-02-01T00:00:00Z"), "2026-02-16T00:00");
    EXPECT_EQ(next("cron(0 0 1W * ? *)", "2026-08-01T00:00:00Z"), "2026-08-03T00:00");
    EXPECT_EQ(next("cron(0 0 LW * ? *)", "2026-05-01T00:00:00Z"), "2026-05-29T00:00");
    EXPECT_EQ(next("cron(0 0 ? * FRI-MON *)", "2026-01-06T00:00:00Z"), "2026-01-09T00:00");
    EXPECT_EQ(next("cron(0 0 29 2 ? 2025)", "2024-03-01T00:00:00Z"), "never");
}

TEST(ScheduleExpression, what_aws_refuses_is_refused) {
    for (const char* text : {"rate(10 seconds)",
                             "rate(1 minutes)",
                             "rate(10 minute)",
                             "rate(0 minutes)",
                             "rate( 10 minutes )",
                             "RATE(10 minutes)",
                             " rate(10 minutes)",
                             "rate(-1 minutes)",
                             "rate(10  minutes)",
                             "cron(0 1 * * * *)",
                             "cron(71 8 1 * ? *)",
                             "cron(7 20 * * NOT *)",
                             "cron(0 1 ? * ? *)",
                             "cron(0 1 * * ?)",
                             "cron(0 24 * * ? *)",
                             "cron(0 1 32 * ? *)",
                             "cron(0 1 ? * 8 *)",
                             "cron(0 1 ? * 3#6 *)",
                             "cron(*/0 1 * * ? *)",
                             "cron()",
                             "",
                             ")"})
        EXPECT_FALSE(ScheduleExpression::parse(text)) << text;
}

}  // namespace
}  // namespace freshet
