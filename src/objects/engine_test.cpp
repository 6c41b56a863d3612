// The engine on a directory of its own: encrypted bodies, and packs whose garbage is given back.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <random>
#include <set>

#include "base/crypto/digest.h"
#include "base/log.h"
#include "objects/fixture_test.h"
#include "objects/limits.h"
#include "objects/objects.h"
#include "objects/store.h"

namespace freshet::objects {
namespace {

namespace fs = std::filesystem;

struct EngineTest : StoreFixture {
    using Body = std::function<io::Task<void>(Objects&, io::Core&)>;
    /// One run of the server.
    void run(Body body) {
        io::run_to_end(clock, [&](io::Core& core) { return live(core, body); });
    }
    io::Task<void> live(io::Core& core, const Body& body) {
        Objects objects(core, *database, *disk, root / "objects", root / "keys/objects.keys", pool);
        const auto opened = objects.open({++runs, false}, clock.now());
        EXPECT_TRUE(opened) << opened.error().message();
        if (runs == 1) {
            auto made = co_await objects.create_bucket("1", "r", "b");
            EXPECT_TRUE(made);
        }
        co_await body(objects, core);
    }

    static io::Task<void> put(Objects& objects, std::string key, std::string content,
                              Encryption encryption = Encryption::none) {
        std::vector<Bytes> pieces;
        for (std::size_t at = 0; at < content.size(); at += 50'000)
            pieces.push_back(Bytes::copy(std::string_view(content).substr(at, 50'000)));
        auto staged = co_await objects.stage(std::move(pieces), encryption);
        EXPECT_TRUE(staged);
        auto published = co_await objects.publish("b", key, std::move(*staged), {}, {});
        EXPECT_TRUE(published);
    }
    static io::Task<Result<std::string>> get(Objects& objects, std::string key,
                                             std::uint64_t offset = 0,
                                             std::uint64_t size = 1 << 30) {
        auto object = co_await objects.find("b", key);
        if (!object) co_return pass(object);
        size = std::min(size, object->size - std::min(object->size, offset));
        auto body = co_await objects.open_body(*object, offset, size);
        if (!body) co_return pass(body);
        auto read = co_await io::read_all(**body, size);
        if (!read) co_return pass(read);
        co_return read->str();
    }

    std::uint64_t bytes_on_disk() const {
        std::uint64_t bytes = 0;
        for (const auto& entry : fs::recursive_directory_iterator(root / "objects"))
            if (entry.is_regular_file()) bytes += entry.file_size();
        return bytes;
    }
    bool is_on_disk(std::string_view marker) const {
        for (const auto& entry : fs::recursive_directory_iterator(root)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string content{std::istreambuf_iterator<char>(file), {}};
            if (content.find(marker) != std::string::npos) return true;
        }
        return false;
    }

    io::ManualClock clock{from_epoch_ms(1'700'000'000'000)};
    std::unique_ptr<io::Disk> disk = io::make_posix_disk();
    io::Pool pool{2, "test"};
    std::int64_t runs = 0;
};

std::string noise(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>(random());
    return text;
}

constexpr std::string_view marker = "this text must not lie on the disk";

std::string marked(std::size_t size) {
    std::string text;
    while (text.size() < size) text += marker;
    text.resize(size);
    return text;
}

TEST_F(EngineTest, an_encrypted_body_is_nowhere_on_the_disk_and_any_range_of_it_reads) {
    const std::vector<std::size_t> sizes{0,       1,       70'000,  65'536,
                                         131'072, 131'073, 500'000, 3'000'000};
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        for (const std::size_t size : sizes)
            co_await put(objects, std::to_string(size), marked(size), Encryption::aes256);
    });
    EXPECT_FALSE(is_on_disk(marker));
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        for (const std::size_t size : sizes) {
            const std::string whole = marked(size);
            auto all = co_await get(objects, std::to_string(size));
            EXPECT_TRUE(all && *all == whole) << size;
            for (const std::size_t from : {size / 3, size - std::min<std::size_t>(size, 10)}) {
                auto part = co_await get(objects, std::to_string(size), from, 66'000);
                EXPECT_TRUE(part && *part == whole.substr(from, 66'000)) << size << " " << from;
            }
        }
        co_await put(objects, "plain", marked(1000));
    });
    EXPECT_TRUE(is_on_disk(marker));
}

TEST_F(EngineTest, without_its_master_key_an_encrypted_object_is_an_error_and_others_read) {
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        co_await put(objects, "sealed", marked(1000), Encryption::aes256);
        co_await put(objects, "plain", "open");
    });
    const fs::path keys = root / "keys/objects.keys";
    EXPECT_EQ(fs::status(keys).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    fs::rename(keys, root / "taken");
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        auto sealed = co_await get(objects, "sealed");
        EXPECT_TRUE(!sealed && sealed.error().is(Errc::key_unavailable));
        auto plain = co_await get(objects, "plain");
        EXPECT_TRUE(plain && *plain == "open");
        // A new master key never gets the number of the lost one.
        co_await put(objects, "later", marked(1000), Encryption::aes256);
    });
    std::ofstream(keys, std::ios::app) << std::ifstream(root / "taken").rdbuf();
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        for (const char* key : {"sealed", "later"}) {
            auto read = co_await get(objects, key);
            EXPECT_TRUE(read && *read == marked(1000)) << key;
        }
    });
}

TEST_F(EngineTest, a_changed_byte_of_an_encrypted_object_is_an_error) {
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        co_await put(objects, "k", marked(200'000), Encryption::aes256);
    });
    for (const auto& entry : fs::recursive_directory_iterator(root / "objects")) {
        if (!entry.is_regular_file() || entry.file_size() < 200'000) continue;
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(150'000);
        file.put('x');
    }
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        auto whole = co_await get(objects, "k");
        EXPECT_TRUE(!whole && whole.error().is(freshet::Errc::corrupt));
        auto front = co_await get(objects, "k", 0, 1000);
        EXPECT_TRUE(front && *front == marked(1000));
    });
}

/// Moves the clock until the sweep has left `bytes_max`, and stops it.
io::Task<void> stop_at(EngineTest& test, Objects& objects, std::uint64_t bytes_max) {
    for (int i = 0; i < 20'000 && test.bytes_on_disk() > bytes_max; ++i) {
        test.clock.advance(30s);
        co_await test.pool.run([] {});
    }
    co_await objects.stop();
}

io::Task<void> sweep_until(EngineTest& test, Objects& objects, std::uint64_t bytes_max) {
    objects.start();
    co_await stop_at(test, objects, bytes_max);
}

TEST_F(EngineTest, the_space_of_deleted_small_objects_comes_back) {
    const int count = 400, kept_every = 20;
    const std::size_t size = 10'000;
    const auto kind = [](int i) { return i % 2 ? Encryption::aes256 : Encryption::none; };
    std::optional<ObjectInfo> before;
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        for (int i = 0; i < count; ++i)
            co_await put(objects, std::to_string(i), noise(size, static_cast<unsigned>(i)),
                         kind(i));
        auto found = co_await objects.find("b", "20");
        before = *found;
    });
    const std::uint64_t full = bytes_on_disk();
    EXPECT_GT(full, count * size);
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        auto copied = co_await objects.copy(
            "b", "40", "b", "copy",
            [](const ObjectInfo& source) -> Result<ObjectInfo> { return source; }, {});
        EXPECT_TRUE(copied);
        for (int i = 0; i < count; ++i) {
            if (i % kept_every == 0) continue;
            auto removed = co_await objects.remove("b", std::to_string(i));
            EXPECT_TRUE(removed);
        }
        // Who began to read before reads on: the file outlives its name in this reader.
        auto reader = co_await objects.open_body(*before, 0, size);
        EXPECT_TRUE(reader);
        co_await sweep_until(*this, objects, full / 10);
        EXPECT_LE(bytes_on_disk(), full / 10);
        auto read = co_await io::read_all(**reader, size);
        EXPECT_TRUE(read && read->str() == noise(size, 20));
    });
    for (int again = 0; again < 2; ++again) {
        run([&](Objects& objects, io::Core&) -> io::Task<void> {
            for (int i = 0; i < count; i += kept_every) {
                auto read = co_await get(objects, std::to_string(i));
                EXPECT_TRUE(read && *read == noise(size, static_cast<unsigned>(i))) << i;
            }
            auto copy = co_await get(objects, "copy");
            EXPECT_TRUE(copy && *copy == noise(size, 40));
        });
    }
}

