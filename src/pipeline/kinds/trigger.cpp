// Triggers of jobs and crawlers: by the clock, after others, or on demand.
#include <fmt/format.h>

#include <algorithm>

#include "aws/model/glue.h"
#include "base/schedule_expression.h"
#include "pipeline/resource.h"

namespace freshet::pipeline {
namespace {

using namespace aws::glue;

std::string text_of(const std::vector<Action>& actions) {
    std::string out;
    for (const Action& action : actions) {
        if (!out.empty()) out += ", ";
        out += action.job_name ? "job " + *action.job_name
                               : "crawler " + action.crawler_name.value_or("");
        if (!action.arguments) continue;
        for (const auto& [name, value] : *action.arguments)
            out += fmt::format(" {}={}", name, value);
    }
    return out;
}

std::string text_of(const std::optional<Predicate>& predicate) {
    std::string out;
    if (!predicate || !predicate->conditions) return out;
    const char* joint = predicate->logical.value_or("AND") == "ANY" ? " or " : " and ";
    for (const Condition& one : *predicate->conditions) {
        if (!out.empty()) out += joint;
        out += one.job_name ? fmt::format("job {} {}", *one.job_name, one.state.value_or(""))
                            : fmt::format("crawler {} {}", one.crawler_name.value_or(""),
                                          one.crawl_state.value_or(""));
    }
    return out;
}

class TriggerResource final : public Resource {
  public:
    TriggerResource(std::string name, Section& section) {
        trigger_.name = std::move(name);
        trigger_.type = section.has("schedule") ? "SCHEDULED"
                        : section.has("after")  ? "CONDITIONAL"
                                                : "ON_DEMAND";
        const std::string schedule = section.text("schedule", "");
        if (section.has("schedule") && section.has("after"))
            section.wrong("after", "give one of 'schedule' and 'after'");
        if (section.has("schedule") &&
            (!schedule.starts_with("cron(") || !ScheduleExpression::parse(schedule)))
            section.wrong("schedule", fmt::format("'schedule' is cron(...), not '{}'", schedule));
        if (!schedule.empty()) trigger_.schedule = schedule;
        is_enabled_ = section.is_on("enabled", true);
        const std::string description = section.text("description", "");
        if (!description.empty()) trigger_.description = description;
        const std::string logical = section.is_on("any", false) ? "ANY" : "AND";
        for (Section& given : section.list("after")) {
            if (!trigger_.predicate) trigger_.predicate.emplace().logical = logical;
            if (!trigger_.predicate->conditions) trigger_.predicate->conditions.emplace();
            trigger_.predicate->conditions->push_back(condition_of(given));
        }
        for (Section& given : section.list("start")) trigger_.actions.push_back(action_of(given));
        if (trigger_.actions.empty()) section.wrong("start", "'start' names no job or crawler");
    }

    std::vector<Need> needs() const override { return needs_; }

    Fields wanted() const override {
        return {{"type", trigger_.type},
                {"schedule", trigger_.schedule.value_or("")},
                {"after", text_of(trigger_.predicate)},
                {"start", text_of(trigger_.actions)},
                {"description", trigger_.description.value_or("")},
                {"enabled", is_on_demand() || is_enabled_ ? "true" : "false"}};
    }

    bool can_change(const std::string& field) const override { return field != "type"; }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found = co_await calls.call<GetTriggerOp>({.name = trigger_.name});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        const Trigger is = found->trigger.value_or(Trigger());
        const bool is_active =
            is.type.value_or("") == "ON_DEMAND" || is.state.value_or("") == "ACTIVATED";
        co_return Fields{{"type", is.type.value_or("")},
                         {"schedule", is.schedule.value_or("")},
                         {"after", text_of(is.predicate)},
                         {"start", text_of(is.actions.value_or(std::vector<Action>()))},
                         {"description", is.description.value_or("")},
                         {"enabled", is_active ? "true" : "false"}};
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        CreateTriggerRequest request = trigger_;
        if (!is_on_demand() && is_enabled_) request.start_on_creation = true;
        auto made = co_await calls.run<CreateTriggerOp>(std::move(request));
        co_return made;
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string> differing) override {
        aws::Answer<void> done;
        const bool switches = differing.erase("enabled") > 0;
        if (!differing.empty()) {
            UpdateTriggerRequest request;
            request.name = trigger_.name;
            request.trigger_update.description = trigger_.description;
            request.trigger_update.schedule = trigger_.schedule;
            request.trigger_update.actions = trigger_.actions;
            request.trigger_update.predicate = trigger_.predicate;
            done = co_await calls.run<UpdateTriggerOp>(std::move(request));
        }
        if (done && switches && is_enabled_)
            done = co_await calls.run<StartTriggerOp>({.name = trigger_.name});
        else if (done && switches)
            done = co_await calls.run<StopTriggerOp>({.name = trigger_.name});
        co_return done;
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        auto removed = co_await calls.run<DeleteTriggerOp>({.name = trigger_.name});
        co_return removed;
    }

  private:
    bool is_on_demand() const { return trigger_.type == "ON_DEMAND"; }

    /// The job or crawler that `given` names; it is needed.
    void read_named(Section& given, std::optional<std::string>& job,
                    std::optional<std::string>& crawler) {
        if (given.has("job") == given.has("crawler"))
            given.wrong("job", "give one of 'job' and 'crawler'");
        const std::string job_name = given.text("job", "");
        const std::string crawler_name = given.text("crawler", "");
        if (given.has("job")) {
            job = job_name;
            needs_.push_back({Need::Kind::job, job_name});
        } else {
            crawler = crawler_name;
            needs_.push_back({Need::Kind::crawler, crawler_name});
        }
    }

    Condition condition_of(Section& given) {
        Condition condition;
        condition.logical_operator = "EQUALS";
        read_named(given, condition.job_name, condition.crawler_name);
        if (condition.job_name)
            condition.state =
                given.word("state", {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"}, "SUCCEEDED");
        else
            condition.crawl_state =
                given.word("state", {"SUCCEEDED", "FAILED", "CANCELLED"}, "SUCCEEDED");
        given.finish();
        return condition;
    }

    Action action_of(Section& given) {
        Action action;
        read_named(given, action.job_name, action.crawler_name);
        auto arguments = given.pairs("arguments");
        for (auto& [name, value] : arguments) {
            if (!name.starts_with("--")) name.insert(0, "--");
        }
        std::ranges::sort(arguments);  // as the server keeps them
        if (!arguments.empty()) action.arguments = std::move(arguments);
        given.finish();
        return action;
    }

    CreateTriggerRequest trigger_;
    bool is_enabled_ = true;
    std::vector<Need> needs_;
};

}  // namespace

std::unique_ptr<Resource> read_trigger(std::string name, Section& section, const Surroundings&) {
    return std::make_unique<TriggerResource>(std::move(name), section);
}

}  // namespace freshet::pipeline
