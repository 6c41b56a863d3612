// Schedule expressions, rate(5 minutes) and cron(0 10 ? * MON-FRI *), in UTC: of EventBridge rules
// and of Glue triggers.
#pragma once
#include <bitset>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace freshet {

class ScheduleExpression {
  public:
    /// Nothing when `text` is not a valid expression, judged as AWS does.
    static std::optional<ScheduleExpression> parse(std::string_view text);
    /// The first tick after `after`. rate: one period later. Nothing when there is none before
    /// 2200.
    std::optional<Timestamp> next(Timestamp after) const;

  private:
    struct Day {
        enum Kind {
            any,
            numbers,
            last,
            last_weekday,
            nearest_weekday,
            last_of_week,
            nth_of_week
        } kind = any;
        int number = 0;  ///< of the month or of the week (0 = Sunday)
        int nth = 0;
        std::bitset<32> set;
    };
    static std::optional<ScheduleExpression> parse_rate(std::string_view text);
    static std::optional<ScheduleExpression> parse_cron(std::string_view text);
    bool has_day(int year, unsigned month, unsigned day) const;

    Millis period_{};  ///< of rate; zero for cron
    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<13> months_;
    std::bitset<230> years_;  ///< from 1970
    Day month_day_, week_day_;
    bool is_by_week_ = false;  ///< the day of the month is '?'
};

}  // namespace freshet
