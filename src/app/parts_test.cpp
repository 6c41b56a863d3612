#include "app/parts.h"

#include <gmock/gmock.h>

#include <set>

#include "app/fixture.h"
#include "app/parts/list.h"

namespace freshet::app {
namespace {

using testing::ElementsAre;

std::vector<std::string> names_in_stop_order(std::span<const PartKind> kinds) {
    std::vector<std::string> names;
    for (const std::size_t at : stop_order(kinds)) names.emplace_back(kinds[at].name);
    return names;
}

PartKind row(std::string_view name, std::string_view stops_before = "") {
    return {.name = name, .stops_before = stops_before};
}

TEST(StopOrder, is_the_list_backwards) {
    const std::vector kinds{row("log"), row("objects"), row("delivery")};
    EXPECT_THAT(names_in_stop_order(kinds), ElementsAre("delivery", "objects", "log"));
}

TEST(StopOrder, a_part_that_another_one_waits_for_stops_just_before_it) {
    const std::vector kinds{row("log", "metrics"), row("metrics"), row("functions", "analytics"),
                            row("analytics"), row("lake")};
    EXPECT_THAT(names_in_stop_order(kinds),
                ElementsAre("lake", "functions", "analytics", "log", "metrics"));
}

TEST(StopOrder, parts_that_wait_for_one_another_stop_in_a_row) {
    const std::vector kinds{row("a", "b"), row("b", "c"), row("c"), row("d")};
    EXPECT_THAT(names_in_stop_order(kinds), ElementsAre("d", "a", "b", "c"));
}

TEST(StopOrderDeathTest, a_part_stops_only_before_one_that_was_made_later) {
    const std::vector unknown{row("a", "z")}, earlier{row("a"), row("b", "a")};
    EXPECT_DEATH(stop_order(unknown), "is_other_in_the_list");
    EXPECT_DEATH(stop_order(earlier), "other > at");
}

/// What must hold of the program's own list: each promise with its reason in app/parts.
struct OwnList : testing::Test {
    OwnList() : order(names_in_stop_order(part_kinds())) {}
    std::ptrdiff_t place(const std::string& name) const {
        const auto found = std::ranges::find(order, name);
        EXPECT_NE(found, order.end()) << name;
        return found - order.begin();
    }
    std::vector<std::string> order;
};

TEST_F(OwnList, each_name_is_there_once) {
    const std::set<std::string> names(order.begin(), order.end());
    EXPECT_EQ(names.size(), part_kinds().size());
}

TEST_F(OwnList, a_function_that_hangs_does_not_hold_up_its_application) {
    EXPECT_LT(place("functions"), place("analytics"));
}

TEST_F(OwnList, dashboards_do_not_wait_for_queries_that_nobody_ends) {
    EXPECT_LT(place("query"), place("dashboards"));
}

TEST_F(OwnList, what_reads_the_log_stops_before_the_streams) {
    EXPECT_LT(place("analytics"), place("stream"));
    EXPECT_LT(place("delivery"), place("stream"));
}

TEST_F(OwnList, what_delivers_stops_before_the_objects_and_the_log_store) {
    EXPECT_LT(place("delivery"), place("objects"));
    EXPECT_LT(place("delivery"), place("logs"));
    EXPECT_LT(place("analytics"), place("logs"));
}

TEST_F(OwnList, the_last_figures_are_kept) {
    EXPECT_LT(place("service metrics"), place("analytics"));
    EXPECT_LT(place("stream"), place("stream metrics"));
    EXPECT_EQ(place("metrics"), std::ssize(order) - 1);
}

TEST_F(OwnList, every_table_has_one_owner) {
    std::set<std::pair<std::string_view, int>> seen;
    for (const meta::Migration& migration : migrations_of(part_kinds()))
        EXPECT_TRUE(seen.emplace(migration.service, migration.version).second)
            << migration.service << " " << migration.version;
}

std::vector<std::string>& events() {
    static std::vector<std::string> all;
    return all;
}

struct First {};
struct Second {
    First& first;
};

class FirstPart final : public Part {
  public:
    FirstPart(const Foundation& foundation, Services&) : Part(foundation.cores.main()) {}
    ~FirstPart() override { events().emplace_back("first is destroyed"); }
    Result<> open(const Foundation&, Services& services) {
        services.add(first_);
        return {};
    }
    void start(const std::string& endpoint) override {
        events().push_back("first starts at " + endpoint);
    }
    io::Task<void> stop() override {
        EXPECT_EQ(io::Core::current(), &home());
        events().emplace_back("first stops");
        co_return;
    }
    io::Task<std::string> figures() override { co_return "first 1\n"; }

