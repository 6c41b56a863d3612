#include "functions/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::functions::store {
namespace {

/// Runs `work` in a transaction of an empty database.
void write(const std::function<Result<>(meta::Txn&)>& work) {
    auto database = meta::Database::open(":memory:", migrations());
    ASSERT_TRUE(database) << database.error().message();
    auto done = (*database)->write_now(work);
    EXPECT_TRUE(done) << done.error().message();
}

const FunctionKey key{{"1", "eu"}, "clean"};

Function function() {
    Function one;
    one.key = key;
    one.settings.runtime = "python3.12";
    one.settings.environment = {{"HOME", "/root"}, {"EMPTY", ""}};
    one.settings.log_group = "/logs";
    one.tags = {{"team", "data"}};
    Statement& statement = one.policy.emplace_back("s1", "s3.amazonaws.com", "lambda:Invoke");
    statement.conditions.source_arn = "arn:aws:s3:::lake";
    return one;
}

TEST(FunctionsStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), testing::IsEmpty());
}

TEST(FunctionsStore, a_function_is_loaded_as_it_was_put) {
    write([](meta::Txn& txn) -> Result<> {
        FRESHET_TRY(first, put(txn, Function{key, {}, {}, 0, {}, {}, {}, {}}));
        FRESHET_TRY(second, put(txn, function()));
        FRESHET_TRY(all, load(txn));
        EXPECT_EQ(all->size(), 1U);
        const Function& read = all->front();
        EXPECT_EQ(read.settings, function().settings);
        EXPECT_EQ(read.tags, function().tags);
        EXPECT_EQ(read.policy.size(), 1U);
        EXPECT_EQ(read.policy[0].principal, "s3.amazonaws.com");
        EXPECT_EQ(read.policy[0].conditions.source_arn, "arn:aws:s3:::lake");
        EXPECT_EQ(read.policy[0].conditions.source_account, std::nullopt);
        return {};
    });
}

TEST(FunctionsStore, a_policy_of_the_first_version_is_read_until_the_function_changes) {
    write([](meta::Txn& txn) -> Result<> {
        FRESHET_TRY(written, put(txn, function()));
        const std::string statement =
            R"({"Action":"lambda:Old","Principal":{"Service":"events.amazonaws.com"}})";
        const std::string packed = "2:id" + std::to_string(statement.size()) + ":" + statement;
        FRESHET_TRY(aged, txn.execute("UPDATE functions SET statements = ?1, policy = x''",
                                      {Bytes::own(packed)}));
        FRESHET_TRY(old, load(txn));
        EXPECT_EQ(old->front().policy.size(), 1U);
        EXPECT_EQ(old->front().policy[0].action, "lambda:Old");
        EXPECT_EQ(old->front().policy[0].principal, "events.amazonaws.com");
        FRESHET_TRY(changed, put(txn, function()));
        FRESHET_TRY(read, load(txn));
        EXPECT_EQ(read->front().policy[0].action, "lambda:Invoke");
        return {};
    });
}

TEST(FunctionsStore, an_event_with_a_known_token_is_added_once) {
    write([](meta::Txn& txn) -> Result<> {
        const StoredEvent event{0, key, Bytes::literal("{}"), 1, from_epoch_ms(50)};
        const StoredEvent earlier{0, key, Bytes::literal("[]"), 0, from_epoch_ms(40)};
        FRESHET_TRY(one, add_event(txn, event, "token", from_epoch_ms(1)));
        FRESHET_TRY(two, add_event(txn, event, "token", from_epoch_ms(2)));
        FRESHET_TRY(three, add_event(txn, earlier, "", from_epoch_ms(3)));
        FRESHET_TRY(next, next_events(txn, 10));
        EXPECT_EQ(next->size(), 2U);
        EXPECT_EQ(next->front().payload, earlier.payload);
        FRESHET_TRY(postponed, postpone_event(txn, next->front().id, 2, from_epoch_ms(60)));
        FRESHET_TRY(after, next_events(txn, 1));
        EXPECT_EQ(after->front().payload, event.payload);
        const Timestamp next_day = from_epoch_ms(2) + 25h;
        FRESHET_TRY(again, add_event(txn, event, "token", next_day));
        FRESHET_TRY(all, next_events(txn, 10));
        EXPECT_EQ(all->size(), 3U);
        return {};
    });
}

}  // namespace
}  // namespace freshet::functions::store
