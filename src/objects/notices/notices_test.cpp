// What listeners hear of each way in which an object changes, and that nothing is lost.
#include "objects/notices/notices.h"

#include <gmock/gmock.h>

#include "objects/fixture_test.h"
#include "objects/objects.h"

namespace freshet::objects {
namespace {

struct NoticesTest : StoreFixture {
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
    static io::Task<void> put(Objects& objects, std::string key, std::string content = "x") {
        auto staged = co_await stage(objects, std::move(content));
        auto published = co_await objects.publish("b", std::move(key), std::move(staged), {}, {});
        EXPECT_TRUE(published);
    }
    void write(const std::function<Result<>(meta::Txn&)>& work) {
        auto done = database->write_now(work);
        EXPECT_TRUE(done) << done.error().message();
    }
    void listen(std::vector<NoticePlace> places) {
        write([&](meta::Txn& txn) { return notices::listen_in(txn, "l", places); });
    }
    std::vector<Notice> pending(std::size_t most = 100) {
        std::vector<Notice> found;
        write([&](meta::Txn& txn) -> Result<> {
            auto all = notices::pending(txn, "l", most);
            if (all) found = std::move(*all);
            return {};
        });
        return found;
    }
    std::vector<std::string> told() {
        std::vector<std::string> lines;
        for (const Notice& one : pending())
            lines.push_back(one.bucket + "/" + one.key + " " +
                            std::to_string(static_cast<int>(one.cause)));
        return lines;
    }

    io::ManualClock clock{from_epoch_ms(1'700'000'000'000)};
    std::unique_ptr<io::Disk> disk = io::make_posix_disk();
    io::Pool pool{2, "test"};
    std::int64_t runs = 0;
};

TEST_F(NoticesTest, each_way_to_change_an_object_gives_one_notice) {
    listen({{"b", "in/"}, {"b", "in/deep/"}, {"raw", ""}});
    run([&](Objects& objects) -> io::Task<void> {
        co_await put(objects, "in/a");
        co_await put(objects, "in/deep/a");
        co_await put(objects, "in/a", "replaced");
        co_await put(objects, "out/a");
        auto copied = co_await objects.copy("b", "out/a", "b", "in/c",
                                            [](const ObjectInfo& source) { return source; }, {});
        EXPECT_TRUE(copied);
        auto upload = co_await objects.begin_upload("b", "in/m", {});
        EXPECT_TRUE(upload);
        auto body = co_await stage(objects, "part");
        auto part =
            co_await objects.put_part("b", "in/m", upload->id, 1, std::move(body), Attributes{});
        EXPECT_TRUE(part);
        std::vector<CompletedPart> parts{{1, part->etag}};
        auto completed = co_await objects.complete_upload(
            "b", "in/m", upload->id, parts, {},
            [](const Upload&, const std::vector<PartInfo>&) { return Attributes{}; });
        EXPECT_TRUE(completed);
        auto found = co_await objects.find("b", "in/a");
        Swap swap{"b", {}, {{"in/a", version_of(*found), "raw", "kept"}}, {}};
        auto swapped = co_await objects.swap(std::move(swap));
        EXPECT_TRUE(swapped);
        auto removed = co_await objects.remove("b", "in/c");
        EXPECT_TRUE(removed);
        auto nothing = co_await objects.remove("b", "in/none");
        EXPECT_TRUE(nothing);
    });
    EXPECT_THAT(told(), testing::ElementsAre("b/in/a 0", "b/in/deep/a 0", "b/in/a 0", "b/in/c 1",
                                             "b/in/m 2", "raw/kept 3", "b/in/a 4", "b/in/c 4"));
    const auto all = pending();
    EXPECT_EQ(all[2].size, 8U);
    EXPECT_FALSE(all[2].etag.empty());
    EXPECT_EQ(all[7].at, clock.now());
}

TEST_F(NoticesTest, what_a_refused_transaction_did_is_not_told) {
    listen({{"b", ""}});
    run([&](Objects& objects) -> io::Task<void> {
        co_await put(objects, "a");
        WriteCondition absent;
        absent.must_be_absent = true;
        auto staged = co_await stage(objects, "y");
        auto refused = co_await objects.publish("b", "a", std::move(staged), {}, absent);
        EXPECT_FALSE(refused);
    });
    EXPECT_THAT(told(), testing::ElementsAre("b/a 0"));
}

TEST_F(NoticesTest, a_notice_stays_until_its_listener_is_done_with_it) {
    listen({{"b", ""}});
    run([&](Objects& objects) -> io::Task<void> {
        co_await put(objects, "1");
        co_await put(objects, "2");
        co_await put(objects, "3");
    });
    const auto first = pending(2);
    ASSERT_EQ(first.size(), 2U);
    write([&](meta::Txn& txn) { return notices::done_in(txn, "l", first[1].number); });
    EXPECT_THAT(told(), testing::ElementsAre("b/3 0"));
    // Places change; what was not taken stays.
    listen({{"raw", ""}});
    EXPECT_THAT(told(), testing::ElementsAre("b/3 0"));
    write([&](meta::Txn& txn) { return notices::forget_in(txn, "l"); });
    EXPECT_THAT(told(), testing::IsEmpty());
}

TEST_F(NoticesTest, a_bucket_may_be_made_after_its_listener) {
    listen({{"later", "x"}});
    run([&](Objects& objects) -> io::Task<void> {
        auto made = co_await objects.create_bucket("1", "r", "later");
        EXPECT_TRUE(made);
        auto staged = co_await stage(objects, "y");
        auto published = co_await objects.publish("later", "xy", std::move(staged), {}, {});
        EXPECT_TRUE(published);
    });
    EXPECT_THAT(told(), testing::ElementsAre("later/xy 0"));
}

TEST_F(NoticesTest, a_listener_is_called_after_the_commit) {
    listen({{"b", "in/"}});
    NoticeBell bell(*database);
    run([&](Objects& objects) -> io::Task<void> {
        io::Core& core = *io::Core::current();
        io::Signal rung(core);
        int heard = 0;
        auto watch = bell.watch(core, "l", [&] {
            ++heard;
            rung.notify();
        });
        co_await put(objects, "out/a");
        co_await put(objects, "in/a");
        while (heard == 0) co_await rung.wait();
        EXPECT_EQ(pending().size(), 1U);
        watch.reset();
        co_await put(objects, "in/b");
        EXPECT_EQ(heard, 1);
    });
}

}  // namespace
}  // namespace freshet::objects
