#include "catalog/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::catalog::store {
namespace {

TEST(CatalogStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), testing::IsEmpty());
}

}  // namespace
}  // namespace freshet::catalog::store
