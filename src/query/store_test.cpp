#include "query/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::query::store {
namespace {

/// Runs `work` in a transaction of an empty database.
void write(const std::function<Result<>(meta::Txn&)>& work) {
    auto database = meta::Database::open(":memory:", migrations());
    ASSERT_TRUE(database) << database.error().message();
    auto done = (*database)->write_now(work);
    EXPECT_TRUE(done) << done.error().message();
}

const Home home{"1", "eu"};

Stored stored(const std::string& id, const std::string& token) {
    Stored one;
    one.execution.id = ExecutionId(id);
    one.execution.home = home;
    one.execution.work_group = "primary";
    one.execution.kind = StatementKind::ddl;
    one.execution.parameters = {"1", "'a'"};
    one.execution.submitted = from_epoch_ms(5);
    one.columns = {{"n", "decimal", 10, 2, false}, {"s", "varchar", 0, 0, true}};
    one.token = token;
    one.fingerprint = "print of " + id;
    return one;
}

TEST(QueryStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), testing::IsEmpty());
}

TEST(QueryStore, an_execution_is_found_as_it_was_inserted) {
    write([](meta::Txn& txn) -> Result<> {
        FRESHET_TRY(inserted, insert(txn, stored("a", "token")));
        FRESHET_TRY(found, find(txn, home, "a"));
        FRESHET_TRY(by_token, find_token(txn, home, "token"));
        if (!*found || !*by_token) return fail(freshet::Errc::corrupt, "not found");
        const Stored& read = **found;
        EXPECT_EQ(read.execution.kind, StatementKind::ddl);
        EXPECT_THAT(read.execution.parameters, testing::ElementsAre("1", "'a'"));
        EXPECT_FALSE(read.execution.problem);
        EXPECT_FALSE(read.execution.completed);
        EXPECT_EQ(read.columns.size(), 2U);
        EXPECT_EQ(read.columns[0].scale, 2);
        EXPECT_TRUE(read.columns[1].is_case_sensitive);
        EXPECT_EQ((*by_token)->fingerprint, "print of a");
        return {};
    });
}

TEST(QueryStore, executions_without_a_token_do_not_clash) {
    write([](meta::Txn& txn) -> Result<> {
        FRESHET_TRY(first, insert(txn, stored("a", "")));
        FRESHET_TRY(second, insert(txn, stored("b", "")));
        FRESHET_TRY(found, find(txn, home, "b"));
        EXPECT_TRUE(*found && (*found)->token.empty());
        FRESHET_TRY(newest, list(txn, home, "primary", 0, 10));
        EXPECT_EQ(newest->size(), 2U);
        EXPECT_EQ(newest->front().second, "b");
        FRESHET_TRY(before, list(txn, home, "primary", newest->front().first, 10));
        EXPECT_EQ(before->size(), 1U);
        return {};
    });
}

TEST(QueryStore, an_update_keeps_the_problem_and_a_restart_fails_what_ran) {
    write([](meta::Txn& txn) -> Result<> {
        Stored failed = stored("a", "");
        FRESHET_TRY(first, insert(txn, failed));
        FRESHET_TRY(second, insert(txn, stored("b", "")));
        failed.execution.state = State::failed;
        failed.execution.problem = Problem{"SYNTAX_ERROR", 2, 1006, true};
        failed.execution.completed = from_epoch_ms(9);
        FRESHET_TRY(updated, update(txn, failed));
        FRESHET_TRY(restarted, fail_unfinished(txn, 20));
        FRESHET_TRY(a, find(txn, home, "a"));
        FRESHET_TRY(b, find(txn, home, "b"));
        if (!*a || !*b) return fail(freshet::Errc::corrupt, "not found");
        const auto& problem = (*a)->execution.problem;
        EXPECT_TRUE(problem && problem->message == "SYNTAX_ERROR" && problem->type == 1006);
        EXPECT_EQ((*a)->execution.completed, from_epoch_ms(9));
        EXPECT_EQ((*b)->execution.state, State::failed);
        EXPECT_EQ((*b)->execution.completed, from_epoch_ms(20));
        FRESHET_TRY(forgotten, forget_before(txn, 10));
        FRESHET_TRY(gone, find(txn, home, "a"));
        EXPECT_FALSE(*gone);
        return {};
    });
}

}  // namespace
}  // namespace freshet::query::store
