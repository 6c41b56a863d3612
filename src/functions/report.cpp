#include "functions/report.h"

#include <fmt/format.h>

#include <chrono>

#include "base/check.h"

namespace freshet::functions {
namespace {

std::string milliseconds(std::chrono::microseconds time) {
    return fmt::format("{:.2f} ms", static_cast<double>(time.count()) / 1000);
}

/// JSON's escapes of what our messages may hold.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out;
}

}  // namespace

std::optional<Failed> failure_of(const sandbox::Outcome& outcome, int timeout_s) {
    using sandbox::Ending;
    switch (outcome.ending) {
        case Ending::answered:
        case Ending::handler_error:
            return std::nullopt;
        case Ending::timed_out:
            return Failed{"Sandbox.Timedout",
                          fmt::format("Task timed out after {}.00 seconds", timeout_s)};
        case Ending::out_of_memory:
            return Failed{"Runtime.OutOfMemory", "Runtime exited with error: signal: killed"};
        case Ending::exited:
            return Failed{"Runtime.ExitError",
                          outcome.status.empty() ? "Runtime exited without providing a reason"
                                                 : "Runtime exited with error: " + outcome.status};
        case Ending::cut_off:
            return Failed{"Runtime.TruncatedResponse", "The answer ended before its length"};
        case Ending::too_large:
            return Failed{
                "Function.ResponseSizeTooLarge",
                fmt::format(
                    "Response payload size exceeded maximum allowed payload size ({} bytes).",
                    sandbox::answer_bytes_max)};
    }
    return std::nullopt;
}

Bytes error_payload(std::string_view type, std::string_view message) {
    return Bytes::own(
        fmt::format(R"({{"errorType":"{}","errorMessage":"{}"}})", type, escaped(message)));
}

std::string report_line(std::string_view request_id, const sandbox::Outcome& outcome,
                        int memory_mib) {
    FRESHET_CHECK(outcome.duration.count() >= 0);  // of a clock that does not go back
    const auto billed_ms = (outcome.duration.count() + 999) / 1000;
    return fmt::format(
        "REPORT RequestId: {}\tDuration: {}\tBilled Duration: {} ms\tMemory Size: {} "
        "MB\tMax Memory Used: {} MB{}",
        request_id, milliseconds(outcome.duration), billed_ms, memory_mib,
        outcome.memory_bytes_peak >> 20,
        outcome.init.count() ? "\tInit Duration: " + milliseconds(outcome.init) : "");
}

}  // namespace freshet::functions
