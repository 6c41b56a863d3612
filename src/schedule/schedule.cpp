#include "schedule/schedule.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "base/log.h"
#include "base/schedule_expression.h"
#include "schedule/event.h"
#include "schedule/limits.h"
#include "schedule/store.h"

namespace freshet::schedule {

Result<> Schedules::load() {
    return database_.read_now([this](const meta::Connection& connection) -> Result<> {
        auto all = store::load(connection);
        if (!all) return pass(all);
        for (Rule& rule : *all) rules_.emplace(rule.key, std::move(rule));
        return {};
    });
}

io::Task<void> Schedules::stop() {
    is_stopping_ = true;
    changed_.notify();
    co_await scope_.join();
}

Result<const Rule*> Schedules::find(const RuleKey& key) const {
    const auto found = rules_.find(key);
    if (found == rules_.end())
        return fail(Errc::not_found,
                    fmt::format("Rule {} does not exist on EventBus default.", key.name));
    return &found->second;
}

std::vector<const Rule*> Schedules::list(const Home& home, const std::string& prefix) const {
    std::vector<const Rule*> all;
    for (const auto& [key, rule] : rules_) {
        if (key.home == home && key.name.starts_with(prefix)) all.push_back(&rule);
    }
    return all;
}

io::Task<Result<>> Schedules::save(Rule changed) {
    auto written =
        co_await database_.write([&](meta::Txn& txn) { return store::put(txn, changed); });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    FRESHET_CHECK(changed.id != 0);  // tokens of ticks are made of it
    const RuleKey key = changed.key;
    rules_[key] = std::move(changed);
    changed_.notify();
    co_return Result<>();
}

io::Task<Result<>> Schedules::put(Rule wanted) {
    auto turn = co_await changing_.take();
    const auto expression = ScheduleExpression::parse(wanted.expression);
    if (!expression) co_return fail(Errc::invalid, "Parameter ScheduleExpression is not valid.");
    wanted.due = expression->next(home_.now());
    if (const auto found = rules_.find(wanted.key); found != rules_.end()) {
        const Rule& old = found->second;
        wanted.id = old.id;
        wanted.targets = old.targets;
        // The same schedule keeps its beat.
        if (old.expression == wanted.expression && old.is_enabled && wanted.is_enabled)
            wanted.due = old.due;
    }
    auto saved = co_await save(std::move(wanted));
    co_return saved;
}

io::Task<Result<>> Schedules::enable(RuleKey key, bool is_enabled) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    Rule changed = **found;
    if (is_enabled && !changed.is_enabled)
        changed.due = ScheduleExpression::parse(changed.expression)->next(home_.now());
    changed.is_enabled = is_enabled;
    auto saved = co_await save(std::move(changed));
    co_return saved;
}

io::Task<Result<>> Schedules::remove(RuleKey key) {
    auto turn = co_await changing_.take();
    const auto found = rules_.find(key);
    if (found == rules_.end()) co_return Result<>();  // as AWS: nothing to do
    if (!found->second.targets.empty())
        co_return fail(Errc::invalid, "Rule can't be deleted since it has targets.");
    const std::int64_t id = found->second.id;
    auto removed =
        co_await database_.write([id](meta::Txn& txn) { return store::remove(txn, id); });
    if (!removed) co_return fail(Errc::unavailable, removed.error().message());
    rules_.erase(key);
    figures_.erase(key);
    co_return Result<>();
}

io::Task<Result<>> Schedules::put_targets(RuleKey key, std::vector<Target> targets) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    Rule changed = **found;
    for (Target& target : targets) {
        if (!callee_.can_call(target.arn))
            co_return fail(Errc::invalid,
                           fmt::format("Freshet does not build the target {}; functions are built",
                                       target.arn));
        if (auto good = check_target(target); !good) co_return good;
        std::erase_if(changed.targets, [&](const Target& old) { return old.id == target.id; });
        changed.targets.push_back(std::move(target));
    }
    if (changed.targets.size() > limits::targets_max)
        co_return fail(
            Errc::limit_exceeded,
            fmt::format(
                "The requested resource exceeds the maximum number allowed: {} targets of a rule.",
                limits::targets_max));
    auto saved = co_await save(std::move(changed));
    co_return saved;
}

