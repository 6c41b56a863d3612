// The facade over a database of its own: the effect of a transaction, and where pages continue.
#include "tables/tables.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "tables/expression/expression.h"
#include "tables/store.h"

namespace freshet::tables {
namespace {

const TableKey leases{{"000000000000", "us-east-1"}, "leases"};

Item item_of(const std::string& key, std::int64_t counter, const std::string& owner = "") {
    Item item{{"leaseKey", {key}}, {"leaseCounter", {Decimal(counter)}}};
    if (!owner.empty()) item["leaseOwner"] = {owner};
    return item;
}

Condition condition(const std::string& text) {
    Substitutes with;
    with.values = {{":one", {Decimal(1)}}, {":w", {std::string("w")}}};
    auto parsed = parse_condition("ConditionExpression", text, with);
    EXPECT_TRUE(parsed);
    return *parsed;
}

class TablesTest : public testing::Test {
  protected:
    TablesTest() : path_(testing::TempDir() + "tables_test_" + std::to_string(::getpid()) + ".db") {
        for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
        database_ = *meta::Database::open(path_, store::migrations());
    }

    /// Runs one verb to its end.
    template <class T>
    T run(std::function<io::Task<T>(Tables&)> verb) {
        std::optional<T> out;
        io::run_to_end(clock_, [&](io::Core& core) { return keep(core, verb, out); });
        return std::move(*out);
    }
    template <class T>
    io::Task<void> keep(io::Core& core, std::function<io::Task<T>(Tables&)> verb,
                        std::optional<T>& out) {
        Tables tables(core, *database_);
        auto result = co_await verb(tables);
        out.emplace(std::move(result));
    }

    Result<Table> create() {
        Table table;
        table.key = leases;
        table.primary.keys.hash.name = "leaseKey";
        Index& index = table.indexes.emplace_back();
        index.name = "by-owner";
        index.keys.hash.name = "leaseOwner";
        index.keys.range = KeyPart{"leaseKey"};
        return run<Result<Table>>([&](Tables& tables) {
            return tables.create(table, {{"leaseKey"}, {"leaseOwner"}}, {});
        });
    }
    Result<Written> put(Item item, std::optional<Condition> condition = {}) {
        return run<Result<Written>>([&](Tables& tables) {
            return tables.write({Write::Verb::put, leases, item, {}, condition});
        });
    }
    Result<Outcome> transact(std::vector<Write> writes, const std::string& token = "",
                             const std::string& digest = "") {
        return run<Result<Outcome>>(
            [&](Tables& tables) { return tables.transact(writes, token, digest); });
    }
    Result<Page> page(PageRequest request) {
        request.table = leases;
        return run<Result<Page>>([&](Tables& tables) { return tables.page(request); });
    }
    std::size_t count() { return page({})->items.size(); }

    std::string path_;
    io::ManualClock clock_{from_epoch_ms(1'767'225'600'000)};
    std::unique_ptr<meta::Database> database_;
};

TEST_F(TablesTest, a_cancelled_transaction_writes_nothing_and_says_why) {
    ASSERT_TRUE(create());
    ASSERT_TRUE(put(item_of("a", 1)));
    const Write good{Write::Verb::put, leases, item_of("b", 1), {}, {}};
    const Write bad{
        Write::Verb::put, leases, item_of("a", 2), {}, condition("leaseCounter > :one")};
    auto outcome = transact({good, bad});
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(outcome->is_cancelled);
    EXPECT_EQ(outcome->reasons[0].code, "None");
    EXPECT_EQ(outcome->reasons[1].code, "ConditionalCheckFailed");
    EXPECT_EQ(outcome->reasons[1].item, item_of("a", 1));
    EXPECT_EQ(count(), 1u);
    EXPECT_FALSE(transact({good, good}));
}

TEST_F(TablesTest, a_transaction_is_done_once_for_its_token) {
    ASSERT_TRUE(create());
    Write add{Write::Verb::update, leases, Item{{"leaseKey", {std::string("a")}}}, {}, {}};
    add.update = {{Verb::add, path_to("n"), {Term::Form::value, {Decimal(1)}}}};
    ASSERT_TRUE(transact({add}, "token", "digest"));
    ASSERT_TRUE(transact({add}, "token", "digest"));
    EXPECT_EQ(page({})->items[0].at("n"), Value{Decimal(1)});
    auto other = transact({add}, "token", "another");
    ASSERT_FALSE(other);
    EXPECT_TRUE(other.error().is(Errc::token_reused));
    clock_.advance(10min + 1ms);
    ASSERT_TRUE(transact({add}, "token", "digest"));
    EXPECT_EQ(page({})->items[0].at("n"), Value{Decimal(2)});
}

TEST_F(TablesTest, an_index_follows_its_items_and_pages_go_on_where_they_ended) {
    ASSERT_TRUE(create());
    for (int i = 0; i < 7; ++i)
        ASSERT_TRUE(put(item_of("k" + std::to_string(i), i, i % 2 ? "w" : "v")));
    ASSERT_TRUE(put(item_of("k1", 1)));       // leaves the index
    ASSERT_TRUE(put(item_of("k2", 1, "w")));  // moves in it
    for (const bool forward : {true, false}) {
        PageRequest request;
        request.index = "by-owner";
        request.keys = condition("leaseOwner = :w");
        request.limit = 1;
        request.is_forward = forward;
        std::vector<std::string> keys;
        do {
            auto found = page(request);
            ASSERT_TRUE(found);
            for (const Item& item : found->items)
                keys.push_back(*item.at("leaseKey").as<std::string>());
            request.start = found->last;
        } while (request.start);
        const std::vector<std::string> expected = forward
                                                      ? std::vector<std::string>{"k2", "k3", "k5"}
                                                      : std::vector<std::string>{"k5", "k3", "k2"};
        EXPECT_EQ(keys, expected);
    }
}

TEST_F(TablesTest, segments_of_a_scan_share_all_items_without_overlap) {
    ASSERT_TRUE(create());
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(put(item_of("k" + std::to_string(i), i)));
    std::set<std::string> seen;
    for (std::size_t segment = 0; segment < 7; ++segment) {
        PageRequest request;
        request.segment = segment;
        request.segments = 7;
        request.limit = 3;
        do {
            auto found = page(request);
            ASSERT_TRUE(found);
            for (const Item& item : found->items)
                EXPECT_TRUE(seen.insert(*item.at("leaseKey").as<std::string>()).second);
            request.start = found->last;
        } while (request.start);
    }
    EXPECT_EQ(seen.size(), 50u);
}

TEST_F(TablesTest, a_new_index_holds_what_was_there_before) {
    ASSERT_TRUE(create());
    ASSERT_TRUE(put(item_of("a", 5)));
    ASSERT_TRUE(put(item_of("b", 6)));
    TableChange change;
    change.attributes = {{"leaseCounter", Kind::number}};
    change.added.emplace_back().name = "by-counter";
    change.added[0].keys.hash.name = "leaseCounter";
    auto changed =
        run<Result<Table>>([&](Tables& tables) { return tables.change(leases, change); });
    ASSERT_TRUE(changed) << changed.error().message();
    EXPECT_EQ(changed->find("by-counter")->items, 2);
    EXPECT_EQ(changed->primary.items, 2);
}

}  // namespace
}  // namespace freshet::tables
