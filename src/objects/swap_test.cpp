// Many objects for many in one commit, files of other processes, and holds of readers.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "objects/fixture_test.h"
#include "objects/limits.h"
#include "objects/objects.h"
#include "objects/store.h"

namespace freshet::objects {
namespace {

namespace fs = std::filesystem;

struct SwapTest : StoreFixture {
    void run(const std::function<io::Task<void>(Objects&)>& body) {
        io::run_to_end(clock, [&](io::Core& core) { return live(core, body); });
    }
    io::Task<void> live(io::Core& core, const std::function<io::Task<void>(Objects&)>& body) {
        Objects objects(core, *database, *disk, root / "objects", root / "keys/objects.keys", pool);
        const auto opened = objects.open({++runs, false}, clock.now());
        EXPECT_TRUE(opened) << opened.error().message();
        for (const char* bucket : {"b", "raw"}) {
            auto made = co_await objects.create_bucket("1", "r", bucket);
            EXPECT_EQ(made.has_value(), runs == 1);
        }
        co_await body(objects);
    }

    static io::Task<Staged> stage(Objects& objects, std::string content) {
        std::vector<Bytes> pieces;
        pieces.push_back(Bytes::own(std::move(content)));
        auto staged = co_await objects.stage(std::move(pieces));
        EXPECT_TRUE(staged);
        co_return std::move(*staged);
    }
    /// Its version.
    static io::Task<std::string> put(Objects& objects, std::string key, std::string content) {
        auto staged = co_await stage(objects, std::move(content));
        auto published = co_await objects.publish("b", key, std::move(staged), {{"a", "1"}}, {});
        EXPECT_TRUE(published);
        auto found = co_await objects.find("b", key);
        EXPECT_TRUE(found);
        co_return found ? version_of(*found) : "";
    }
    /// "-" when there is none.
    static io::Task<std::string> get(Objects& objects, std::string bucket, std::string key) {
        auto object = co_await objects.find(std::move(bucket), std::move(key));
        if (!object) co_return "-";
        auto body = co_await objects.open_body(*object, 0, object->size);
        if (!body) co_return body.error().message();
        auto read = co_await io::read_all(**body, object->size);
        co_return read ? read->str() : read.error().message();
    }
    std::string write_scratch(Objects& objects, const std::string& name,
                              const std::string& content) {
        const std::string path = objects.scratch_directory() + "/" + name;
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }

