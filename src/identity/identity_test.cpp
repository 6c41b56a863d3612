#include "identity/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "identity/store.h"

namespace freshet::identity {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

TEST(IdentityStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(store::migrations(), store::shapes()), testing::IsEmpty());
}

/// A service over a database of its own; run() lets it do something on its home core.
struct IdentityTest : testing::Test {
    IdentityTest()
        : path(std::filesystem::temp_directory_path() /
               ("freshet-identity-" + std::to_string(::getpid()) + "-" +
                testing::UnitTest::GetInstance()->current_test_info()->name() + ".db")) {}
    ~IdentityTest() override {
        for (const char* tail : {"", "-wal", "-shm"}) std::filesystem::remove(path + tail);
    }
    void run(const std::function<io::Task<void>(Identities&)>& work) {
        auto database = meta::Database::open(path, store::migrations());
        ASSERT_TRUE(database) << database.error().message();
        io::SystemClock clock;
        io::run_to_end(clock, [&](io::Core& core) { return run_on(core, **database, work); });
    }
    static io::Task<void> run_on(io::Core& core, meta::Database& database,
                                 const std::function<io::Task<void>(Identities&)>& work) {
        Identities identities(core, database);
        EXPECT_TRUE(identities.load());
        co_await work(identities);
    }
    std::string path;
};

template <class T>
io::Task<void> succeeds(io::Task<Result<T>> change) {
    auto result = co_await std::move(change);
    EXPECT_TRUE(result) << result.error().message();
}
template <class T>
io::Task<void> fails(Errc code, io::Task<Result<T>> change) {
    auto result = co_await std::move(change);
    EXPECT_FALSE(result);
    if (!result) EXPECT_TRUE(result.error().is(code)) << result.error().message();
}

const RoleKey reader{"1", "reader"};

Role role_of(const RoleKey& key) {
    Role role;
    role.key = key;
    role.path = "/service/";
    role.trust_policy = "{}";
    role.description = "reads";
    role.tags = {{"team", "data"}};
    return role;
}

io::Task<void> fill(Identities& identities) {
    auto created = co_await identities.create(role_of(reader));
    EXPECT_TRUE(created);
    EXPECT_THAT(created->id, StartsWith("AROA"));
    EXPECT_EQ(created->id.size(), 20U);
    co_await succeeds(identities.put_policy(reader, "inline", "{\"a\":1}"));
    co_await succeeds(identities.attach(reader, "arn:aws:iam::aws:policy/Read"));
}

io::Task<void> expect_filled(Identities& identities) {
    auto role = identities.find(reader);
    EXPECT_TRUE(role);
    if (!role) co_return;
    EXPECT_EQ(role->path, "/service/");
    EXPECT_EQ(role->description, "reads");
    EXPECT_EQ(role->tags.at("team"), "data");
    EXPECT_EQ(role->policies.at("inline"), "{\"a\":1}");
    EXPECT_THAT(role->attached, ElementsAre("arn:aws:iam::aws:policy/Read"));
    co_return;
}

TEST_F(IdentityTest, a_role_with_its_policies_outlives_a_restart) {
    run(fill);
    run(expect_filled);
}

io::Task<void> remove_step_by_step(Identities& identities) {
    co_await fill(identities);
    co_await fails(Errc::in_use, identities.remove(reader));
    co_await succeeds(identities.remove_policy(reader, "inline"));
    co_await fails(Errc::in_use, identities.remove(reader));
    co_await succeeds(identities.detach(reader, "arn:aws:iam::aws:policy/Read"));
    co_await succeeds(identities.remove(reader));
}

io::Task<void> expect_none(Identities& identities) {
    auto role = identities.find(reader);
    EXPECT_TRUE(!role && role.error().is(Errc::not_found));
    EXPECT_TRUE(identities.list("1").empty());
    co_return;
}

TEST_F(IdentityTest, a_role_with_policies_is_not_deleted) {
    run(remove_step_by_step);
    run(expect_none);
}

io::Task<void> create_twice(Identities& identities) {
    co_await succeeds(identities.create(role_of(reader)));
    co_await fails(Errc::exists, identities.create(role_of(reader)));
    co_await succeeds(identities.create(role_of({"2", "reader"})));
    co_await succeeds(identities.create(role_of({"1", "admin"})));
    const auto of_one = identities.list("1");
    EXPECT_EQ(of_one.size(), 2U);
    EXPECT_EQ(of_one.front().key.name, "admin");
}

TEST_F(IdentityTest, a_name_is_taken_once_in_an_account) { run(create_twice); }

io::Task<void> exceed_limits(Identities& identities) {
    Role tagged = role_of({"1", "tagged"});
    for (std::size_t i = 0; i <= tags_max; ++i) tagged.tags[std::to_string(i)] = "";
    co_await fails(Errc::limit, identities.create(tagged));
    co_await succeeds(identities.create(role_of(reader)));
    for (std::size_t i = 0; i < attached_max; ++i)
        co_await succeeds(identities.attach(reader, "arn:" + std::to_string(i)));
    co_await fails(Errc::limit, identities.attach(reader, "arn:more"));
    EXPECT_EQ(identities.find(reader)->attached.size(), attached_max);
}

TEST_F(IdentityTest, a_refused_change_leaves_the_role_as_it_was) { run(exceed_limits); }

io::Task<void> take_what_is_absent(Identities& identities) {
    co_await succeeds(identities.create(role_of(reader)));
    co_await fails(Errc::not_found, identities.remove_policy(reader, "absent"));
    co_await fails(Errc::not_found, identities.detach(reader, "arn:absent"));
    co_await fails(Errc::not_found, identities.put_policy({"1", "nobody"}, "p", "{}"));
}

TEST_F(IdentityTest, what_is_absent_is_reported) { run(take_what_is_absent); }

io::Task<void> change_at_once(Identities& identities) {
    co_await succeeds(identities.create(role_of(reader)));
    io::Scope scope(identities.home());
    for (int i = 0; i < 10; ++i)
        scope.spawn(succeeds(identities.put_policy(reader, "p" + std::to_string(i), "{}")));
    co_await scope.join();
    EXPECT_EQ(identities.find(reader)->policies.size(), 10U);
}

TEST_F(IdentityTest, changes_that_come_together_lose_none_of_them) { run(change_at_once); }

}  // namespace
}  // namespace freshet::identity
