// The words of the functions service.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/resource.h"
#include "base/time.h"
#include "functions/policy.h"

namespace freshet::functions {

struct Function;
using FunctionKey = ResourceName<Function>;

/// What a user sets, besides the code.
struct Settings {
    std::string runtime, handler, role, description;
    int timeout_s = 3;
    int memory_mib = 128;
    std::map<std::string, std::string> environment;
    std::string log_group;  ///< "" for /aws/lambda/NAME
    bool operator==(const Settings&) const = default;
};

struct Function {
    FunctionKey key;
    Settings settings;
    std::string code_sha256;  ///< hex
    std::int64_t code_bytes = 0;
    std::string revision;  ///< a UUID, new with each change
    Timestamp modified;
    Policy policy;
    std::map<std::string, std::string> tags;
};

inline std::string log_group_of(const FunctionKey& key, const Settings& settings) {
    return settings.log_group.empty() ? "/aws/lambda/" + key.name : settings.log_group;
}
inline std::string log_group_of(const Function& function) {
    return log_group_of(function.key, function.settings);
}

/// Members that are not given stay as they are.
struct SettingsChange {
    std::optional<std::string> runtime, handler, role, description;
    std::optional<int> timeout_s, memory_mib;
    std::optional<std::map<std::string, std::string>> environment;
    std::optional<std::string> log_group;
};

struct InvokeResult {
    std::string request_id;
    Bytes payload;
    std::string function_error;  ///< "" or "Unhandled"
    std::string log_tail;        ///< the call's last lines, START to REPORT
};

/// What a function did since the server started, for people.
struct Figures {
    std::uint64_t calls = 0, failures = 0;
    std::uint64_t throttles = 0;  ///< refused, as waiting_calls_max waited; not among the calls
    int running = 0;
    Millis last_took{};
    std::string trouble;  ///< how the last call failed; empty when it went well
};

}  // namespace freshet::functions