  private:
    First first_;
};

class SecondPart final : public Part {
  public:
    SecondPart(const Foundation& foundation, Services& services)
        : Part(foundation.cores.at(1)), second_{services.of<First>()} {}
    ~SecondPart() override { events().emplace_back("second is destroyed"); }
    Result<> open(const Foundation&, Services&) { return {}; }
    io::Task<void> stop() override {
        EXPECT_EQ(io::Core::current(), &home());
        events().emplace_back("second stops");
        co_return;
    }
    io::Task<std::string> figures() override {
        EXPECT_EQ(io::Core::current(), &home());
        co_return "second 2\n";
    }

  private:
    Second second_;
};

class RefusedPart final : public Part {
  public:
    RefusedPart(const Foundation& foundation, Services&) : Part(foundation.cores.main()) {}
    Result<> open(const Foundation&, Services&) { return fail(Errc::corrupt, "does not open"); }
};

const PartKind first{"first", nullptr, make_part<FirstPart>};
const PartKind second{"second", nullptr, make_part<SecondPart>};
const PartKind refused{"refused", nullptr, make_part<RefusedPart>};

struct PartsTest : DirectoryTest {
    PartsTest() {
        config.data_dir = root;
        directory.emplace(std::move(*DataDirectory::open(*disk, root)));
        database = open_database(run_migrations());
        foundation.emplace(
            Foundation{config, clock, &clock, *disk, cores, pool, *database, *directory, router});
        events().clear();
    }
    Config config;
    io::ManualClock clock{from_epoch_ms(0)};
    io::Pool pool{1, "pool"};
    io::Cores cores{clock, 2};
    std::optional<DataDirectory> directory;
    std::unique_ptr<meta::Database> database;
    aws::Router router;
    std::optional<Foundation> foundation;
};

/// The figures of all parts, which visit each home core in turn.
std::string lines_of(const Parts& parts) {
    std::string lines;
    io::SystemClock system;
    struct Ask {
        static io::Task<void> run(const Parts& parts, std::string& lines) {
            lines = co_await parts.figures();
        }
    };
    io::run_to_end(system, [&](io::Core&) { return Ask::run(parts, lines); });
    return lines;
}

TEST_F(PartsTest, parts_start_in_order_and_stop_backwards_each_on_its_home_core) {
    const std::vector kinds{first, second};
    auto parts = Parts::make(kinds, *foundation);
    ASSERT_TRUE(parts);
    (*parts)->start("http://127.0.0.1:4566");
    EXPECT_TRUE(events().empty());  // the cores do not run yet
    cores.start();
    EXPECT_EQ(lines_of(**parts), "first 1\nsecond 2\n");  // after the starts that were posted
    (*parts)->stop();
    cores.stop();
    EXPECT_THAT(events(), ElementsAre("first starts at http://127.0.0.1:4566", "second stops",
                                      "first stops"));
    events().clear();
    parts->reset();
    EXPECT_THAT(events(), ElementsAre("second is destroyed", "first is destroyed"));
}

TEST_F(PartsTest, a_part_beside_the_records_is_at_home_on_another_core_always_the_same) {
    for (const std::size_t count : {2U, 3U, 4U}) {
        io::Cores many(clock, count);
        const Foundation wide{config, clock,     &clock,     *disk, many,
                              pool,   *database, *directory, router};
        for (const char* name : {"query", "catalog", "tables", "identity"}) {
            EXPECT_NE(&home_beside_records(wide, name), &many.main()) << name << count;
            EXPECT_EQ(&home_beside_records(wide, name), &home_beside_records(wide, name));
        }
    }
    io::Cores one(clock, 1);
    const Foundation narrow{config, clock, &clock, *disk, one, pool, *database, *directory, router};
    EXPECT_EQ(&home_beside_records(narrow, "query"), &one.main());
}

TEST_F(PartsTest, figures_come_from_each_part_on_its_home_core) {
    const std::vector kinds{first, second};
    auto parts = std::move(*Parts::make(kinds, *foundation));
    cores.start();
    EXPECT_EQ(lines_of(*parts), "first 1\nsecond 2\n");
    cores.stop();
}

TEST_F(PartsTest, what_was_made_before_an_error_is_destroyed) {
    const std::vector kinds{first, second, refused};
    const auto parts = Parts::make(kinds, *foundation);
    ASSERT_FALSE(parts);
    EXPECT_EQ(parts.error().message(), "does not open");
    EXPECT_THAT(events(), ElementsAre("second is destroyed", "first is destroyed"));
}

TEST_F(PartsTest, a_part_must_come_after_those_whose_services_it_takes) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const std::vector kinds{second, first};
    EXPECT_DEATH((void)Parts::make(kinds, *foundation), "is_made_earlier_in_the_list");
}

}  // namespace
}  // namespace freshet::app
