#include "objects/notices/notices.h"

#include <set>
#include <utility>

#include "base/check.h"
#include "meta/announcements.h"
#include "meta/table.h"

namespace freshet::objects {
namespace notices {
namespace {

struct Listener {
    std::string bucket, prefix, name;
};
const auto listeners = meta::table<Listener>("object_listeners", [](auto& column, auto& listener) {
    column.key("bucket", listener.bucket);
    column.key("prefix", meta::blob(listener.prefix));
    column.key("name", listener.name);
});

struct Stored {
    Notice notice;
    std::string listener;
};
const auto stored = meta::table<Stored>("object_notices", [](auto& column, auto& row) {
    auto& notice = row.notice;
    column.id("number", notice.number);
    column("listener", row.listener);
    column("bucket", notice.bucket);
    column("key", meta::blob(notice.key));
    column("cause", notice.cause);
    column("size", notice.size);
    column("etag", notice.etag);
    column("at_ms", notice.at);
});

/// Who hears of a key, and the name of its bucket.
Result<std::set<std::string>> listeners_of(meta::Txn& txn, std::int64_t bucket,
                                           const std::string& key, std::string* bucket_name) {
    std::set<std::string> names;
    auto read = txn.query(
        "SELECT listener.name, listener.bucket FROM buckets CROSS JOIN object_listeners AS "
        "listener "
        "ON listener.bucket = buckets.name WHERE buckets.id = ?1 AND "
        "substr(?2, 1, length(listener.prefix)) = listener.prefix",
        {bucket, Bytes::copy(key)}, [&](const meta::Row& row) {
            names.insert(row.text(0));
            *bucket_name = row.text(1);
            return true;
        });
    if (!read) return pass(read);
    return names;
}

}  // namespace

std::vector<meta::Shape> shapes() { return meta::shapes_of(listeners, stored); }

std::vector<meta::Migration> migrations() {
    return {{"notices", 1,
             "CREATE TABLE object_listeners (bucket TEXT NOT NULL, prefix BLOB NOT NULL, name TEXT "
             "NOT NULL, PRIMARY KEY (bucket, prefix, name)) WITHOUT ROWID;"
             "CREATE TABLE object_notices (number INTEGER PRIMARY KEY AUTOINCREMENT, listener TEXT "
             "NOT NULL, bucket TEXT NOT NULL, key BLOB NOT NULL, cause INTEGER NOT NULL, size "
             "INTEGER NOT NULL, etag TEXT NOT NULL, at_ms INTEGER NOT NULL);"
             "CREATE INDEX object_notices_by_listener ON object_notices (listener)"}};
}

Result<> listen_in(meta::Txn& txn, const std::string& listener,
                   const std::vector<NoticePlace>& places) {
    auto done = txn.run("DELETE FROM object_listeners WHERE name = ?1", {listener});
    for (const NoticePlace& place : places) {
        if (done) done = listeners.put(txn, Listener{place.bucket, place.prefix, listener});
    }
    return done;
}

Result<> forget_in(meta::Txn& txn, const std::string& listener) {
    auto done = listen_in(txn, listener, {});
    if (done) done = txn.run("DELETE FROM object_notices WHERE listener = ?1", {listener});
    return done;
}

Result<std::vector<Notice>> pending(const meta::Connection& connection, const std::string& listener,
                                    std::size_t count_max) {
    std::vector<Notice> all;
    auto read = stored.each(connection, "WHERE listener = ?1 ORDER BY number LIMIT ?2",
                            meta::values(listener, count_max),
                            [&](Stored row) { all.push_back(std::move(row.notice)); });
    if (!read) return pass(read);
    return all;
}

Result<> done_in(meta::Txn& txn, const std::string& listener, std::int64_t number) {
    return txn.run("DELETE FROM object_notices WHERE listener = ?1 AND number <= ?2",
                   {listener, number});
}

Result<> record(meta::Txn& txn, std::int64_t bucket, const Notice& change) {
    Stored row{change, ""};
    auto names = listeners_of(txn, bucket, change.key, &row.notice.bucket);
    if (!names) return pass(names);
    for (const std::string& name : *names) {
        row.listener = name;
        if (auto written = stored.insert(txn, row); !written) return written;
        meta::announcements_here().note(name);
    }
    return {};
}

}  // namespace notices

NoticeBell::NoticeBell(const meta::Database& database) {
    auto found = database.read_now([this](const meta::Connection&) -> Result<> {
        announcements_ = &meta::announcements_here();
        return {};
    });
    FRESHET_CHECK(found);  // nothing was read
}

std::shared_ptr<const void> NoticeBell::watch(io::Core& core, const std::string& listener,
                                              std::function<void()> heard) {
    // A call that is on its way when the answer is dropped finds that it is over.
    struct Watch {
        std::function<void()> heard;
        std::shared_ptr<const void> listening;
    };
    auto watch = std::make_shared<Watch>(Watch{std::move(heard), nullptr});
    watch->listening =
        announcements_->listen(listener, [&core, weak = std::weak_ptr<Watch>(watch)] {
            core.post([weak] {
                if (const auto alive = weak.lock()) alive->heard();
            });
        });
    return watch;
}

}  // namespace freshet::objects
