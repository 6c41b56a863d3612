#include "analytics/run/snapshot_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace freshet::analytics {
namespace {

class SnapshotFilesTest : public testing::Test {
  protected:
    SnapshotFilesTest()
        : directory_(testing::TempDir() + "snapshots_" + std::to_string(::getpid())) {
        std::filesystem::remove_all(directory_);
    }
    ~SnapshotFilesTest() override { std::filesystem::remove_all(directory_); }
    Result<std::string> write(const std::vector<std::string>& pieces) {
        return files_.write([&](const SnapshotFiles::Sink& sink) {
            return std::ranges::all_of(pieces, [&](const auto& piece) { return sink(piece); });
        });
    }
    std::string bytes_of(const std::string& name) {
        std::ifstream file(directory_ + "/" + name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void put_bytes(const std::string& name, const std::string& bytes) {
        std::ofstream(directory_ + "/" + name, std::ios::binary) << bytes;
    }
    std::size_t count() {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(directory_),
                          std::filesystem::directory_iterator()));
    }

    std::string directory_;
    std::unique_ptr<io::Disk> disk_ = io::make_posix_disk();
    SnapshotFiles files_{*disk_, directory_};
};

TEST_F(SnapshotFilesTest, what_was_written_in_pieces_comes_back_whole) {
    const std::string large(3'000'000, 'x');
    const auto name = write({"a", large, "", "b"});
    ASSERT_TRUE(name);
    EXPECT_EQ(*name, "snapshot-1");
    EXPECT_EQ(*files_.read(*name), "a" + large + "b");
    EXPECT_EQ(*files_.read(*write({})), "");
}

TEST_F(SnapshotFilesTest, every_damage_and_every_cut_is_seen) {
    const std::string name = *write({"first piece", "second"});
    const std::string good = bytes_of(name);
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bent = good;
        bent[i] = static_cast<char>(bent[i] ^ 1);
        put_bytes(name, bent);
        EXPECT_FALSE(files_.read(name)) << i;
        put_bytes(name, good.substr(0, i));
        EXPECT_FALSE(files_.read(name)) << i;
    }
    put_bytes(name, good + "x");
    EXPECT_FALSE(files_.read(name));
    std::filesystem::remove(directory_ + "/" + name);
    EXPECT_FALSE(files_.read(name));
}

TEST_F(SnapshotFilesTest, what_is_given_up_leaves_nothing_and_the_older_one_stays) {
    const std::string older = *write({"older"});
    EXPECT_FALSE(files_.write([](const SnapshotFiles::Sink& sink) { return sink("half"), false; }));
    EXPECT_EQ(count(), 1u);
    EXPECT_EQ(*files_.read(older), "older");
}

TEST_F(SnapshotFilesTest, the_present_one_outlives_those_before_it) {
    const std::string first = *write({"1"}), second = *write({"2"}), third = *write({"3"});
    put_bytes("snapshot-9.new", "of a server that died");
    put_bytes("other", "not ours");
    files_.remove_up_to(second);
    EXPECT_EQ(count(), 2u);
    EXPECT_EQ(*files_.read(third), "3");
    files_.remove_all();
    EXPECT_EQ(count(), 1u) << "what is not ours stays";
}

}  // namespace
}  // namespace freshet::analytics