    io::ManualClock clock{from_epoch_ms(1'700'000'000'000)};
    std::unique_ptr<io::Disk> disk = io::make_posix_disk();
    io::Pool pool{2, "test"};
    std::int64_t runs = 0;
};

TEST_F(SwapTest, removes_moves_and_adds_in_one_commit) {
    run([&](Objects& objects) -> io::Task<void> {
        const std::string a = co_await put(objects, "a", "aaa");
        const std::string b = co_await put(objects, "b", std::string(200'000, 'b'));
        clock.advance(1s);
        Swap swap{"b", {{"a", a}}, {{"b", b, "raw", "kept/b"}}, {}};
        auto staged = co_await stage(objects, "merged");
        swap.added.push_back({"m", std::move(staged), {{"content-type", "x"}}});
        auto done = co_await objects.swap(std::move(swap));
        EXPECT_TRUE(done) << done.error().message();
        EXPECT_EQ(co_await get(objects, "b", "a"), "-");
        EXPECT_EQ(co_await get(objects, "b", "b"), "-");
        EXPECT_EQ(co_await get(objects, "raw", "kept/b"), std::string(200'000, 'b'));
        EXPECT_EQ(co_await get(objects, "b", "m"), "merged");
        auto kept = co_await objects.find("raw", "kept/b");
        EXPECT_TRUE(kept && kept->attributes == Attributes({{"a", "1"}}));
        EXPECT_EQ(kept ? version_of(*kept) : "", b);
    });
}

TEST_F(SwapTest, is_refused_whole_by_the_key_that_changed) {
    run([&](Objects& objects) -> io::Task<void> {
        const std::string a = co_await put(objects, "a", "aaa");
        const std::string b = co_await put(objects, "b", "bbb");
        const auto refusal = [&](Swap swap) -> io::Task<std::string> {
            auto done = co_await objects.swap(std::move(swap));
            EXPECT_TRUE(!done && done.error().is(Errc::condition));
            co_return done ? "" : done.error().message();
        };
        auto text = co_await refusal({"b", {{"a", a}, {"gone", "1-1-x"}}, {}, {}});
        EXPECT_TRUE(text.contains("gone: the object is gone")) << text;
        // The same bytes at the same moment are another version.
        const std::string replaced = co_await put(objects, "b", "bbb");
        EXPECT_NE(replaced, b);
        text = co_await refusal({"b", {{"a", a}, {"b", b}}, {}, {}});
        EXPECT_TRUE(text.contains("b: the object was replaced")) << text;
        text = co_await refusal({"b", {}, {{"a", a, "b", "b"}}, {}});
        EXPECT_TRUE(text.contains("b: there is an object of this key")) << text;
        Swap taken{"b", {{"a", a}}, {}, {}};
        auto staged = co_await stage(objects, "new");
        taken.added.push_back({"b", staged, {}});
        text = co_await refusal(taken);
        EXPECT_TRUE(text.contains("b: there is an object of this key")) << text;
        auto upload = co_await objects.begin_upload("b", "new", {});
        EXPECT_TRUE(upload);
        taken.added[0].key = "new";
        text = co_await refusal(taken);
        EXPECT_TRUE(text.contains("new: a multipart upload is open")) << text;
        EXPECT_EQ(co_await get(objects, "b", "a"), "aaa");
        auto aborted = co_await objects.abort_upload("b", "new", upload->id);
        EXPECT_TRUE(aborted);
        auto done = co_await objects.swap(taken);
        EXPECT_TRUE(done);
        EXPECT_EQ(co_await get(objects, "b", "new"), "new");
    });
}

TEST_F(SwapTest, adopts_files_of_every_size_and_seals_them_when_asked) {
    run([&](Objects& objects) -> io::Task<void> {
        for (const std::size_t size : {std::size_t{0}, std::size_t{1000}, std::size_t{131'072},
                                       std::size_t{131'073}, std::size_t{3'000'000}}) {
            for (const Encryption encryption : {Encryption::none, Encryption::aes256}) {
                std::string content;
                while (content.size() < size) content += "row " + std::to_string(content.size());
                content.resize(size);
                const std::string path = write_scratch(objects, "f", content);
                auto plain = co_await stage(objects, content);
                auto staged = co_await objects.adopt(path, encryption);
                EXPECT_TRUE(staged) << staged.error().message();
                EXPECT_EQ(staged->md5, plain.md5);
                EXPECT_FALSE(fs::exists(path));
                auto put = co_await objects.publish("b", "k", std::move(*staged), {}, {});
                EXPECT_TRUE(put);
                EXPECT_EQ(co_await get(objects, "b", "k"), content) << size;
                co_await objects.discard(std::move(plain));
            }
        }
        auto missing = co_await objects.adopt(objects.scratch_directory() + "/none");
        EXPECT_FALSE(missing);
        write_scratch(objects, "left", "of a run that ended");
    });
    run([&](Objects& objects) -> io::Task<void> {
        EXPECT_TRUE(fs::is_empty(objects.scratch_directory()));
        EXPECT_EQ((co_await get(objects, "b", "k")).size(), 3'000'000U);
    });
}

/// Lets the sweep run while the clock moves by `time`.
io::Task<void> pass_time(SwapTest& test, Millis time) {
    for (Millis passed{0}; passed < time; passed += 30s) {
        test.clock.advance(30s);
        for (int i = 0; i < 20; ++i) co_await test.pool.run([] {});
        auto seen = co_await test.database->read([](const meta::Connection&) { return true; });
        EXPECT_TRUE(seen);
    }
}

TEST_F(SwapTest, bytes_stay_for_who_took_a_hold_before_they_died) {
    run([&](Objects& objects) -> io::Task<void> {
        objects.start();
        const std::string old = co_await put(objects, "large", std::string(300'000, 'o'));
        auto hold = objects.hold();
        auto found = co_await objects.find("b", "large");
        auto staged = co_await stage(objects, std::string(300'000, 'n'));
        auto done = co_await objects.swap({"b", {{"large", old}}, {}, {{"new", staged, {}}}});
        EXPECT_TRUE(done);
        const auto path = objects.path_of(found->extents.front());
        co_await pass_time(*this, 2 * limits::unlink_grace);
        EXPECT_TRUE(fs::exists(path));
        auto body = co_await objects.open_body(*found, 0, found->size);
        EXPECT_TRUE(body);
        // What dies after the hold stays too, what died before it goes.
        auto later = objects.hold();
        hold.reset();
        co_await pass_time(*this, limits::unlink_grace);
        for (int i = 0; i < 1000 && fs::exists(path); ++i) co_await pass_time(*this, 30s);
        EXPECT_FALSE(fs::exists(path));
        later.reset();
        co_await objects.stop();
    });
}

}  // namespace
}  // namespace freshet::objects
