// What an application says when something is wrong: the words, and the line for CloudWatch Logs.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "analytics/types.h"

namespace freshet::analytics {

inline constexpr std::string_view advice_without_function =
    "the records are KPL aggregates; add a function that opens them";
inline constexpr std::string_view advice_of_function =
    "the function hands on KPL aggregates; it must open them";

/// The log streams that the application's options name; without an option, the one that AWS's
/// console makes for it, "/aws/kinesis-analytics/NAME", so that the line is somewhere.
std::vector<std::string> log_streams_of(const Application& application);
/// A JSON object with the members of AWS's error messages (developer guide, "Monitoring with
/// CloudWatch Logs").
std::string trouble_line(const Application& application, std::string_view code,
                         std::string_view message);

}  // namespace freshet::analytics
