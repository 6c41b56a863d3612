#include "analytics/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::analytics::store {
namespace {

TEST(AnalyticsStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), testing::IsEmpty());
}

}  // namespace
}  // namespace freshet::analytics::store
