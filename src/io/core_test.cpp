#include "io/core.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "io/homes.h"

namespace freshet::io {
namespace {

Task<int> twice(int x) { co_return 2 * x; }

Task<void> sleep_in_turn(std::vector<int>& order, Timestamp when, int mark) {
    co_await sleep_until(when);
    order.push_back(mark);
}

TEST(Core, timers_of_a_manual_clock_fire_in_order_of_time) {
    ManualClock clock(from_epoch_ms(1000));
    std::vector<int> order;
    Core core(clock);
    detach(core, sleep_in_turn(order, from_epoch_ms(3000), 3));
    detach(core, sleep_in_turn(order, from_epoch_ms(2000), 2));
    core.post([&] {
        core.post([&] {
            EXPECT_TRUE(order.empty());
            clock.advance(5s);
            core.post([&] { core.stop(); });
        });
    });
    core.run();
    EXPECT_EQ(order, (std::vector<int>{2, 3}));
}

TEST(Core, a_burst_runs_in_order_and_not_behind_a_stop) {
    SystemClock clock;
    Core core(clock);
    std::vector<int> order;
    for (int i = 0; i < 100; ++i) {
        core.post([&, i] {
            order.push_back(i);
            if (i == 49) core.stop();
        });
    }
    core.run();
    EXPECT_EQ(order.size(), 50U);
    core.post([&] { core.stop(); });
    core.run();
    ASSERT_EQ(order.size(), 100U);
    EXPECT_TRUE(std::ranges::is_sorted(order));
}

Task<void> use_pool(Core& core, Pool& pool, int& result) {
    result = co_await pool.run([] { return 21; });
    EXPECT_EQ(Core::current(), &core);
    result = co_await twice(result);
}

TEST(Pool, work_comes_home_with_its_value) {
    SystemClock clock;
    Pool pool(2, "test");
    int result = 0;
    run_to_end(clock, [&](Core& core) { return use_pool(core, pool, result); });
    EXPECT_EQ(result, 42);
}

Task<void> hop(Cores& cores, Core& core, int& result) {
    result = co_await run_on(cores.main(), twice(4));
    EXPECT_EQ(Core::current(), &core);
}

TEST(Core, run_on_returns_to_the_core_that_awaits) {
    SystemClock clock;
    Cores cores(clock, 1);
    cores.start();
    int result = 0;
    run_to_end(clock, [&](Core& core) { return hop(cores, core, result); });
    cores.stop();
    EXPECT_EQ(result, 8);
}

Task<void> notify_later(Signal& signal) {
    signal.notify();
    co_return;
}

Task<void> signal_body(Core& core, bool& was_notified, bool& has_timed_out) {
    Signal signal(core);
    detach(core, notify_later(signal));
    was_notified = co_await signal.wait_until(core.now() + 60s);
    has_timed_out = !co_await signal.wait_until(core.now() + 1ms);
}

TEST(Signal, wakes_by_notice_or_by_time) {
    SystemClock clock;
    bool was_notified = false;
    bool has_timed_out = false;
    run_to_end(clock, [&](Core& core) { return signal_body(core, was_notified, has_timed_out); });
    EXPECT_TRUE(was_notified);
    EXPECT_TRUE(has_timed_out);
}

using Place = Core& (*)(Cores&, std::string_view);

/// How many of 1,000 names each core gets.
std::map<Core*, int> shares(Cores& cores, Place place) {
    std::map<Core*, int> all;
    for (int i = 0; i < 1000; ++i) ++all[&place(cores, fmt::format("orders-{}", i))];
    return all;
}

TEST(Homes, a_name_has_one_home_and_the_cores_share_the_names_evenly) {
    SystemClock clock;
    for (const std::size_t count : {1U, 2U, 3U, 4U}) {
        Cores cores(clock, count);
        EXPECT_EQ(&home_of_name(cores, "orders"), &home_of_name(cores, "orders"));
        const auto all = shares(cores, home_of_name);
        EXPECT_EQ(all.size(), count);
        for (const auto& [core, names] : all)
            EXPECT_NEAR(names, 1000.0 / static_cast<double>(count), 80);
    }
}

TEST(Homes, beside_main_there_is_only_main_when_it_is_the_only_core) {
    SystemClock clock;
    Cores one(clock, 1);
    EXPECT_EQ(&home_beside_main(one, "orders"), &one.main());
    for (const std::size_t count : {2U, 3U, 4U}) {
        Cores cores(clock, count);
        const auto all = shares(cores, home_beside_main);
        EXPECT_EQ(all.size(), count - 1);
        EXPECT_FALSE(all.contains(&cores.main()));
    }
}

}  // namespace
}  // namespace freshet::io
