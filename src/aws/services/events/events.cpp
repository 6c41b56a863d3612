#include "aws/services/events/events.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/model/events.h"
#include "aws/protocol/json/json.h"
#include "aws/protocol/page_token.h"
#include "aws/verbs.h"
#include "schedule/event.h"
#include "schedule/template.h"

namespace freshet::aws {
namespace {

using namespace events;
namespace domain = schedule;

constexpr int list_default = 100;
constexpr const char* invalid_token = "The NextToken is not valid.";

std::unexpected<Fault> refuse(const char* code, std::string message) {
    return std::unexpected(Fault{code, std::move(message)});
}

std::unexpected<Fault> refuse(const freshet::Error& error) {
    if (!error.is_of<domain::Errc>()) return refuse("InternalException", error.message());
    switch (error.as<domain::Errc>()) {
        case domain::Errc::not_found:
            return refuse("ResourceNotFoundException", error.message());
        case domain::Errc::invalid:
            return refuse("ValidationException", error.message());
        case domain::Errc::limit_exceeded:
            return refuse("LimitExceededException", error.message());
        case domain::Errc::not_permitted:
        case domain::Errc::unavailable:
            return refuse("InternalException", error.message());
    }
    return refuse("InternalException", error.message());
}

Answer<domain::RuleKey> key_of(const Caller& caller, const std::string& name,
                               const std::optional<std::string>& bus) {
    if (bus && *bus != "default" && !bus->ends_with("event-bus/default"))
        return refuse("ResourceNotFoundException",
                      fmt::format("Event bus {} does not exist.", *bus));
    return domain::RuleKey{caller.account(), caller.region(), name};
}

Answer<domain::Target> target_of(const Target& given) {
    const int inputs = given.input.has_value() + given.input_path.has_value() +
                       given.input_transformer.has_value();
    if (inputs > 1)
        return refuse(
            "ValidationException",
            fmt::format(
                "Only one of Input, InputPath, or InputTransformer must be provided for target {}.",
                given.id));
    if (given.input && !is_json(*given.input))
        return refuse("ValidationException",
                      fmt::format("JSON syntax error in input for target {}: [Source: "
                                  "(String)\"{}\"; it is no value of JSON]",
                                  given.id, *given.input));
    // A function is called by the permission in its policy, not in a role.
    if (given.role_arn && !given.role_arn->empty() && given.arn.starts_with("arn:aws:lambda:"))
        return refuse("ValidationException",
                      fmt::format("RoleArn is not supported for target {}.", given.arn));
    domain::Target target{given.id,    given.arn,        given.role_arn.value_or(""),
                          given.input, given.input_path, std::nullopt};
    if (given.input_transformer) {
        auto& transformer = target.transformer.emplace();
        transformer.text = given.input_transformer->input_template;
        if (given.input_transformer->input_paths_map)
            transformer.paths.insert(given.input_transformer->input_paths_map->begin(),
                                     given.input_transformer->input_paths_map->end());
        // Whatever stands in it: a function takes one value of JSON.
        if (!is_json(domain::fill(transformer.text, [](const std::string&) { return "null"; })))
            return refuse("ValidationException",
                          fmt::format("Invalid InputTemplate for target {} : [Source: (String)"
                                      "\"{}\"; with values it is no value of JSON]",
                                      given.id, transformer.text));
    }
    return target;
}

Target describe(const domain::Target& target) {
    Target out;
    out.id = target.id;
    out.arn = target.arn;
    if (!target.role_arn.empty()) out.role_arn = target.role_arn;
    out.input = target.input;
    out.input_path = target.input_path;
    if (target.transformer) {
        auto& transformer = out.input_transformer.emplace();
        transformer.input_template = target.transformer->text;
        if (!target.transformer->paths.empty())
            transformer.input_paths_map.emplace(target.transformer->paths.begin(),
                                                target.transformer->paths.end());
    }
    return out;
}

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
        out.created_by = (*found)->key.account;
        co_return out;
    }

