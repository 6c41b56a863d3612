// Rules: put, described, listed, enabled, disabled, deleted.
#include <fmt/format.h>

#include "aws/model/events.h"
#include "aws/protocol/page_token.h"
#include "aws/services/events/words.h"
#include "schedule/event.h"

namespace freshet::aws::events_words {

namespace domain = schedule;

Answer<domain::RuleKey> key_of(const Caller& caller, const std::string& name,
                               const std::optional<std::string>& bus) {
    if (bus && *bus != "default" && !bus->ends_with("event-bus/default"))
        return refuse("ResourceNotFoundException",
                      fmt::format("Event bus {} does not exist.", *bus));
    return domain::RuleKey{caller.home(), name};
}

namespace {

using namespace events;

/// Rule and DescribeRuleResponse have the same members.
template <class Out>
Out describe(const domain::Rule& rule) {
    Out out;
    out.name = rule.key.name;
    out.arn = domain::arn_of(rule.key);
    out.state = rule.is_enabled ? "ENABLED" : "DISABLED";
    if (!rule.description.empty()) out.description = rule.description;
    out.schedule_expression = rule.expression;
    if (!rule.role_arn.empty()) out.role_arn = rule.role_arn;
    out.event_bus_name = "default";
    return out;
}

class Handlers {
  public:
    explicit Handlers(domain::Schedules& schedules) : schedules_(schedules) {}

    io::Task<Answer<PutRuleResponse>> put(Caller caller, PutRuleRequest request) {
        auto key = key_of(caller, request.name, request.event_bus_name);
        if (!key) co_return pass(key);
        if (!request.schedule_expression)
            co_return refuse("ValidationException",
                             "Parameter(s) EventPattern or ScheduleExpression must be specified.");
        domain::Rule rule;
        rule.key = *key;
        rule.expression = *request.schedule_expression;
        rule.description = request.description.value_or("");
        rule.role_arn = request.role_arn.value_or("");
        rule.is_enabled = request.state.value_or("ENABLED") != "DISABLED";
        auto done = co_await schedules_.put(std::move(rule));
        if (!done) co_return refuse(done.error());
        co_return PutRuleResponse{domain::arn_of(*key)};
    }

    io::Task<Answer<DescribeRuleResponse>> describe_one(Caller caller,
                                                        DescribeRuleRequest request) {
        auto key = key_of(caller, request.name, request.event_bus_name);
        if (!key) co_return pass(key);
        auto found = schedules_.find(*key);
        if (!found) co_return refuse(found.error());
        auto out = describe<DescribeRuleResponse>(**found);
        out.created_by = (*found)->key.home.account;
        co_return out;
    }

    io::Task<Answer<ListRulesResponse>> list(Caller caller, ListRulesRequest request) {
        auto key = key_of(caller, "", request.event_bus_name);
        if (!key) co_return pass(key);
        auto all = schedules_.list(caller.home(), request.name_prefix.value_or(""));
        auto next = cut_page(
            all, request.next_token, static_cast<std::size_t>(request.limit.value_or(list_default)),
            [](const domain::Rule* rule) -> const std::string& { return rule->key.name; });
        if (!next) co_return refuse_token();
        ListRulesResponse out;
        out.next_token = std::move(*next);
        auto& found = out.rules.emplace();
        for (const domain::Rule* rule : all) found.push_back(describe<Rule>(*rule));
        co_return out;
    }

    io::Task<Answer<EnableRuleOp::Output>> enable(Caller caller, EnableRuleRequest request) {
        auto key = key_of(caller, request.name, request.event_bus_name);
        if (!key) co_return pass(key);
        auto done = co_await schedules_.enable(*key, true);
        if (!done) co_return refuse(done.error());
        co_return EnableRuleOp::Output();
    }

    io::Task<Answer<DisableRuleOp::Output>> disable(Caller caller, DisableRuleRequest request) {
        auto key = key_of(caller, request.name, request.event_bus_name);
        if (!key) co_return pass(key);
        auto done = co_await schedules_.enable(*key, false);
        if (!done) co_return refuse(done.error());
        co_return DisableRuleOp::Output();
    }

    io::Task<Answer<DeleteRuleOp::Output>> remove(Caller caller, DeleteRuleRequest request) {
        auto key = key_of(caller, request.name, request.event_bus_name);
        if (!key) co_return pass(key);
        auto done = co_await schedules_.remove(*key);
        if (!done) co_return refuse(done.error());
        co_return DeleteRuleOp::Output();
    }

  private:
    domain::Schedules& schedules_;
};

}  // namespace

void register_rules(Router& router, domain::Schedules& schedules) {
    auto h = std::make_shared<Handlers>(schedules);
    io::Core& home = schedules.home();
    on<PutRuleOp>(router, home, h, &Handlers::put);
    on<DescribeRuleOp>(router, home, h, &Handlers::describe_one);
    on<ListRulesOp>(router, home, h, &Handlers::list);
    on<EnableRuleOp>(router, home, h, &Handlers::enable);
    on<DisableRuleOp>(router, home, h, &Handlers::disable);
    on<DeleteRuleOp>(router, home, h, &Handlers::remove);
}

}  // namespace freshet::aws::events_words
