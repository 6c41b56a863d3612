#include "tables/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::tables::store {
namespace {

TEST(TablesStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), testing::IsEmpty());
}

}  // namespace
}  // namespace freshet::tables::store