    io::Task<Answer<ListRulesResponse>> list(Caller caller, ListRulesRequest request) {
        auto key = key_of(caller, "", request.event_bus_name);
        if (!key) co_return pass(key);
        auto all =
            schedules_.list(caller.account(), caller.region(), request.name_prefix.value_or(""));
        auto next = cut_page(
            all, request.next_token, static_cast<std::size_t>(request.limit.value_or(list_default)),
            [](const domain::Rule* rule) -> const std::string& { return rule->key.name; });
        if (!next) co_return refuse("ValidationException", invalid_token);
        ListRulesResponse out;
        out.next_token = std::move(*next);
        auto& found = out.rules.emplace();
        for (const domain::Rule* rule : all) found.push_back(describe<Rule>(*rule));
        co_return out;
    }

    io::Task<Answer<ListTargetsByRuleResponse>> list_targets(Caller caller,
                                                             ListTargetsByRuleRequest request) {
        auto key = key_of(caller, request.rule, request.event_bus_name);
        if (!key) co_return pass(key);
        auto found = schedules_.find(*key);
        if (!found) co_return refuse(found.error());
        std::vector<domain::Target> all = (*found)->targets;
        std::ranges::sort(all, {}, &domain::Target::id);
        auto next = cut_page(
            all, request.next_token, static_cast<std::size_t>(request.limit.value_or(list_default)),
            [](const domain::Target& target) -> const std::string& { return target.id; });
        if (!next) co_return refuse("ValidationException", invalid_token);
        ListTargetsByRuleResponse out;
        out.next_token = std::move(*next);
        auto& targets = out.targets.emplace();
        for (const domain::Target& target : all) targets.push_back(describe(target));
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

    io::Task<Answer<PutTargetsResponse>> put_targets(Caller caller, PutTargetsRequest request) {
        auto key = key_of(caller, request.rule, request.event_bus_name);
        if (!key) co_return pass(key);
        std::vector<domain::Target> targets;
        for (const Target& given : request.targets) {
            auto target = target_of(given);
            if (!target) co_return pass(target);
            targets.push_back(std::move(*target));
        }
        auto done = co_await schedules_.put_targets(*key, std::move(targets));
        if (!done) co_return refuse(done.error());
        PutTargetsResponse out;
        out.failed_entry_count = 0;
        out.failed_entries.emplace();
        co_return out;
    }

    io::Task<Answer<RemoveTargetsResponse>> remove_targets(Caller caller,
                                                           RemoveTargetsRequest request) {
        auto key = key_of(caller, request.rule, request.event_bus_name);
        if (!key) co_return pass(key);
        auto done = co_await schedules_.remove_targets(*key, std::move(request.ids));
        if (!done) co_return refuse(done.error());
        RemoveTargetsResponse out;
        out.failed_entry_count = 0;
        out.failed_entries.emplace();
        co_return out;
    }

  private:
    domain::Schedules& schedules_;
};

}  // namespace

void register_events(Router& router, domain::Schedules& schedules) {
    auto h = std::make_shared<Handlers>(schedules);
    io::Core& home = schedules.home();
    on<PutRuleOp>(router, home, h, &Handlers::put);
    on<DescribeRuleOp>(router, home, h, &Handlers::describe_one);
    on<ListRulesOp>(router, home, h, &Handlers::list);
    on<ListTargetsByRuleOp>(router, home, h, &Handlers::list_targets);
    on<EnableRuleOp>(router, home, h, &Handlers::enable);
    on<DisableRuleOp>(router, home, h, &Handlers::disable);
    on<DeleteRuleOp>(router, home, h, &Handlers::remove);
    on<PutTargetsOp>(router, home, h, &Handlers::put_targets);
    on<RemoveTargetsOp>(router, home, h, &Handlers::remove_targets);
}

}  // namespace freshet::aws
