// What an application says when something is wrong: the words, where they go, and the line for
// CloudWatch Logs.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "analytics/ports.h"
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

/// Says what is wrong, once each time it changes: to the server's log, to the log streams of
/// CloudWatch that the application names, and in its figures. Home core of the run; all that it is
/// given must outlive it.
class Trouble {
  public:
    Trouble(io::Core& home, Siblings& siblings, const Application& application, Figures& figures)
        : home_(home), siblings_(siblings), application_(application), figures_(figures) {}
    /// What the run waits for.
    void waits_for(const Error& error);
    void is_over() { figures_.trouble.clear(); }
    /// How many KPL aggregates a chunk of `records` records had.
    void saw_aggregates(std::uint64_t aggregates, std::size_t records);

  private:
    void report(const char* code, const std::string& message);

    io::Core& home_;
    Siblings& siblings_;
    const Application& application_;
    Figures& figures_;
};

}  // namespace freshet::analytics
