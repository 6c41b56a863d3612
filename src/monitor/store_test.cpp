#include "monitor/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor/metric_store.h"

namespace freshet::monitor {
namespace {

TEST(LogStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), store::shapes()), testing::IsEmpty());
}

TEST(MetricStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(metric_store::migrations(), metric_store::shapes()),
                testing::IsEmpty());
}

}  // namespace
}  // namespace freshet::monitor
