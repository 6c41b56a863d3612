#include "schedule/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::schedule::store {
namespace {

/// Runs `work` in a transaction of an empty database.
void write(const std::function<Result<>(meta::Txn&)>& work) {
    auto database = meta::Database::open(":memory:", migrations());
    ASSERT_TRUE(database) << database.error().message();
    auto done = (*database)->write_now(work);
    EXPECT_TRUE(done) << done.error().message();
}

TEST(ScheduleStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), testing::IsEmpty());
}

TEST(ScheduleStore, a_rule_is_loaded_with_the_targets_that_it_was_put_with_last) {
    write([](meta::Txn& txn) -> Result<> {
        Rule rule;
        rule.key = {{"1", "eu"}, "hourly"};
        rule.expression = "rate(1 hour)";
        rule.is_enabled = false;
        rule.targets = {{"a", "arn:a", "", "input", std::nullopt, std::nullopt},
                        {"gone", "arn:b", "", {}, {}, Transformer{{{"x", "$.x"}}, "<x>"}}};
        FRESHET_TRY(first, put(txn, rule));
        EXPECT_EQ(rule.id, 1);
        rule.due = from_epoch_ms(7);
        rule.targets[1] = {"c", "arn:c", "role", {}, "$.y", Transformer{{{"y", "$.y"}}, "<y>"}};
        FRESHET_TRY(second, put(txn, rule));
        rule.due = from_epoch_ms(8);
        FRESHET_TRY(moved, set_due(txn, rule));
        FRESHET_TRY(all, load(txn));
        EXPECT_EQ(all->size(), 1U);
        const Rule& read = all->front();
        EXPECT_EQ(read.key, rule.key);
        EXPECT_FALSE(read.is_enabled);
        EXPECT_EQ(read.due, from_epoch_ms(8));
        EXPECT_EQ(read.targets.size(), 2U);
        EXPECT_EQ(read.targets[0].input, "input");
        EXPECT_FALSE(read.targets[0].transformer);
        EXPECT_EQ(read.targets[1].input_path, "$.y");
        EXPECT_TRUE(read.targets[1].transformer && read.targets[1].transformer->text == "<y>");
        EXPECT_THAT(read.targets[1].transformer->paths,
                    testing::ElementsAre(testing::Pair("y", "$.y")));
        return {};
    });
}

}  // namespace
}  // namespace freshet::schedule::store
