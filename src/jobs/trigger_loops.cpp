// What makes triggers fire without a request: the clock and the ends of crawls. Ends of runs are in
// transitions.cpp.
#include <algorithm>

#include "base/log.h"
#include "base/schedule_expression.h"
#include "io/faults/failpoint.h"
#include "jobs/limits.h"
#include "jobs/transitions.h"
#include "jobs/triggers.h"

namespace freshet::jobs {

void Triggers::start() {
    scope_.spawn(run_clock());
    scope_.spawn(run_crawls());
    scope_.spawn(watch_crawls());
}

io::Task<void> Triggers::stop() {
    is_stopping_ = true;
    ledger_.changed().notify();
    crawlers_.crawl_ended().notify();
    co_await scope_.join();
}

io::Task<void> Triggers::run_clock() {
    while (!is_stopping_) {
        std::optional<TriggerKey> first;
        Timestamp due = Timestamp::max();
        for (const auto& [key, trigger] : ledger_.known().triggers) {
            if (!trigger.due || *trigger.due >= due) continue;
            first = key;
            due = *trigger.due;
        }
        if (first && due <= home().now()) {
            const bool has_ticked = co_await tick(*first);
            if (!has_ticked && !is_stopping_)
                co_await ledger_.changed().wait_until(home().now() + limits::retry_after);
        } else if (first) {
            co_await ledger_.changed().wait_until(due);
        } else {
            co_await ledger_.changed().wait();
        }
    }
}

/// Ticks that came while the server was down are one.
io::Task<bool> Triggers::tick(TriggerKey key) {
    auto turn = co_await ledger_.turn();
    const auto found = find(key);
    const Timestamp now = home().now();
    if (!found || !(*found)->due || *(*found)->due > now) co_return true;  // changed meanwhile
    Trigger moved = **found;
    const auto expression = ScheduleExpression::parse(moved.schedule);
    const auto after_this = expression->next(*moved.due);
    if (after_this && *after_this <= now)
        log_warn("jobs", "ticks of a trigger passed while the server was down; it fires once",
                 {{"trigger", key.name}, {"first", to_iso8601(*moved.due)}});
    Changes changes = fire(ledger_.known(), moved, now);
    moved.due = expression->next(now);
    changes.triggers.push_back(std::move(moved));
    io::failpoints::reach("jobs.before_tick");
    auto written = co_await ledger_.commit(std::move(changes));
    io::failpoints::reach("jobs.after_tick");
    co_return written.has_value();
}

io::Task<void> Triggers::run_crawls() {
    while (!is_stopping_) {
        const auto crawls = ledger_.take_crawls();
        for (const CrawlStart& crawl : crawls) {
            auto started = co_await crawlers_.start(crawl.trigger, crawl.crawler);
            if (!started)
                log_warn("jobs", "a trigger's crawler did not start",
                         {{"trigger", crawl.trigger.name},
                          {"crawler", crawl.crawler},
                          {"reason", started.error().message()}});
        }
        if (crawls.empty()) co_await ledger_.changed().wait();
    }
}

io::Task<void> Triggers::watch_crawls() {
    while (!is_stopping_) {
        const bool has_looked = co_await look_at_crawls();
        if (is_stopping_) break;
        if (has_looked)
            co_await crawlers_.crawl_ended().wait();
        else
            co_await crawlers_.crawl_ended().wait_until(home().now() + limits::retry_after);
    }
}

/// Each crawl that a trigger has not seen yet, in order.
io::Task<bool> Triggers::look_at_crawls() {
    auto turn = co_await ledger_.turn();
    std::vector<TriggerKey> keys;
    for (const auto& [key, trigger] : ledger_.known().triggers) {
        if (trigger.type == TriggerType::conditional && trigger.state == TriggerState::activated)
            keys.push_back(key);
    }
    for (const TriggerKey& key : keys) {
        const std::vector<Condition> conditions = ledger_.known().triggers.at(key).conditions;
        for (const Condition& condition : conditions) {
            if (condition.crawler.empty()) continue;
            // Conditions on one crawler see it together.
            const std::vector<Condition>& now = ledger_.known().triggers.at(key).conditions;
            const auto same = std::ranges::find_if(
                now, [&](const Condition& one) { return one.crawler == condition.crawler; });
            const auto crawls = crawlers_.crawls_after(key, condition.crawler, same->seen);
            for (const Crawl& crawl : crawls) {
                Changes changes = end_crawl(ledger_.known(), ledger_.known().triggers.at(key),
                                            condition.crawler, crawl, home().now());
                auto written = co_await ledger_.commit(std::move(changes));
                if (!written) co_return false;
            }
        }
    }
    co_return true;
}

}  // namespace freshet::jobs