TEST_F(EngineTest, the_space_of_the_pack_that_is_being_written_comes_back) {
    const int count = 200, kept = 3;
    const std::size_t size = 60'000;
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        for (int i = 0; i < count; ++i)
            co_await put(objects, std::to_string(i), noise(size, static_cast<unsigned>(i)));
        const std::uint64_t full = bytes_on_disk();
        for (int i = kept; i < count; ++i) {
            auto removed = co_await objects.remove("b", std::to_string(i));
            EXPECT_TRUE(removed);
        }
        co_await sweep_until(*this, objects, full / 10);
        EXPECT_LE(bytes_on_disk(), full / 10);
        for (int i = 0; i < kept; ++i) {
            auto read = co_await get(objects, std::to_string(i));
            EXPECT_TRUE(read && *read == noise(size, static_cast<unsigned>(i))) << i;
        }
    });
}

TEST_F(EngineTest, an_entry_of_a_pack_that_is_sealed_meanwhile_is_published) {
    const std::size_t size = 100'000;
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        co_await put(objects, "gone", noise(size, 1));
        co_await put(objects, "gone too", noise(size, 2));
        for (const char* key : {"gone", "gone too"}) {
            auto removed = co_await objects.remove("b", key);
            EXPECT_TRUE(removed);
        }
        clock.advance(10h);  // the pack has been without an extent for long
        std::vector<Bytes> pieces{Bytes::own(noise(size, 3))};
        auto staged = co_await objects.stage(std::move(pieces));
        EXPECT_TRUE(staged);
        objects.start();
        const Timestamp until = clock.now() + 10min;
        while (clock.now() < until) {
            clock.advance(30s);
            co_await pool.run([] {});
        }
        auto published = co_await objects.publish("b", "kept", std::move(*staged), {}, {});
        EXPECT_TRUE(published);
        co_await stop_at(*this, objects, 2 * size);
        EXPECT_LT(bytes_on_disk(), 2 * size) << "the sealed pack was copied";
        auto read = co_await get(objects, "kept");
        EXPECT_TRUE(read && *read == noise(size, 3));
    });
}

