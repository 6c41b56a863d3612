// Keys of encrypted streams: wrapped, rotated, missing; a changed record is found.
#include "stream/records/key_ring.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "stream/errors.h"
#include "stream/records/record.h"

namespace freshet::stream {
namespace {

namespace fs = std::filesystem;

struct KeyRingTest : testing::Test {
    KeyRingTest() {
        root = fs::temp_directory_path() /
               ("freshet-keys-" + std::to_string(::getpid()) + "-" +
                testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(root);
        fs::create_directories(root);
    }
    ~KeyRingTest() override { fs::remove_all(root); }
    std::string path() const { return root / "keys/streams.keys"; }
    WrappedKey make(KeyRing& ring, std::int64_t id) {
        auto made = ring.make(7);
        EXPECT_TRUE(made);
        made->id = id;
        EXPECT_TRUE(ring.add(*made));
        return *made;
    }
    fs::path root;
    std::unique_ptr<io::Disk> disk = io::make_posix_disk();
};

TEST_F(KeyRingTest, the_first_key_makes_a_file_that_only_the_owner_reads) {
    KeyRing ring(*disk, path());
    ASSERT_TRUE(ring.load());
    make(ring, 1);
    struct stat file{};
    ASSERT_EQ(::stat(path().c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600u);
}

TEST_F(KeyRingTest, sealed_records_open_after_a_restart_and_changed_ones_never) {
    std::string sealed;
    WrappedKey key;
    {
        KeyRing ring(*disk, path());
        key = make(ring, 3);
        sealed = *ring.seal(3, "record", "head");
    }
    KeyRing ring(*disk, path());
    ASSERT_TRUE(ring.load());
    EXPECT_TRUE(ring.open(3, sealed, "head").error().is(Errc::key_unavailable))
        << "not yet taken up";
    ASSERT_TRUE(ring.add(key));
    EXPECT_EQ(*ring.open(3, sealed, "head"), "record");
    sealed[sealed.size() / 2] = static_cast<char>(sealed[sealed.size() / 2] ^ 1);
    const auto opened = ring.open(3, sealed, "head");
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().is(freshet::Errc::corrupt));
    WrappedKey stolen = key;
    stolen.stream = 8;  // a wrapped key is bound to its stream
    EXPECT_TRUE(ring.add(stolen).error().is(Errc::key_unavailable));
}

TEST_F(KeyRingTest, no_bit_of_a_sealed_record_can_change_unseen) {
    KeyRing ring(*disk, path());
    ASSERT_TRUE(ring.load());
    make(ring, 3);
    const std::string head = sealed_head(3);
    const std::string good = head + *ring.seal(3, encode_record("key", "data").view(), head);
    // The first byte says that it is sealed; with the frame's checksum it is the log's.
    for (std::size_t bit = 8; bit < good.size() * 8; ++bit) {
        std::string bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        const auto id = sealed_with(Bytes::literal(bad));
        ASSERT_TRUE(id);
        const auto opened =
            ring.open(*id, bad.substr(sealed_head_bytes), bad.substr(0, sealed_head_bytes));
        ASSERT_FALSE(opened) << bit;
        EXPECT_TRUE(opened.error().is(freshet::Errc::corrupt) ||
                    opened.error().is(Errc::key_unavailable));
    }
}

TEST_F(KeyRingTest, a_new_master_key_wraps_anew_what_the_old_one_wrapped) {
    KeyRing ring(*disk, path());
    const WrappedKey key = make(ring, 1);
    const std::string sealed = *ring.seal(1, "record", "");
    EXPECT_FALSE(ring.rewrap(key)) << "it is the newest";
    const std::string newest = "2 " + std::string(64, 'a') + "\n";
    auto text = io::read_file(*disk, path(), 1000);
    ASSERT_TRUE(io::write_file(*disk, path(), *text + newest));
    KeyRing both(*disk, path());
    ASSERT_TRUE(both.load());
    const auto renewed = both.rewrap(key);
    ASSERT_TRUE(renewed);
    EXPECT_EQ(renewed->master, 2);
    ASSERT_TRUE(io::write_file(*disk, path(), newest));
    KeyRing last(*disk, path());
    ASSERT_TRUE(last.load());
    EXPECT_TRUE(last.add(key).error().is(Errc::key_unavailable));
    ASSERT_TRUE(last.add(*renewed));
    EXPECT_EQ(*last.open(1, sealed, ""), "record");
}

TEST_F(KeyRingTest, a_line_that_is_no_key_is_refused_by_name) {
    fs::create_directories(root / "keys");
    for (const std::string& text :
         {std::string("1 abc\n"), std::string("x\n"), "0 " + std::string(64, 'a') + "\n",
          "1 " + std::string(64, 'g') + "\n"}) {
        ASSERT_TRUE(io::write_file(*disk, path(), text));
        KeyRing ring(*disk, path());
        const auto loaded = ring.load();
        ASSERT_FALSE(loaded) << text;
        EXPECT_NE(loaded.error().message().find(path()), std::string::npos);
    }
}

}  // namespace
}  // namespace freshet::stream
