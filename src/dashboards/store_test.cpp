#include "dashboards/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::dashboards::store {
namespace {

TEST(DashboardsStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), testing::IsEmpty());
}

}  // namespace
}  // namespace freshet::dashboards::store