TEST_F(EngineTest, the_headers_of_tiny_entries_are_garbage_too) {
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        for (int i = 0; i < 20; ++i) co_await put(objects, std::to_string(i), "sixsix");
        for (int i = 1; i < 20; ++i) {
            auto removed = co_await objects.remove("b", std::to_string(i));
            EXPECT_TRUE(removed);
        }
    });
    const std::uint64_t full = bytes_on_disk();
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        co_await sweep_until(*this, objects, full / 2);
        EXPECT_LE(bytes_on_disk(), full / 2);
        auto read = co_await get(objects, "0");
        EXPECT_TRUE(read && *read == "sixsix");
    });
}

TEST_F(EngineTest, every_commit_that_names_staged_bytes_waits_for_their_sync) {
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        int awaited = 0;
        const auto stage = [&]() -> io::Task<Staged> {
            std::vector<Bytes> pieces{Bytes::own(noise(1000, 1))};
            auto staged = co_await objects.stage(std::move(pieces));
            EXPECT_TRUE(staged->synced.valid());
            staged->synced = std::async(std::launch::deferred, [&, synced = staged->synced] {
                                 synced.wait();
                                 ++awaited;
                             }).share();
            co_return std::move(*staged);
        };
        auto staged = co_await stage();
        auto published = co_await objects.publish("b", "key", std::move(staged), {}, {});
        EXPECT_TRUE(published);
        EXPECT_EQ(awaited, 1);
        auto upload = co_await objects.begin_upload("b", "parts", {});
        EXPECT_TRUE(upload);
        staged = co_await stage();
        auto part = co_await objects.put_part("b", "parts", upload->id, 1, std::move(staged), {});
        EXPECT_TRUE(part);
        EXPECT_EQ(awaited, 2);
        staged = co_await stage();
        co_await objects.discard(std::move(staged));
        EXPECT_EQ(awaited, 3);
    });
}

