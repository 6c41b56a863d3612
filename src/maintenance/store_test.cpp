#include "maintenance/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::maintenance::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// Runs `work` in a transaction of an empty database.
void write(const std::function<Result<>(meta::Txn&)>& work) {
    auto database = meta::Database::open(":memory:", migrations());
    ASSERT_TRUE(database) << database.error().message();
    auto done = (*database)->write_now(work);
    EXPECT_TRUE(done) << done.error().message();
}

const TableKey crimes{"1", "eu", "lake", "crimes"};

Run run(std::string id, std::int64_t started_ms) {
    Run one;
    one.id = std::move(id);
    one.table = crimes;
    one.options.converts = true;
    one.options.where = "year='2026'";
    one.options.sort_columns = {"a", "b,c", ""};
    one.started = from_epoch_ms(started_ms);
    return one;
}

TEST(MaintenanceStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), IsEmpty());
}

TEST(MaintenanceStore, a_run_is_loaded_as_it_was_put_last) {
    write([](meta::Txn& txn) -> Result<> {
        auto one = run("x", 5);
        FRESHET_TRY(first, put_run(txn, one));
        one.state = State::failed;
        one.figures = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        one.error = "why";
        one.notes = {"n", ""};
        one.ended = from_epoch_ms(9);
        FRESHET_TRY(second, put_run(txn, one));
        FRESHET_TRY(third, put_run(txn, run("y", 6)));
        FRESHET_TRY(all, load_runs(txn));
        EXPECT_EQ(all->size(), 2U);
        EXPECT_EQ((*all)[0].id, "y");
        EXPECT_EQ((*all)[0].ended, std::nullopt);
        EXPECT_EQ((*all)[1].table, crimes);
        EXPECT_EQ((*all)[1].options, one.options);
        EXPECT_EQ((*all)[1].figures, one.figures);
        EXPECT_EQ((*all)[1].state, State::failed);
        EXPECT_EQ((*all)[1].notes, one.notes);
        EXPECT_EQ((*all)[1].ended, one.ended);
        return {};
    });
}

TEST(MaintenanceStore, the_oldest_runs_that_ended_are_forgotten) {
    write([](meta::Txn& txn) -> Result<> {
        for (std::size_t i = 0; i < limits::runs_kept + 3; ++i) {
            auto one = run(std::to_string(i), static_cast<std::int64_t>(i));
            if (i != 1) one.ended = from_epoch_ms(1000);
            FRESHET_TRY(put, put_run(txn, one));
        }
        FRESHET_TRY(trimmed, trim_runs(txn));
        FRESHET_TRY(all, load_runs(txn));
        EXPECT_EQ(all->size(), limits::runs_kept + 1);
        EXPECT_EQ(all->back().id, "1");
        return {};
    });
}

TEST(MaintenanceStore, a_policy_is_one_of_its_table) {
    write([](meta::Txn& txn) -> Result<> {
        Policy policy;
        policy.table = crimes;
        policy.files_over = 7;
        policy.options.target_bytes = 99;
        FRESHET_TRY(first, put_policy(txn, policy));
        policy.files_over = 8;
        FRESHET_TRY(second, put_policy(txn, policy));
        FRESHET_TRY(all, load_policies(txn));
        EXPECT_EQ(all->size(), 1U);
        EXPECT_EQ((*all)[0].files_over, 8);
        EXPECT_EQ((*all)[0].options, policy.options);
        FRESHET_TRY(removed, remove_policy(txn, crimes));
        EXPECT_TRUE(*removed);
        FRESHET_TRY(again, remove_policy(txn, crimes));
        EXPECT_FALSE(*again);
        return {};
    });
}

TEST(MaintenanceStore, kept_sources_expire_at_their_time) {
    write([](meta::Txn& txn) -> Result<> {
        FRESHET_TRY(a, add_kept(txn, {"b", "k1", from_epoch_ms(10)}));
        FRESHET_TRY(b, add_kept(txn, {"b", "k2", from_epoch_ms(20)}));
        FRESHET_TRY(early, expired(txn, from_epoch_ms(9), 10));
        EXPECT_THAT(*early, IsEmpty());
        FRESHET_TRY(one, expired(txn, from_epoch_ms(10), 10));
        EXPECT_EQ(one->size(), 1U);
        FRESHET_TRY(gone, remove_kept(txn, one->front()));
        FRESHET_TRY(rest, expired(txn, from_epoch_ms(99), 10));
        EXPECT_EQ(rest->size(), 1U);
        EXPECT_EQ(rest->front().key, "k2");
        return {};
    });
}

Batch batch(std::string part, std::map<std::string, std::string> sources,
            std::set<std::string> outputs) {
    return {0, crimes, std::move(part), std::move(sources), std::move(outputs)};
}

TEST(MaintenanceStore, a_merge_of_outputs_makes_their_batches_one) {
    write([](meta::Txn& txn) -> Result<> {
        FRESHET_TRY(a, add_batch(txn, batch("p", {{"b/1", "v1"}}, {"o1", "o2"})));
        FRESHET_TRY(b, add_batch(txn, batch("p", {{"b/2", "v2"}}, {"o3"})));
        FRESHET_TRY(c, add_batch(txn, batch("p", {{"b/3", "v3"}}, {"o4"})));
        FRESHET_TRY(nothing, merge_batches(txn, crimes, {"x"}, {"y"}));
        FRESHET_TRY(merged, merge_batches(txn, crimes, {"o2", "o3"}, {"m"}));
        FRESHET_TRY(all, load_batches(txn, crimes));
        EXPECT_EQ(all->size(), 2U);
        EXPECT_THAT((*all)[0].outputs, ElementsAre("o4"));
        EXPECT_THAT((*all)[1].outputs, ElementsAre("m", "o1"));
        EXPECT_THAT((*all)[1].sources, ElementsAre(Pair("b/1", "v1"), Pair("b/2", "v2")));
        FRESHET_TRY(gone, remove_batch(txn, (*all)[1].id));
        FRESHET_TRY(left, load_batches(txn, crimes));
        EXPECT_EQ(left->size(), 1U);
        return {};
    });
}

}  // namespace
}  // namespace freshet::maintenance::store
