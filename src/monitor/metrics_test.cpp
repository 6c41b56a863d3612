#include "monitor/metrics.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "monitor/metric_store.h"

namespace freshet::monitor {
namespace {

MetricKey key_of(const std::string& stream) {
    return {"000000000000", "us-east-1", "AWS/Kinesis", "IncomingBytes", {{"StreamName", stream}}};
}

class MetricsTest : public testing::Test {
  protected:
    MetricsTest()
        : path_(testing::TempDir() + "metrics_test_" + std::to_string(::getpid()) + ".db") {
        for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
        database_ = *meta::Database::open(path_, metric_store::migrations());
    }
    void put(Timestamp time, double value, const std::string& stream = "s") {
        const Sample sample{key_of(stream), time, Statistics::of(value)};
        ASSERT_TRUE(database_->write_now([&](meta::Txn& txn) {
            return metric_store::write(txn, {sample}, std::max(time, now_));
        }));
    }
    std::vector<Point> points(Millis period) {
        std::vector<Point> all;
        const PointRequest request{key_of("s"), from_epoch_ms(0), now_ + 24h, period, {}};
        EXPECT_TRUE(database_->read_now([&](const meta::Connection& connection) -> Result<> {
            auto found = metric_store::points(connection, request);
            if (found) all = *found;
            return {};
        }));
        return all;
    }

    std::string path_;
    Timestamp now_ = from_epoch_ms(1'767'225'600'000);
    std::unique_ptr<meta::Database> database_;
};

TEST_F(MetricsTest, samples_of_a_period_are_one_point) {
    put(now_, 4);
    put(now_ + 20s, 2);
    put(now_ + 70s, 9);
    put(now_, 100, "other");
    const auto minutes = points(60s);
    ASSERT_EQ(minutes.size(), 2u);
    EXPECT_EQ(minutes[0].statistics.sum, 6);
    EXPECT_EQ(minutes[0].statistics.count, 2);
    EXPECT_EQ(minutes[0].statistics.minimum, 2);
    EXPECT_EQ(minutes[0].statistics.maximum, 4);
    EXPECT_EQ(minutes[1].time, now_ + 60s);
    ASSERT_EQ(points(300s).size(), 1u);
    EXPECT_EQ(points(300s)[0].statistics.sum, 15);
}

TEST_F(MetricsTest, points_older_than_fifteen_days_go) {
    put(now_, 4);
    put(now_ + point_age_max + 61s, 1, "other");
    EXPECT_TRUE(points(60s).empty());
}

io::Task<void> record_and_stop(Metrics& metrics, std::vector<Sample> samples) {
    metrics.record(std::move(samples));
    co_await metrics.stop();
}

TEST_F(MetricsTest, what_is_recorded_is_written_before_stop_ends) {
    io::ManualClock clock(now_);
    std::optional<Metrics> metrics;
    io::run_to_end(clock, [&](io::Core& core) {
        metrics.emplace(core, *database_);
        return record_and_stop(*metrics, {{key_of("s"), now_, Statistics::of(7)}});
    });
    ASSERT_EQ(points(60s).size(), 1u);
    EXPECT_EQ(points(60s)[0].statistics.sum, 7);
}

TEST(Dimensions, come_back_from_their_text) {
    const Dimensions all{{"a=b", "1,2"}, {"c", "100%"}, {"d", ""}};
    EXPECT_EQ(dimensions_of(text_of(all)), all);
    EXPECT_EQ(dimensions_of(""), Dimensions());
}

}  // namespace
}  // namespace freshet::monitor
