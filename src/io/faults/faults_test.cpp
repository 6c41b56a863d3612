// Failpoints say what they cannot do, and a power cut takes what was not synced and nothing else.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "io/faults/failpoint.h"
#include "io/faults/fault_disk.h"

namespace freshet::io {
namespace {

namespace fs = std::filesystem;

struct FaultsTest : testing::Test {
    FaultsTest() {
        root = fs::temp_directory_path() / ("freshet-io-faults-" + std::to_string(::getpid()));
        fs::remove_all(root);
        fs::create_directories(root / "d");
    }
    ~FaultsTest() override {
        failpoints::disarm();
        fs::remove_all(root);
    }
    std::string path(const char* name) const { return root / "d" / name; }
    std::string content(const char* name) {
        auto disk = make_posix_disk();
        auto text = read_file(*disk, path(name), 1000);
        return text ? *text : "(none)";
    }
    /// Runs `work` in a child that a power cut ends.
    void cut_after(void (*work)(FaultsTest&, Disk&)) {
        const pid_t child = ::fork();
        if (child == 0) {
            if (!failpoints::arm("log.before_ack=cut")) ::_exit(1);
            auto disk = make_fault_disk(make_posix_disk(), root / "keep");
            work(*this, *disk);
            failpoints::reach("log.before_ack");
            ::_exit(2);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    }
    static void write(File& file, std::uint64_t at, std::string_view text) {
        if (!file.write_at(at, {&text, 1})) ::_exit(3);
    }
    fs::path root;
};

TEST_F(FaultsTest, a_spec_that_means_nothing_is_refused_and_arms_nothing) {
    for (const char* wrong :
         {"log.nowhere=kill", "log.before_ack", "log.before_ack=eio", "log.before_ack=kill@0",
          "mutant.skip_checksum=kill", "disk.write=on", "disk.seed=x", "log.before_ack=kill,x"}) {
        const auto armed = failpoints::arm(wrong);
        EXPECT_TRUE(!armed && armed.error().is(Errc::invalid)) << wrong;
        EXPECT_FALSE(failpoints::is_armed());
    }
}

TEST_F(FaultsTest, a_fault_comes_at_its_time_and_for_its_paths) {
    auto disk = make_fault_disk(make_posix_disk(), root / "keep");
    ASSERT_TRUE(failpoints::arm("disk.open(a)=eio@2,disk.open(b)=enospc@2+"));
    const auto opens = [&](const char* name) {
        return disk->open(path(name), OpenMode::create).has_value();
    };
    EXPECT_EQ((std::vector{opens("a"), opens("a"), opens("a")}), (std::vector{true, false, true}));
    EXPECT_EQ((std::vector{opens("b"), opens("b"), opens("b")}), (std::vector{true, false, false}));
    EXPECT_TRUE(opens("c"));
    EXPECT_EQ(failpoints::fired(), 3u);
    EXPECT_FALSE(failpoints::is_on("mutant.skip_checksum"));
}

TEST_F(FaultsTest, a_cut_takes_what_was_not_synced) {
    cut_after([](FaultsTest& test, Disk& disk) {
        auto kept = *disk.open(test.path("kept"), OpenMode::create);
        write(*kept, 0, "synced");
        (void)kept->sync();
        (void)disk.sync_directory(test.root / "d");
        write(*kept, 6, " and not");
        write(*kept, 0, "S");
        auto nameless = *disk.open(test.path("nameless"), OpenMode::create);
        write(*nameless, 0, "its name is not synced");
        (void)nameless->sync();
    });
    EXPECT_EQ(content("kept"), "synced");
    EXPECT_EQ(content("nameless"), "(none)");
}

TEST_F(FaultsTest, a_cut_brings_back_removed_and_renamed_names) {
    cut_after([](FaultsTest& test, Disk& disk) {
        for (const char* name : {"removed", "old", "target"}) {
            if (!write_file(disk, test.path(name), name)) ::_exit(4);
        }
        (void)disk.remove(test.path("removed"));
        (void)disk.rename(test.path("old"), test.path("target"));
    });
    EXPECT_EQ(content("removed"), "removed");
    EXPECT_EQ(content("old"), "old");
    EXPECT_EQ(content("target"), "target");
    cut_after([](FaultsTest& test, Disk& disk) {
        (void)disk.remove(test.path("removed"));
        (void)disk.rename(test.path("old"), test.path("target"));
        (void)disk.sync_directory(test.root / "d");
    });
    EXPECT_EQ(content("removed"), "(none)");
    EXPECT_EQ(content("target"), "old");
}

TEST_F(FaultsTest, what_a_failed_sync_covered_is_lost_even_when_a_later_one_succeeds) {
    cut_after([](FaultsTest& test, Disk& disk) {
        if (!failpoints::arm("disk.sync(file)=eio@2,log.before_ack=cut")) ::_exit(5);
        auto file = *disk.open(test.path("file"), OpenMode::create);
        (void)disk.sync_directory(test.root / "d");
        write(*file, 0, "first");
        (void)file->sync();
        write(*file, 5, " second");
        if (file->sync() || !file->sync()) ::_exit(6);
    });
    EXPECT_EQ(content("file"), "first");
}

}  // namespace
}  // namespace freshet::io