// A file that grows costs its sync the write of its new length.
TEST_F(EngineTest, a_pack_does_not_grow_with_each_small_entry) {
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        std::set<std::uint64_t> sizes;
        for (int i = 0; i < 300; ++i) {
            co_await put(objects, std::to_string(i), noise(1000, static_cast<unsigned>(i)));
            sizes.insert(bytes_on_disk());
        }
        EXPECT_LT(sizes.size(), 100u);
        EXPECT_LT(*sizes.rbegin(), 300 * 1100 * 9 / 8);
        for (int i = 0; i < 300; ++i) {
            auto read = co_await get(objects, std::to_string(i));
            EXPECT_TRUE(read && *read == noise(1000, static_cast<unsigned>(i))) << i;
        }
    });
}

/// A body that breaks off after `bytes`.
struct BrokenBody final : io::BodyReader {
    explicit BrokenBody(std::size_t bytes) : left(bytes) {}
    io::Task<Result<Bytes>> read() override {
        if (left == 0) co_return fail(freshet::Errc::io, "the client went away");
        const std::size_t size = std::min<std::size_t>(left, 100'000);
        left -= size;
        co_return Bytes::own(noise(size, 1));
    }
    std::size_t left;
};

TEST_F(EngineTest, the_space_of_refused_bodies_comes_back) {
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        co_await put(objects, "there", "small");
        const std::uint64_t before = bytes_on_disk();
        auto broken = co_await objects.stage(std::make_shared<BrokenBody>(1'000'000));
        EXPECT_FALSE(broken);
        EXPECT_EQ(bytes_on_disk(), before) << "a body that breaks off leaves nothing";
        for (const std::size_t size : {std::size_t{100'000}, std::size_t{500'000}}) {
            for (unsigned i = 0; i < 4; ++i) {
                std::vector<Bytes> pieces{Bytes::own(noise(size, i))};
                auto staged = co_await objects.stage(std::move(pieces));
                EXPECT_TRUE(staged);
                auto refused =
                    co_await objects.publish("b", "there", std::move(*staged), {}, {true, {}});
                EXPECT_TRUE(!refused && refused.error().is(Errc::condition));
                std::vector<Bytes> part{Bytes::own(noise(size, i))};
                auto of_part = co_await objects.stage(std::move(part));
                EXPECT_TRUE(of_part);
                auto no_upload =
                    co_await objects.put_part("b", "there", "none", 1, std::move(*of_part), {});
                EXPECT_TRUE(!no_upload && no_upload.error().is(Errc::no_upload));
            }
        }
        EXPECT_GT(bytes_on_disk(), 4'000'000u);
        co_await sweep_until(*this, objects, 10'000);
        EXPECT_LE(bytes_on_disk(), 10'000u);
        auto read = co_await get(objects, "there");
        EXPECT_TRUE(read && *read == "small");
    });
}

TEST_F(EngineTest, an_index_from_before_places_were_kept_learns_them) {
    const std::size_t size = 10'000;
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        for (int i = 0; i < 50; ++i)
            co_await put(objects, std::to_string(i), noise(size, static_cast<unsigned>(i)));
        for (int i = 5; i < 50; ++i) {
            auto removed = co_await objects.remove("b", std::to_string(i));
            EXPECT_TRUE(removed);
        }
    });
    const std::uint64_t full = bytes_on_disk();
    ASSERT_TRUE(database->write_now([](meta::Txn& txn) -> Result<> {
        for (const char* sql :
             {"UPDATE extents SET offset = NULL, size = NULL", "DELETE FROM pack_garbage"}) {
            if (auto done = txn.execute(sql); !done) return pass(done);
        }
        return {};
    }));
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        auto read = co_await get(objects, "3");
        EXPECT_TRUE(read && *read == noise(size, 3));
        co_await sweep_until(*this, objects, full / 5);
        EXPECT_LE(bytes_on_disk(), full / 5);
        read = co_await get(objects, "3");
        EXPECT_TRUE(read && *read == noise(size, 3));
    });
}

