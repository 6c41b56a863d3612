// For tests: Streams over tables and a log in a directory of its own, which outlive them as the
// files of a server do.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/log.h"
#include "stream/store.h"
#include "stream/stream.h"

namespace freshet::stream {

struct StreamsTest : testing::Test {
    explicit StreamsTest(std::unique_ptr<io::Disk> disk_ = io::make_posix_disk())
        : disk(std::move(disk_)) {
        set_log_level(LogLevel::off);
        root = std::filesystem::temp_directory_path() /
               ("freshet-streams-" + std::to_string(::getpid()) + "-" +
                testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(root);
        std::filesystem::create_directories(root);
        auto migrations = log::migrations();
        for (const auto& one : store::migrations()) migrations.push_back(one);
        database = std::move(*meta::Database::open(root / "meta.db", migrations));
    }
    ~StreamsTest() override {
        log.reset();
        database.reset();
        std::filesystem::remove_all(root);
    }
    /// Runs `scenario` as after a start of the server.
    template <class Test>
    void run(io::Task<void> (*scenario)(Test&, Streams&)) {
        log.reset();
        log = std::move(*log::Log::open(*disk, root / "log", clock, *database, {}));
        io::run_to_end(clock, [&](io::Core& core) {
            return begin(static_cast<Test&>(*this), core, scenario);
        });
    }
    template <class Test>
    static io::Task<void> begin(Test& test, io::Core& core,
                                io::Task<void> (*scenario)(Test&, Streams&)) {
        Streams streams(core, *test.database, *test.log, test.pool, *test.disk,
                        test.root / "keys/k", test.options);
        const auto loaded = streams.load();
        EXPECT_TRUE(loaded) << loaded.error().message();
        co_await test.before(streams);
        co_await scenario(test, streams);
    }
    /// What comes before each scenario.
    io::Task<void> before(Streams&) { co_return; }

    std::filesystem::path root;
    std::unique_ptr<io::Disk> disk;
    Options options;
    io::ManualClock clock{from_epoch_ms(1'700'000'000'000)};
    io::Pool pool{1, "test"};
    std::unique_ptr<meta::Database> database;
    std::unique_ptr<log::Log> log;
};

}  // namespace freshet::stream
