// Rules that call functions by the clock: the rule, its targets, and the permission by which each
// function lets the rule call it (its statement's id is the rule's name).
#include <fmt/format.h>

#include "aws/model/events.h"
#include "aws/model/lambda.h"
#include "aws/protocol/json/json.h"
#include "base/schedule_expression.h"
#include "pipeline/resource.h"

namespace freshet::pipeline {
namespace {

using namespace aws::events;

const std::string target_mark = "target:", permission_mark = "permission:";

std::string text_of(const Target& target) {
    return fmt::format("{} with {}", target.arn,
                       target.input ? *target.input : std::string("the event"));
}

/// The function's name in an ARN.
std::string function_name(const std::string& arn) { return arn.substr(arn.rfind(':') + 1); }

class RuleResource final : public Resource {
  public:
    RuleResource(std::string name, Section& section, const Surroundings& surroundings)
        : name_(std::move(name)), arn_(surroundings.arn("events", "rule/" + name_)) {
        schedule_ = section.text("schedule");
        if (section.has("schedule") && !ScheduleExpression::parse(schedule_))
            section.wrong("schedule",
                          fmt::format("'schedule' is rate(...) or cron(...), not '{}'", schedule_));
        description_ = section.text("description", "");
        state_ = section.is_on("enabled", true) ? "ENABLED" : "DISABLED";
        for (Section& given : section.list("targets")) {
            Target& target = targets_.emplace_back();
            const std::string function = given.text("function");
            target.id = given.text("id", function);
            target.arn = surroundings.function_arn(function);
            needs_.push_back({Need::Kind::function, function});
            if (given.has("input")) target.input = given.text("input");
            given.finish();
        }
    }

    std::vector<Need> needs() const override { return needs_; }

    Fields wanted() const override {
        Fields fields{{"schedule", schedule_}, {"description", description_}, {"state", state_}};
        for (const Target& target : targets_) {
            fields[target_mark + target.id] = text_of(target);
            fields[permission_mark + function_name(target.arn)] = "given";
        }
        return fields;
    }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found = co_await calls.call<DescribeRuleOp>({.name = name_});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        Fields is{{"schedule", found->schedule_expression.value_or("")},
                  {"description", found->description.value_or("")},
                  {"state", found->state.value_or("")}};
        auto targets = co_await calls.call<ListTargetsByRuleOp>({.rule = name_});
        if (!targets) co_return pass(targets);
        std::set<std::string> functions;
        for (const Target& target : targets->targets.value_or(std::vector<Target>())) {
            is[target_mark + target.id] = text_of(target);
            functions.insert(function_name(target.arn));
        }
        for (const Target& target : targets_) functions.insert(function_name(target.arn));
        for (const std::string& function : functions) {
            auto given = co_await permits(calls, function);
            if (!given) co_return pass(given);
            if (*given) is[permission_mark + function] = "given";
        }
        co_return is;
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        std::set<std::string> all;
        for (const auto& [field, text] : wanted()) all.insert(field);
        auto made = co_await change(calls, std::move(all));
        co_return made;
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string> differing) override {
        PutRuleRequest rule;
        rule.name = name_;
        rule.schedule_expression = schedule_;
        rule.state = state_;
        if (!description_.empty()) rule.description = description_;
        aws::Answer<void> done;
        if (differing.contains("schedule") || differing.contains("state") ||
            differing.contains("description"))
            done = co_await calls.run<PutRuleOp>(std::move(rule));
        const Fields fields = wanted();
        PutTargetsRequest put{.rule = name_};
        RemoveTargetsRequest gone{.rule = name_};
        for (const std::string& field : differing) {
            if (done && field.starts_with(permission_mark))
                done = co_await permit(calls, field.substr(permission_mark.size()),
                                       fields.contains(field));
            if (field.starts_with(target_mark) && !fields.contains(field))
                gone.ids.push_back(field.substr(target_mark.size()));
        }
        for (const Target& target : targets_) {
            if (differing.contains(target_mark + target.id)) put.targets.push_back(target);
        }
        if (done && !gone.ids.empty()) done = co_await calls.run<RemoveTargetsOp>(std::move(gone));
        if (done && !put.targets.empty()) done = co_await calls.run<PutTargetsOp>(std::move(put));
        co_return done;
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        auto is = co_await look(calls);
        if (!is) co_return pass(is);
        RemoveTargetsRequest gone{.rule = name_};
        aws::Answer<void> done;
        const Fields fields = is->value_or(Fields());
        for (const auto& [field, text] : fields) {
            if (field.starts_with(target_mark))
                gone.ids.push_back(field.substr(target_mark.size()));
            if (done && field.starts_with(permission_mark))
                done = co_await permit(calls, field.substr(permission_mark.size()), false);
        }
        if (done && !gone.ids.empty()) done = co_await calls.run<RemoveTargetsOp>(std::move(gone));
        if (done) done = co_await calls.run<DeleteRuleOp>({.name = name_});
        co_return done;
    }

  private:
    /// True when the function's policy has our statement, for this rule.
    io::Task<aws::Answer<bool>> permits(Calls& calls, std::string function) {
        auto policy = co_await calls.call<aws::lambda::GetPolicyOp>({.function_name = function});
        if (!policy && is_absent(policy.error())) co_return false;
        if (!policy) co_return pass(policy);
        const std::string text = policy->policy.value_or("");
        std::string sid, source;
        aws::append_json_string(sid, name_);
        aws::append_json_string(source, arn_);
        const auto at = text.find("\"Sid\":" + sid);
        const auto end = text.find("\"Sid\":", at == std::string::npos ? at : at + 1);
        co_return at != std::string::npos&& text.substr(at, end - at).find(source) !=
            std::string::npos;
    }

    io::Task<aws::Answer<void>> permit(Calls& calls, std::string function, bool is_allowed) {
        aws::Answer<void> done;
        if (is_allowed) {
            aws::lambda::AddPermissionRequest request;
            request.function_name = function;
            request.statement_id = name_;
            request.action = "lambda:InvokeFunction";
            request.principal = "events.amazonaws.com";
            request.source_arn = arn_;
            done = co_await calls.run<aws::lambda::AddPermissionOp>(std::move(request));
        } else {
            done = co_await calls.run<aws::lambda::RemovePermissionOp>(
                {.function_name = function, .statement_id = name_});
            if (!done && is_absent(done.error())) done = {};
        }
        co_return done;
    }

    std::string name_, arn_, schedule_, description_, state_;
    std::vector<Target> targets_;
    std::vector<Need> needs_;
};

}  // namespace

std::unique_ptr<Resource> read_rule(std::string name, Section& section,
                                    const Surroundings& surroundings) {
    return std::make_unique<RuleResource>(std::move(name), section, surroundings);
}

}  // namespace freshet::pipeline
