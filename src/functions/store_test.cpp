#include "functions/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::functions::store {
namespace {

TEST(FunctionsStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), testing::IsEmpty());
}

}  // namespace
}  // namespace freshet::functions::store
