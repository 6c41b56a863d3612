#include "jobs/triggers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/schedule_expression.h"
#include "jobs/limits.h"
#include "jobs/transitions.h"

namespace freshet::jobs {
namespace {

bool has_same_settings(const Trigger& one, const Trigger& other) {
    const auto is_same = [](const Condition& a, const Condition& b) { return a.is_same(b); };
    return one.type == other.type && one.description == other.description &&
           one.schedule == other.schedule && one.fires_at_any == other.fires_at_any &&
           one.actions == other.actions && one.tags == other.tags &&
           std::ranges::equal(one.conditions, other.conditions, is_same);
}

std::optional<Timestamp> next_tick(const Trigger& trigger, Timestamp after) {
    const auto expression = ScheduleExpression::parse(trigger.schedule);
    return expression ? expression->next(after) : std::nullopt;
}

Result<> check_condition(const Condition& condition) {
    if (condition.job.empty() == condition.crawler.empty())
        return fail(Errc::invalid, "A condition names a job or a crawler");
    const bool can_be_watched =
        has_ended(condition.state) &&
        (condition.crawler.empty() || condition.state != RunState::timed_out);
    if (!can_be_watched)
        return fail(Errc::invalid,
                    "A trigger waits for a job that is SUCCEEDED, STOPPED, FAILED or TIMEOUT, or "
                    "for a crawler that is SUCCEEDED, FAILED or CANCELLED");
    return {};
}

}  // namespace

Result<const Trigger*> Triggers::find(const TriggerKey& key) const {
    const auto found = ledger_.known().triggers.find(key);
    if (found == ledger_.known().triggers.end())
        return fail(Errc::not_found, fmt::format("Trigger with name: {} not found.", key.name));
    return &found->second;
}

std::vector<const Trigger*> Triggers::list(const Home& home) const {
    std::vector<const Trigger*> all;
    for (const auto& [key, trigger] : ledger_.known().triggers) {
        if (key.home == home) all.push_back(&trigger);
    }
    return all;
}

Result<> Triggers::check(const Trigger& trigger) const {
    const Home& home = trigger.key.home;
    if (trigger.actions.empty() || trigger.actions.size() > limits::actions_max)
        return fail(Errc::invalid,
                    fmt::format("A trigger has 1 to {} actions", limits::actions_max));
    for (const Action& action : trigger.actions) {
        if (action.job.empty() == action.crawler.empty())
            return fail(Errc::invalid, "An action names a job or a crawler");
        if (!action.job.empty() && !ledger_.known().jobs.contains({home, action.job}))
            return fail(Errc::not_found, fmt::format("Job with name: {} not found.", action.job));
        if (!action.crawler.empty() && !crawlers_.has(trigger.key, action.crawler))
            return fail(Errc::not_found,
                        fmt::format("Crawler with name: {} not found.", action.crawler));
    }
    const bool is_scheduled = trigger.type == TriggerType::scheduled;
    if (is_scheduled &&
        (!trigger.schedule.starts_with("cron(") || !ScheduleExpression::parse(trigger.schedule)))
        return fail(Errc::invalid,
                    fmt::format("Schedule '{}' is not a cron expression", trigger.schedule));
    if (!is_scheduled && !trigger.schedule.empty())
        return fail(Errc::invalid, "Only a SCHEDULED trigger has a Schedule");
    const bool is_conditional = trigger.type == TriggerType::conditional;
    if (is_conditional == trigger.conditions.empty() ||
        trigger.conditions.size() > limits::conditions_max)
        return fail(Errc::invalid, fmt::format("A CONDITIONAL trigger, and no other, has a "
                                               "Predicate with 1 to {} conditions",
                                               limits::conditions_max));
    for (const Condition& condition : trigger.conditions) {
        if (auto good = check_condition(condition); !good) return good;
    }
    return {};
}

/// Activated: from now on; what was before is not a reason.
void Triggers::begin_watching(Trigger& trigger) const {
    trigger.state = TriggerState::activated;
    trigger.due = trigger.type == TriggerType::scheduled ? next_tick(trigger, ledger_.home().now())
                                                         : std::nullopt;
    for (Condition& condition : trigger.conditions) {
        condition.met_by.clear();
        if (condition.crawler.empty()) continue;
        const auto crawls = crawlers_.crawls_after(trigger.key, condition.crawler, "");
        condition.seen = crawls.empty() ? "" : crawls.back().id;
    }
}

io::Task<Result<>> Triggers::create(Trigger wanted, bool is_active) {
    auto turn = co_await ledger_.turn();
    if (const auto found = find(wanted.key); found) {
        if (has_same_settings(**found, wanted)) co_return Result<>();
        co_return fail(Errc::exists,
                       fmt::format("Trigger with name: {} already submitted with different "
                                   "configuration",
                                   wanted.key.name));
    }
    if (auto good = check(wanted); !good) co_return good;
    if (is_active && wanted.type == TriggerType::on_demand)
        co_return fail(Errc::invalid, "StartOnCreation is not supported for ON_DEMAND triggers");
    if (list(wanted.key.home).size() >= limits::triggers_max)
        co_return fail(Errc::too_many,
                       fmt::format("Resource limit exceeded: {} triggers", limits::triggers_max));
    wanted.created = ledger_.home().now();
    if (is_active) begin_watching(wanted);
    auto written = co_await ledger_.put(std::move(wanted));
    co_return written;
}

io::Task<Result<>> Triggers::update(Trigger wanted) {
    auto turn = co_await ledger_.turn();
    auto found = find(wanted.key);
    if (!found) co_return pass(found);
    const Trigger& old = **found;
    wanted.id = old.id;
    wanted.type = old.type;
    wanted.state = old.state;
    wanted.created = old.created;
    wanted.tags = old.tags;
    if (auto good = check(wanted); !good) co_return good;
    if (wanted.state == TriggerState::activated) begin_watching(wanted);
    auto written = co_await ledger_.put(std::move(wanted));
    co_return written;
}

io::Task<Result<>> Triggers::remove(TriggerKey key) {
    auto turn = co_await ledger_.turn();
    if (!find(key)) co_return Result<>();  // as Glue: nothing to do
    auto removed = co_await ledger_.remove(std::move(key));
    co_return removed;
}

io::Task<Result<>> Triggers::change_tags(TriggerKey key, Tags added,
                                         std::vector<std::string> removed) {
    auto turn = co_await ledger_.turn();
    auto found = find(key);
    if (!found) co_return pass(found);
    Trigger changed = **found;
    for (auto& [name, value] : added) changed.tags[name] = value;
    for (const std::string& name : removed) changed.tags.erase(name);
    auto written = co_await ledger_.put(std::move(changed));
    co_return written;
}

io::Task<Result<>> Triggers::activate(TriggerKey key) {
    auto turn = co_await ledger_.turn();
    auto found = find(key);
    if (!found) co_return pass(found);
    Result<> done;
    if ((*found)->type == TriggerType::on_demand) {
        Changes changes = fire(ledger_.known(), **found, ledger_.home().now());
        done = co_await ledger_.commit(std::move(changes));
    } else if ((*found)->state != TriggerState::activated) {
        Trigger changed = **found;
        begin_watching(changed);
        done = co_await ledger_.put(std::move(changed));
    }
    co_return done;
}

io::Task<Result<>> Triggers::deactivate(TriggerKey key) {
    auto turn = co_await ledger_.turn();
    auto found = find(key);
    if (!found) co_return pass(found);
    if ((*found)->type == TriggerType::on_demand)
        co_return fail(Errc::invalid, "An ON_DEMAND trigger cannot be stopped");
    Trigger changed = **found;
    changed.state = TriggerState::deactivated;
    changed.due = std::nullopt;
    auto written = co_await ledger_.put(std::move(changed));
    co_return written;
}

}  // namespace freshet::jobs
