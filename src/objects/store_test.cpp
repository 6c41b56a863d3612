#include "objects/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "objects/extent_store.h"

namespace freshet::objects::store {
namespace {

TEST(ObjectStore, descriptions_fit_the_tables_of_the_migrations) {
    auto all_migrations = migrations();
    for (const auto& migration : extent_migrations()) all_migrations.push_back(migration);
    auto all_shapes = shapes();
    for (const auto& shape : extent_shapes()) all_shapes.push_back(shape);
    EXPECT_THAT(meta::mismatches(all_migrations, all_shapes), testing::IsEmpty());
}

TEST(ObjectStore, extents_are_unpacked_as_they_were_packed) {
    const std::vector<Extent> extents{{1, 2, 3, 4, {}}, {5, 6, 7, 0, {}}};
    EXPECT_EQ(pack_extents(extents), "1:2:3:4;5:6:7:0;");
    const auto read = unpack_extents("1:2:3:4;5:6:7:0;");
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[0].id, 1);
    EXPECT_EQ(read[0].offset, 3U);
    EXPECT_EQ(read[1].file, 6);
    EXPECT_EQ(read[1].size, 0U);
    EXPECT_TRUE(unpack_extents("").empty());
}

}  // namespace
}  // namespace freshet::objects::store
