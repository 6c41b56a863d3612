#include "maintenance/plan.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "maintenance/limits.h"

namespace freshet::maintenance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Listed object(std::string key, std::uint64_t size, std::int64_t ms = 0) {
    return {std::move(key), size, "v", from_epoch_ms(ms)};
}
PlanRules rules() {
    PlanRules made;
    made.prefix = 2;
    made.format = sql::plan::Format::delimited;
    made.target_bytes = 100;
    return made;
}
std::vector<std::string> keys(const Group& group) {
    std::vector<std::string> made;
    for (const Listed& one : group.sources) made.push_back(one.key);
    return made;
}

TEST(MaintenancePlan, small_objects_of_a_folder_fill_the_target_in_order_of_keys) {
    const Plan plan = plan_merge({object("t/1", 40), object("t/2", 50), object("t/3", 20),
                                  object("t/4", 70), object("t/5", 80)},
                                 rules());
    ASSERT_EQ(plan.groups.size(), 2U);
    EXPECT_THAT(keys(plan.groups[0]), ElementsAre("t/1", "t/2"));
    EXPECT_EQ(plan.groups[0].bytes(), 90U);
    EXPECT_THAT(keys(plan.groups[1]), ElementsAre("t/3", "t/4"));
    EXPECT_EQ(plan.files, 5);
    EXPECT_EQ(plan.bytes, 260);
}

TEST(MaintenancePlan, one_that_would_be_alone_and_one_that_is_large_are_in_no_group) {
    EXPECT_THAT(plan_merge({object("t/1", 40)}, rules()).groups, IsEmpty());
    EXPECT_THAT(plan_merge({object("t/1", 75), object("t/2", 20)}, rules()).groups, IsEmpty());
    EXPECT_THAT(plan_merge({object("t/a/1", 20), object("t/b/1", 20)}, rules()).groups, IsEmpty());
}

TEST(MaintenancePlan, hidden_and_empty_objects_are_not_data) {
    const Plan plan = plan_merge({object("t/", 0), object("t/.x", 5), object("t/_raw/1", 5),
                                  object("t/empty", 0), object("t/x/", 5)},
                                 rules());
    EXPECT_EQ(plan.files, 0);
    EXPECT_THAT(plan.left, IsEmpty());
    EXPECT_TRUE(is_data("_under/t/a", 9));
}

TEST(MaintenancePlan, gzip_is_merged_with_gzip_and_keeps_its_ending) {
    const Plan plan = plan_merge({object("t/1.csv.gz", 10), object("t/2.csv", 10),
                                  object("t/3.csv.gz", 10), object("t/4.v2", 10)},
                                 rules());
    ASSERT_EQ(plan.groups.size(), 2U);
    EXPECT_THAT(keys(plan.groups[0]), ElementsAre("t/1.csv.gz", "t/3.csv.gz"));
    EXPECT_TRUE(plan.groups[0].is_gzip);
    EXPECT_EQ(plan.groups[0].ending, ".csv.gz");
    EXPECT_EQ(plan.groups[1].ending, ".csv");
}

TEST(MaintenancePlan, other_compressions_and_other_formats_are_left_alone_by_name) {
    const Plan plan =
        plan_merge({object("t/1.zst", 10), object("t/2", 10), object("t/3", 10)}, rules());
    ASSERT_EQ(plan.left.size(), 1U);
    EXPECT_EQ(plan.left[0].key, "t/1.zst");
    EXPECT_EQ(plan.left[0].why, "the compression .zst is not rewritten");

    PlanRules orc = rules();
    orc.format.reset();
    orc.serde = "org.apache.hadoop.hive.ql.io.orc.OrcSerde";
    const Plan of_orc = plan_merge({object("t/1", 10), object("t/2", 10)}, orc);
    EXPECT_THAT(of_orc.groups, IsEmpty());
    ASSERT_EQ(of_orc.left.size(), 2U);
    EXPECT_THAT(of_orc.left[0].why, testing::HasSubstr("OrcSerde"));
}

TEST(MaintenancePlan, young_objects_wait_and_refused_ones_are_named) {
    PlanRules some = rules();
    some.before = from_epoch_ms(50);
    some.unfit = {{"t/2", "a quote is open at its end"}};
    const Plan plan = plan_merge(
        {object("t/1", 10, 50), object("t/2", 10), object("t/3", 10, 51), object("t/4", 10)}, some);
    ASSERT_EQ(plan.groups.size(), 1U);
    EXPECT_THAT(keys(plan.groups[0]), ElementsAre("t/1", "t/4"));
    ASSERT_EQ(plan.left.size(), 1U);
    EXPECT_EQ(plan.left[0].why, "a quote is open at its end");
}

TEST(MaintenancePlan, a_conversion_takes_all_text_of_a_folder_whatever_its_size) {
    const Plan plan = plan_convert({object("t/1.csv", 4000), object("t/2.csv", 1),
                                    object("t/3.parquet", 70), object("t/a/1", 5)},
                                   rules());
    ASSERT_EQ(plan.groups.size(), 2U);
    EXPECT_THAT(keys(plan.groups[0]), ElementsAre("t/1.csv", "t/2.csv"));
    EXPECT_EQ(plan.groups[0].ending, ".csv");
    EXPECT_EQ(plan.groups[1].folder, "t/a/");
    EXPECT_EQ(plan.files, 4);
}

TEST(MaintenancePlan, a_group_is_cut_at_the_objects_of_one_swap) {
    std::vector<Listed> many;
    for (std::size_t i = 0; i < limits::group_objects_max + 2; ++i)
        many.push_back(object(fmt::format("t/{:06}", i), 1));
    PlanRules large = rules();
    large.target_bytes = 1 << 20;
    const Plan plan = plan_merge(many, large);
    ASSERT_EQ(plan.groups.size(), 2U);
    EXPECT_EQ(plan.groups[1].sources.size(), 2U);
}

}  // namespace
}  // namespace freshet::maintenance
