#include "objects/known_buckets.h"

#include <gtest/gtest.h>

#include "objects/limits.h"

namespace freshet::objects {
namespace {

std::shared_ptr<const KnownBucket> bucket(const std::string& name, Settings settings = {}) {
    return std::make_shared<const KnownBucket>(
        KnownBucket{{1, "account", "region", name, {}}, std::move(settings)});
}

TEST(KnownBuckets, what_was_read_before_a_change_is_not_kept_after_it) {
    KnownBuckets known;
    const std::uint64_t before = known.changes();
    known.forget("lake");  // a change that was committed while the index was read
    known.keep(bucket("lake"), before);
    EXPECT_EQ(known.find("lake"), nullptr);
    known.keep(bucket("lake", {{"cors", "x"}}), known.changes());
    ASSERT_NE(known.find("lake"), nullptr);
    EXPECT_EQ(known.find("lake")->settings.at("cors"), "x");
}

TEST(KnownBuckets, a_change_leaves_the_others_known) {
    KnownBuckets known;
    known.keep(bucket("a"), known.changes());
    known.keep(bucket("b"), known.changes());
    known.forget("a");
    EXPECT_EQ(known.find("a"), nullptr);
    EXPECT_NE(known.find("b"), nullptr);
}

TEST(KnownBuckets, there_are_at_most_so_many) {
    KnownBuckets known;
    for (std::size_t i = 0; i <= limits::known_buckets_max; ++i)
        known.keep(bucket(std::to_string(i)), known.changes());
    EXPECT_EQ(known.find("0"), nullptr);
    EXPECT_NE(known.find(std::to_string(limits::known_buckets_max)), nullptr);
}

}  // namespace
}  // namespace freshet::objects
