#include "app/claims.h"

#include "app/fixture.h"

namespace freshet::app {
namespace {

/// What the parts of a test say that they took; the partition is 1.
log::Ordinal taken = 0;

Result<std::vector<log::Claim>> claims(const meta::Connection&) {
    return std::vector<log::Claim>{{log::PartitionId(1), taken, "delivery stream 3"}};
}

struct ClaimsTest : DirectoryTest {
    ClaimsTest() : database(open_database(log::migrations())) {
        EXPECT_TRUE(database->write_now([](meta::Txn& txn) -> Result<> {
            auto created = log::Log::create_in(txn, "test");
            if (!created) return pass(created);
            return {};
        }));
        log = std::move(*log::Log::open(*disk, root / "log", clock, *database, {}));
    }
    Result<> check() {
        const std::vector<PartKind> kinds{{.name = "reads nothing"},
                                          {.name = "delivery", .claims = claims}};
        return check_claims(kinds, *database, *log);
    }
    io::ManualClock clock{from_epoch_ms(0)};
    std::unique_ptr<meta::Database> database;
    std::unique_ptr<log::Log> log;
};

TEST_F(ClaimsTest, a_log_that_holds_what_was_taken_is_accepted) {
    taken = 0;
    const auto checked = check();
    EXPECT_TRUE(checked) << checked.error().message();
}

TEST_F(ClaimsTest, a_log_older_than_what_was_taken_is_refused_by_name) {
    taken = 5;
    const auto checked = check();
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().message().find("delivery stream 3"), std::string::npos)
        << checked.error().message();
}

}  // namespace
}  // namespace freshet::app
