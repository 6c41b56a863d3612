// What a call's outcome reads like: the payload of a failed call and the last lines of its log, in
// Lambda's words. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "sandbox/sandbox.h"

namespace freshet::functions {

/// Why a call has no answer of its handler.
struct Failed {
    std::string type;  ///< "Sandbox.Timedout"
    std::string message;
    bool operator==(const Failed&) const = default;
};
/// Nothing when `outcome` has the handler's own answer or error.
std::optional<Failed> failure_of(const sandbox::Outcome& outcome, int timeout_s);

/// {"errorType": ..., "errorMessage": ...}
Bytes error_payload(std::string_view type, std::string_view message);

/// "REPORT RequestId: ...", with the duration that Lambda would bill.
std::string report_line(std::string_view request_id, const sandbox::Outcome& outcome,
                        int memory_mib);

}  // namespace freshet::functions