TEST_F(EngineTest, a_damaged_entry_stops_the_compaction_of_its_pack_and_nothing_else) {
    const std::size_t size = 10'000;
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        for (int i = 0; i < 20; ++i)
            co_await put(objects, std::to_string(i), noise(size, static_cast<unsigned>(i)));
    });
    fs::path pack;
    for (const auto& entry : fs::recursive_directory_iterator(root / "objects"))
        if (entry.is_regular_file()) pack = entry.path();
    {
        std::fstream file(pack, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(100);
        file.put('x');  // of object 0
    }
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        for (int i = 5; i < 20; ++i) {
            auto removed = co_await objects.remove("b", std::to_string(i));
            EXPECT_TRUE(removed);
        }
        objects.start();
        for (int i = 0; i < 200; ++i) {
            clock.advance(30s);
            co_await pool.run([] {});
        }
        co_await objects.stop();
        EXPECT_TRUE(fs::exists(pack));
        auto read = co_await get(objects, "3");
        EXPECT_TRUE(read && *read == noise(size, 3));
    });
}

// An object that was read is in memory: each change of it, or of where it lies, shows at once.
TEST_F(EngineTest, an_object_that_was_read_is_read_again_after_a_change) {
    run([&](Objects& objects, io::Core&) -> io::Task<void> {
        for (const std::string content : {"first", "second", "third"}) {
            co_await put(objects, "key", content);
            for (int i = 0; i < 2; ++i) {
                auto read = co_await get(objects, "key");
                EXPECT_TRUE(read && *read == content);
            }
        }
        auto changed = co_await objects.change(
            "b", "key", [](Attributes& attributes) { attributes["x-amz-meta-a"] = "b"; });
        EXPECT_TRUE(changed);
        auto found = co_await objects.find("b", "key");
        EXPECT_TRUE(found && found->attributes.at("x-amz-meta-a") == "b");
        EXPECT_TRUE(co_await objects.remove("b", "key"));
        auto gone = co_await objects.find("b", "key");
        EXPECT_TRUE(!gone && gone.error().is(Errc::no_key));
    });
}

// Bodies that come at the same time are hashed side by side, the large and the small ones.
TEST_F(EngineTest, bodies_that_are_staged_together_have_their_own_digests) {
    run([&](Objects& objects, io::Core& core) -> io::Task<void> {
        const auto stage = [&](std::size_t size, unsigned seed) -> io::Task<void> {
            const std::string content = noise(size, seed);
            std::vector<Bytes> pieces;
            for (std::size_t at = 0; at < size; at += 70'001)
                pieces.push_back(Bytes::copy(std::string_view(content).substr(at, 70'001)));
            auto staged = co_await objects.stage(std::move(pieces));
            EXPECT_TRUE(staged && to_hex(staged->md5) == to_hex(md5(content))) << size;
        };
        io::Scope scope(core);
        for (unsigned i = 0; i < 24; ++i)
            scope.spawn(stage(i % 2 ? 500'000 + i * 7919 : i * 99, i));
        co_await scope.join();
    });
}

}  // namespace
}  // namespace freshet::objects
