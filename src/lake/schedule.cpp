// Crawlers that start by themselves. A tick is kept with the crawler before its crawl starts, so
// that it starts one crawl; one that passed while the server was down starts its crawl at the next
// start.
#include "lake/schedule.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/schedule_expression.h"
#include "lake/lake.h"
#include "lake/limits.h"

namespace freshet::lake {

std::optional<Timestamp> next_tick(const Schedule& schedule, Timestamp after) {
    const auto expression = ScheduleExpression::parse(schedule.expression);
    return expression ? expression->next(after) : std::nullopt;
}

io::Task<void> Crawlers::run_clock() {
    while (!is_stopping_) {
        std::vector<CrawlerKey> due;
        Timestamp next = Timestamp::max();
        for (const auto& [key, crawler] : crawlers_) {
            if (!crawler.schedule || !crawler.schedule->due) continue;
            if (*crawler.schedule->due <= home_.now())
                due.push_back(key);
            else
                next = std::min(next, *crawler.schedule->due);
        }
        for (const CrawlerKey& key : due) co_await tick(key);
        if (!due.empty()) continue;
        if (next == Timestamp::max())
            co_await schedules_changed_.wait();
        else
            co_await schedules_changed_.wait_until(next);
    }
}

io::Task<void> Crawlers::tick(CrawlerKey key) {
    {
        auto turn = co_await changing_.take();
        auto found = find(key);
        const Timestamp now = home_.now();
        if (!found || !(*found)->schedule || !(*found)->schedule->due ||
            *(*found)->schedule->due > now)
            co_return;
        const auto next = next_tick(*(*found)->schedule, now);
        auto written =
            co_await write(key, [next](Crawler& crawler) { crawler.schedule->due = next; });
        if (!written) {
            log_error("lake", "a schedule's tick was not kept",
                      {{"crawler", key.name}, {"reason", written.error().message()}});
            co_await stop_.sleep_until(now + limits::tick_again_after);
            co_return;
        }
    }
    auto started = co_await start(key);
    if (!started)
        log_info("lake", "a schedule started no crawl",
                 {{"crawler", key.name}, {"reason", started.error().message()}});
}

io::Task<Result<>> Crawlers::start_schedule(CrawlerKey key) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    const auto& schedule = (*found)->schedule;
    if (!schedule)
        co_return fail(Errc::no_schedule,
                       fmt::format("Crawler with name {} has no schedule", key.name));
    if (schedule->is_running)
        co_return fail(
            Errc::schedule_running,
            fmt::format("The schedule of crawler with name {} is already running", key.name));
    const auto next = next_tick(*schedule, home_.now());
    auto written = co_await write(key, [next](Crawler& crawler) {
        crawler.schedule->is_running = true;
        crawler.schedule->due = next;
    });
    schedules_changed_.notify();
    co_return written;
}

io::Task<Result<>> Crawlers::stop_schedule(CrawlerKey key) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    if (!(*found)->schedule || !(*found)->schedule->is_running)
        co_return fail(
            Errc::schedule_not_running,
            fmt::format("The schedule of crawler with name {} is not running", key.name));
    auto written = co_await write(key, [](Crawler& crawler) {
        crawler.schedule->is_running = false;
        crawler.schedule->due.reset();
    });
    schedules_changed_.notify();
    co_return written;
}

io::Task<Result<>> Crawlers::set_schedule(CrawlerKey key, std::string expression) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    std::optional<Schedule> schedule;
    if (!expression.empty()) {
        schedule = Schedule{std::move(expression), true, std::nullopt};
        schedule->due = next_tick(*schedule, home_.now());
        if (!schedule->expression.starts_with("cron(") ||
            !ScheduleExpression::parse(schedule->expression))
            co_return fail(Errc::invalid, fmt::format("Schedule '{}' is not a cron expression",
                                                      schedule->expression));
    }
    auto written =
        co_await write(key, [&schedule](Crawler& crawler) { crawler.schedule = schedule; });
    schedules_changed_.notify();
    co_return written;
}

}  // namespace freshet::lake
