// A function's resource policy: who else may call it, and under which conditions.
#pragma once
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::functions {

/// What a call must have besides its principal; a member that is not given demands nothing.
struct Conditions {
    std::optional<std::string> source_account;
    std::optional<std::string> source_arn;    ///< may hold * and ?
    std::optional<std::string> organization;  ///< that the principal belongs to
    std::optional<std::string> url_auth;      ///< of a function URL: NONE or AWS_IAM
    std::optional<std::string> token;         ///< of the event source
    std::optional<std::string> via_url;       ///< "true" or "false"
    bool operator==(const Conditions&) const = default;
};

struct Statement {
    std::string id;
    std::string principal;  ///< "*", a service or the ARN of an account, a user or a role
    std::string action;     ///< "lambda:InvokeFunction", "lambda:*" ...
    Conditions conditions;
    bool operator==(const Statement&) const = default;
};

/// "events.amazonaws.com", "alexa-appkit.amazon.com", "events.amazonaws.com.cn".
bool is_service(std::string_view principal);

/// In the order in which they were added.
using Policy = std::vector<Statement>;

/// A service that wants to call a function for a resource of its own.
struct ServiceCall {
    std::string service;  ///< "events.amazonaws.com"
    std::string source_arn;
    std::string source_account;
};

/// Whether a statement of `policy` lets the service call. A condition that nothing is known about
/// does not hold.
bool permits(const Policy& policy, const ServiceCall& call);

}  // namespace freshet::functions
