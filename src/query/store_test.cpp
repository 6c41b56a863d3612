#include "query/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::query::store {
namespace {

TEST(QueryStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), testing::IsEmpty());
}

}  // namespace
}  // namespace freshet::query::store