io::Task<Result<>> Schedules::remove_targets(RuleKey key, std::vector<std::string> ids) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    Rule changed = **found;
    std::erase_if(changed.targets, [&](const Target& target) {
        return std::ranges::find(ids, target.id) != ids.end();
    });
    auto saved = co_await save(std::move(changed));
    co_return saved;
}

void Schedules::count(const RuleKey& key, const Result<>& called) {
    Figures& figures = figures_[key];
    ++figures.calls;
    if (!called) ++figures.failures;
    figures.trouble = called ? "" : called.error().message();
}

Figures Schedules::figures(const RuleKey& key) const {
    const auto found = figures_.find(key);
    return found == figures_.end() ? Figures{} : found->second;
}

std::string Schedules::figures() const {
    std::string out;
    const auto add = [&](const char* name, const char* help, std::uint64_t Figures::* value) {
        if (figures_.empty()) return;
        out += fmt::format("# HELP {} {}\n# TYPE {} counter\n", name, help, name);
        for (const auto& [key, figures] : figures_)
            out += fmt::format("{}{{account=\"{}\",region=\"{}\",rule=\"{}\"}} {}\n", name,
                               key.home.account, key.home.region, key.name, figures.*value);
    };
    add("freshet_rule_invocations_total", "Calls of a rule's targets.", &Figures::calls);
    add("freshet_rule_failed_invocations_total", "Of these, those that a target did not take.",
        &Figures::failures);
    return out;
}

io::Task<void> Schedules::run() {
    while (!is_stopping_) {
        std::optional<RuleKey> first;
        Timestamp due = Timestamp::max();
        for (const auto& [key, rule] : rules_) {
            if (!rule.is_enabled || !rule.due || *rule.due >= due) continue;
            first = key;
            due = *rule.due;
        }
        if (first && due <= home_.now()) {
            const bool has_ticked = co_await tick(*first);
            if (!has_ticked) co_await changed_.wait_until(home_.now() + limits::retry_after);
        } else if (first) {
            co_await changed_.wait_until(due);
        } else {
            co_await changed_.wait();
        }
    }
}

io::Task<bool> Schedules::tick(RuleKey key) {
    const Rule rule = rules_.at(key);
    FRESHET_CHECK(rule.is_enabled && rule.due);
    const Timestamp due = *rule.due;
    const bool is_too_old = home_.now() - due > limits::tick_age_max;
    for (const Target& target : rule.targets) {
        if (is_too_old) break;
        const std::string token =
            fmt::format("rule/{}/{}/{}", rule.id, to_epoch_ms(due), target.id);
        const std::string digest = to_hex(sha256(token));
        const std::string id =
            fmt::format("{}-{}-{}-{}-{}", digest.substr(0, 8), digest.substr(8, 4),
                        digest.substr(12, 4), digest.substr(16, 4), digest.substr(20, 12));
        auto called = co_await callee_.call(
            {target.arn, Bytes::own(input_of(target, rule, due, id)), token, key});
        count(key, called);
        if (called) continue;
        log_warn(
            "schedule", "target refused",
            {{"rule", key.name}, {"target", target.arn}, {"reason", called.error().message()}});
        const bool is_final =
            called.error().is(Errc::not_found) || called.error().is(Errc::not_permitted);
        if (!is_final) co_return false;
    }
    auto turn = co_await changing_.take();
    const auto found = rules_.find(key);
    if (found == rules_.end() || found->second.due != due) co_return true;  // changed meanwhile
    Rule changed = found->second;
    changed.due = ScheduleExpression::parse(changed.expression)->next(due);
    FRESHET_CHECK(!changed.due || *changed.due > due);  // a rule ticks forward only
    auto written =
        co_await database_.write([&](meta::Txn& txn) { return store::set_due(txn, changed); });
    if (!written) co_return false;
    if (const auto again = rules_.find(key); again != rules_.end() && again->second.due == due)
        again->second.due = changed.due;
    co_return true;
}

}  // namespace freshet::schedule

const freshet::ErrorDomain& freshet::ErrorTraits<freshet::schedule::Errc>::domain() {
    static constexpr ErrorDomain instance{"schedule"};
    return instance;
}
