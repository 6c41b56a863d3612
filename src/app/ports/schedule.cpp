#include "app/ports/schedule.h"

#include <fmt/format.h>

#include "app/ports/analytics.h"
#include "schedule/errors.h"
#include "schedule/event.h"

namespace freshet::app {

namespace {

io::Task<Result<functions::Policy>> policy_of(functions::Functions& functions,
                                              functions::FunctionKey key) {
    auto found = functions.find(key);
    if (!found) co_return pass(found);
    co_return std::move(found->policy);
}

}  // namespace

bool ScheduleCallee::can_call(const std::string& arn) const { return function_of(arn).has_value(); }

io::Task<Result<>> ScheduleCallee::call(schedule::Call call) {
    const schedule::RuleKey rule = call.rule;
    auto called = co_await ask(std::move(call));
    std::vector<monitor::Sample> samples;
    const auto add = [&](const char* name) {
        monitor::Sample& sample = samples.emplace_back();
        sample.metric = {
            rule.home.account, rule.home.region, "AWS/Events", name, {{"RuleName", rule.name}}};
        sample.time = metrics_.home().now();
        sample.statistics = monitor::Statistics::of(1);
        sample.unit = "Count";
    };
    add("Invocations");
    if (!called) add("FailedInvocations");
    metrics_.record(std::move(samples));
    co_return called;
}

io::Task<Result<>> ScheduleCallee::ask(schedule::Call call) {
    const auto key = function_of(call.arn);
    if (!key) co_return fail(schedule::Errc::not_found, call.arn);
    auto found = co_await io::run_on(functions_.home(), policy_of(functions_, *key));
    if (!found) co_return fail(schedule::Errc::not_found, found.error().message());
    const std::string rule = schedule::arn_of(call.rule);
    if (!functions::permits(*found, {"events.amazonaws.com", rule, call.rule.home.account}))
        co_return fail(schedule::Errc::not_permitted,
                       fmt::format("The policy of {} does not let events.amazonaws.com call it for "
                                   "{}; lambda:AddPermission does",
                                   call.arn, rule));
    auto called = co_await io::run_on(
        functions_.home(),
        functions_.invoke_later(*key, std::move(call.event), std::move(call.token)));
    if (!called && called.error().is(functions::Errc::not_found))
        co_return fail(schedule::Errc::not_found, called.error().message());
    co_return called;
}

}  // namespace freshet::app
