#include "functions/policy.h"

#include <algorithm>

#include "base/text/wildcards.h"

namespace freshet::functions {
namespace {

bool is_call(const std::string& action) {
    return action == "*" || action == "lambda:*" || action == "lambda:InvokeFunction";
}

bool holds(const Conditions& conditions, const ServiceCall& call) {
    if (conditions.organization || conditions.url_auth || conditions.token || conditions.via_url)
        return false;
    if (conditions.source_account && *conditions.source_account != call.source_account)
        return false;
    return !conditions.source_arn || is_like(call.source_arn, *conditions.source_arn, {'*', '?'});
}

}  // namespace

bool is_service(std::string_view principal) {
    static constexpr std::string_view tails[] = {".amazonaws.com", ".amazonaws.com.cn",
                                                 ".amazon.com"};
    return std::ranges::any_of(tails, [&](std::string_view tail) {
        return principal.size() > tail.size() && principal.ends_with(tail);
    });
}

bool permits(const Policy& policy, const ServiceCall& call) {
    return std::ranges::any_of(policy, [&](const Statement& statement) {
        const bool is_meant = statement.principal == "*" || statement.principal == call.service;
        return is_meant && is_call(statement.action) && holds(statement.conditions, call);
    });
}

}  // namespace freshet::functions
