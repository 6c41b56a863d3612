#include "maintenance/run/seats.h"

#include <gtest/gtest.h>

#include <set>

namespace freshet::maintenance {
namespace {

struct Stage {
    Seats& seats;
    io::Signal changed;
    std::set<std::string> ended;  ///< who may end
    std::vector<std::string> log;
};

io::Task<void> work(Stage& stage, std::string name, std::size_t count) {
    auto held = co_await stage.seats.take(count);
    stage.log.push_back(name + " begins");
    while (!stage.ended.contains(name)) {
        co_await stage.changed.wait();
    }
    stage.log.push_back(name + " ends");
}

io::Task<void> end(Stage& stage, io::Pool& pool, std::string name) {
    stage.ended.insert(std::move(name));
    stage.changed.notify();
    for (int i = 0; i < 10; ++i) co_await pool.run([] {});  // the others go on meanwhile
}

TEST(Seats, are_taken_in_the_order_of_coming) {
    io::SystemClock clock;
    io::Pool pool(1, "test");
    io::run_to_end(clock, [&](io::Core& core) -> io::Task<void> {
        Seats seats(core, 2);
        Stage stage{seats, io::Signal(core), {}, {}};
        io::Scope scope(core);
        scope.spawn(work(stage, "a", 1));
        scope.spawn(work(stage, "b", 1));
        scope.spawn(work(stage, "both", 2));
        scope.spawn(work(stage, "c", 1));
        co_await end(stage, pool, "b");
        co_await end(stage, pool, "a");
        co_await end(stage, pool, "both");
        co_await end(stage, pool, "c");
        co_await scope.join();
        EXPECT_EQ(stage.log,
                  (std::vector<std::string>{"a begins", "b begins", "b ends", "a ends",
                                            "both begins", "both ends", "c begins", "c ends"}));
    });
}

}  // namespace
}  // namespace freshet::maintenance
