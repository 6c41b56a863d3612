#include "app/data_directory.h"

#include "app/fixture.h"

namespace freshet::app {
namespace {

struct DataDirectoryTest : DirectoryTest {
    /// A start as the server does it, up to where every part is recovered.
    Result<std::int64_t> start() {
        auto directory = DataDirectory::open(*disk, root);
        if (!directory) return pass(directory);
        const auto database = open_database(run_migrations());
        if (auto settled = directory->settle(*database); !settled) return pass(settled);
        is_log_newer = directory->is_log_newer();
        is_objects_newer = directory->is_objects_newer();
        if (auto begun = directory->begin_run(*database); !begun) return pass(begun);
        return directory->run();
    }
    /// Why a start is refused.
    std::string refusal() {
        const auto started = start();
        return started ? "" : started.error().message();
    }
    void copy(const std::string& from, const std::string& to) const {
        std::filesystem::remove_all(root / to);
        std::filesystem::copy(root / from, root / to, std::filesystem::copy_options::recursive);
    }
    bool is_log_newer = false, is_objects_newer = false;
};

#define EXPECT_HOLDS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(DataDirectoryTest, each_start_is_the_next_run_of_every_part) {
    EXPECT_EQ(*start(), 1);
    EXPECT_EQ(*start(), 2);
    EXPECT_EQ(read("FORMAT"), "freshet 1\n");
    for (const char* part : {"log/journal", "log/partitions", "objects"}) {
        const auto runs = load_runs(*disk, root / part);
        ASSERT_EQ(runs->size(), 2u) << part;
        EXPECT_EQ(runs->back(), load_runs(*disk, root / "objects")->back()) << part;
    }
}

TEST_F(DataDirectoryTest, a_second_server_is_refused_while_the_first_one_runs) {
    const auto first = DataDirectory::open(*disk, root);
    ASSERT_TRUE(first);
    const auto second = DataDirectory::open(*disk, root);
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().is(Errc::busy));
    EXPECT_HOLDS(second.error().message(), "another Freshet is running");
}

TEST_F(DataDirectoryTest, a_newer_format_is_refused_and_both_are_named) {
    write("FORMAT", "freshet 2\n");
    const std::string refused = refusal();
    EXPECT_HOLDS(refused, "'freshet 2'");
    EXPECT_HOLDS(refused, "reads format 1");
    EXPECT_FALSE(std::filesystem::exists(root / "meta.db"));
}

TEST_F(DataDirectoryTest, files_without_meta_db_are_refused_and_stay) {
    ASSERT_TRUE(start());
    std::filesystem::remove(root / "meta.db");
    const std::string refused = refusal();
    EXPECT_HOLDS(refused, "no meta.db");
    EXPECT_HOLDS(refused, "FORMAT");
    EXPECT_FALSE(std::filesystem::exists(root / "meta.db"));
}

TEST_F(DataDirectoryTest, a_part_that_is_older_than_meta_db_is_refused_by_name) {
    ASSERT_TRUE(start());
    copy("objects", "objects-copy");
    ASSERT_TRUE(start());
    copy("objects-copy", "objects");
    const std::string refused = refusal();
    EXPECT_HOLDS(refused, "objects is older than meta.db");
    EXPECT_HOLDS(refused, "last used in run 1");
}

TEST_F(DataDirectoryTest, a_part_that_is_missing_is_refused_by_name) {
    ASSERT_TRUE(start());
    std::filesystem::remove_all(root / "objects");
    EXPECT_HOLDS(refusal(), "objects is missing");
}

TEST_F(DataDirectoryTest, a_part_of_another_directory_is_refused) {
    ASSERT_TRUE(start());
    write("objects/RUNS", "1 0123456789abcdef\n");
    EXPECT_HOLDS(refusal(), "do not belong together");
}

TEST_F(DataDirectoryTest, an_older_meta_db_continues_with_the_newer_files) {
    ASSERT_TRUE(start());
    copy("meta.db", "meta-copy.db");
    ASSERT_TRUE(start());
    copy("meta-copy.db", "meta.db");
    const auto run = start();
    ASSERT_TRUE(run) << run.error().message();
    EXPECT_EQ(*run, 3);  // a number that no part has seen
    EXPECT_TRUE(is_log_newer);
    EXPECT_TRUE(is_objects_newer);
}

TEST_F(DataDirectoryTest, a_start_that_ended_after_the_journal_is_taken_up_again) {
    ASSERT_TRUE(start());
    Runs runs = *load_runs(*disk, root / "log/journal");
    runs.push_back({2, "0123456789abcdef"});
    ASSERT_TRUE(save_runs(*disk, root / "log/journal", runs));
    const auto run = start();
    ASSERT_TRUE(run) << run.error().message();
    EXPECT_EQ(*run, 3);
}

TEST_F(DataDirectoryTest, a_journal_that_is_older_than_its_partitions_is_refused) {
    ASSERT_TRUE(start());
    Runs runs = *load_runs(*disk, root / "log/partitions");
    runs.push_back({2, "0123456789abcdef"});
    ASSERT_TRUE(save_runs(*disk, root / "log/partitions", runs));
    EXPECT_HOLDS(refusal(), "log/journal and");
}

}  // namespace
}  // namespace freshet::app
