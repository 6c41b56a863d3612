// INTERVAL '...' unit [TO unit]: the value of the text (SQL reference, "Interval literals").
#pragma once
#include <optional>
#include <string_view>

#include "sql/streaming/tree.h"

namespace freshet::sql::streaming {

/// `from` and `to` are YEAR, MONTH, DAY, HOUR, MINUTE or SECOND; `to` is empty for a single unit.
std::optional<IntervalValue> parse_interval(std::string_view text, std::string_view from,
                                            std::string_view to);
bool is_interval_unit(std::string_view word);
/// Whether `than` TO `word` is an interval's qualifier: DAY TO SECOND.
bool is_smaller_unit(std::string_view than, std::string_view word);

}  // namespace freshet::sql::streaming
