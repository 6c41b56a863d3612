#include "objects/objects.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "base/log.h"
#include "objects/extent_store.h"
#include "objects/files/extent_reader.h"
#include "objects/limits.h"
#include "objects/store.h"

namespace freshet::objects {
namespace {

Result<> check_condition(const meta::Connection& connection, std::int64_t bucket,
                         const std::string& key, const WriteCondition& condition) {
    if (!condition.must_be_absent && !condition.must_match) return {};
    auto old = store::find_object(connection, bucket, key);
    if (!old && !old.error().is(Errc::no_key)) return pass(old);
    if (condition.must_be_absent && old) return fail(Errc::condition, "If-None-Match");
    if (!condition.must_match) return {};
    if (!old) return pass(old);
    if (*condition.must_match != "*" && *condition.must_match != old->etag)
        return fail(Errc::condition, "If-Match");
    return {};
}

Result<> check_deletion(const meta::Connection& connection, std::int64_t bucket,
                        const Deletion& deletion) {
    if (!deletion.must_match && !deletion.modified && !deletion.size) return {};
    auto object = store::find_object(connection, bucket, deletion.key);
    if (!object && object.error().is(Errc::no_key) && !deletion.must_match) return {};
    if (!object) return pass(object);
    if (deletion.must_match && *deletion.must_match != "*" && *deletion.must_match != object->etag)
        return fail(Errc::condition, "If-Match");
    const auto second = [](Timestamp time) {
        return std::chrono::floor<std::chrono::seconds>(time);
    };
    if (deletion.modified && second(*deletion.modified) != second(object->modified))
        return fail(Errc::condition, "x-amz-if-match-last-modified-time");
    if (deletion.size && *deletion.size != object->size)
        return fail(Errc::condition, "x-amz-if-match-size");
    return {};
}

}  // namespace

Objects::Objects(io::Core& home, meta::Database& database, io::Disk& disk, std::string directory,
                 std::string keys, io::Pool& pool)
    : home_(home),
      database_(database),
      disk_(disk),
      pool_(pool),
      directory_(std::move(directory)),
      keys_(disk, std::move(keys)),
      blobs_(disk, directory_, pool, keys_),
      stop_(home),
      compaction_(home, database, blobs_, pool, stop_),
      loops_(home) {}
Objects::~Objects() = default;

Result<> Objects::open(Found found, Timestamp now) {
    Blobs::Named named;
    std::vector<io::WrappedKey> keys;
    auto read = database_.read_now([&](const meta::Connection& connection) -> Result<> {
        known_objects_.emplace(meta::versions_here());
        auto held = store::held_files(connection);
        if (!held) return pass(held);
        auto dying = store::dying_files(connection);
        if (!dying) return pass(dying);
        auto keep = store::keep_until_ms(connection);
        if (!keep) return pass(keep);
        auto used = store::keys_by_master(connection);
        if (!used) return pass(used);
        keys = std::move(*used);
        named = {std::move(*held), std::move(*dying)};
        keep_until_ms_ = *keep;
        return {};
    });
    if (!read) return read;
    auto unavailable = keys_.load(keys);
    if (!unavailable) return pass(unavailable);
    for (const std::int64_t master : *unavailable) {
        log_error("objects",
                  "a master key is missing from keys/objects.keys, or is another one: what it "
                  "encrypted answers errors",
                  {{"master", master}});
    }
    auto missing = blobs_.open(named, (found.run << limits::run_shift) + 1, now);
    if (!missing) return pass(missing);
    if (auto emptied = empty_scratch(); !emptied) return emptied;
    tell_of(*missing);
    const Amount& taken = blobs_.quarantine().taken();
    if (!found.index_is_older || taken.files == 0) return {};
    keep_until_ms_ = to_epoch_ms(now + limits::quarantine_age);
    return database_.write_now(
        [&](meta::Txn& txn) { return store::set_keep_until_ms(txn, keep_until_ms_); });
}

void Objects::tell_of(const std::vector<std::int64_t>& missing) const {
    const Amount &taken = blobs_.quarantine().taken(), &back = blobs_.quarantine().brought_back();
    if (taken.files > 0) {
        log_warn("objects", "files that meta.db does not name are in objects/quarantine",
                 {{"files", taken.files},
                  {"bytes", taken.bytes},
                  {"kept_days", limits::quarantine_age.count() / Millis(24h).count()}});
    }
    if (back.files > 0) {
        log_warn("objects", "files that meta.db names were brought back from objects/quarantine",
                 {{"files", back.files}, {"bytes", back.bytes}});
    }
    for (std::size_t i = 0; i < std::min(missing.size(), limits::lost_files_named_max); ++i) {
        log_error("objects", "a file that meta.db names is missing: its objects answer 500",
                  {{"file", blobs_.path_of(missing[i])}});
    }
    if (missing.size() > limits::lost_files_named_max)
        log_error("objects", "files that meta.db names are missing", {{"files", missing.size()}});
}

void Objects::start() { loops_.spawn(sweep()); }

io::Task<void> Objects::stop() {
    stop_.request();
    co_await loops_.join();
}

io::Task<void> Objects::sweep() {
    while (true) {
        const std::int64_t pack = blobs_.current_pack();
        co_await compaction_.run();
        co_await remove_dead(pack);
        const Timestamp expired = home_.now() - limits::quarantine_age;
        auto done = co_await pool_.run([this, expired] { return blobs_.expire(expired); });
        if (!done)
            log_warn("objects", "the quarantine could not be swept",
                     {{"reason", done.error().message()}});
        const Amount& gone = blobs_.quarantine().expired();
        if (gone.files > 0)
            log_info("objects", "removed from objects/quarantine",
                     {{"files", gone.files}, {"bytes", gone.bytes}});
        const bool has_slept = co_await stop_.sleep_until(home_.now() + limits::sweep_every);
        if (!has_slept) co_return;
    }
}

/// Unlinks files that nobody has named for a while and that nobody holds. That begins again for
/// `pack`, which took entries lately: one of them may be named yet.
io::Task<void> Objects::remove_dead(std::int64_t pack) {
    const Timestamp now = home_.now();
    auto dead = co_await database_.write(
        [this, now, pack](meta::Txn& txn) -> Result<std::vector<std::int64_t>> {
            auto fresh = store::note_dead_files(txn, to_epoch_ms(now), pack);
            if (!fresh) return fresh;
            auto dying = store::dying_files(txn);
            if (!dying) return dying;
            holds_.note(*fresh, *dying);
            return store::take_dead_files(
                txn, to_epoch_ms(now - limits::unlink_grace),
                [this](std::int64_t file) { return holds_.may_remove(file); });
        });
    if (!dead) {
        log_warn("objects", "sweep failed", {{"reason", dead.error().message()}});
        co_return;
    }
    holds_.end_round();
    if (dead->empty()) co_return;
    co_await pool_.run([this, &dead, now] {
        for (const std::int64_t file : *dead) {
            if (auto retired = blobs_.retire(file, to_epoch_ms(now) < keep_until_ms_, now);
                !retired) {
                log_warn("objects", "unlink failed", {{"reason", retired.error().message()}});
            }
        }
    });
}

namespace {

io::Task<Result<Staged>> write_all(Blobs::Writer& writer, io::BodyReader& body) {
    while (true) {
        auto piece = co_await body.read();
        if (!piece) co_return pass(piece);
        if (piece->empty()) break;
        auto written = co_await writer.write(std::move(*piece));
        if (!written) co_return pass(written);
    }
    auto staged = co_await writer.finish();
    co_return staged;
}

}  // namespace

io::Task<Result<Staged>> Objects::stage(std::shared_ptr<io::BodyReader> body,
                                        Encryption encryption) {
    Blobs::Writer writer(blobs_, encryption);
    auto staged = co_await write_all(writer, *body);
    if (staged)
        staged->encryption = encryption;
    else
        co_await writer.abandon();
    co_return staged;
}

io::Task<Result<Staged>> Objects::stage(std::vector<Bytes> pieces, Encryption encryption) {
    std::shared_ptr<io::BodyReader> body = io::make_body(std::move(pieces));
    auto staged = co_await stage(std::move(body), encryption);
    co_return staged;
}

Result<ObjectInfo> Objects::publish_in(meta::Txn& txn, const std::string& bucket,
                                       const std::string& key, const Staged& staged,
                                       Attributes attributes, const WriteCondition& condition,
                                       Timestamp now) {
    std::uint64_t bytes = 0;
    for (const Extent& extent : staged.extents) bytes += extent.size;
    FRESHET_CHECK(bytes == staged.size);
    auto found = store::find_bucket(txn, bucket);
    if (!found) return pass(found);
    if (auto holds = check_condition(txn, found->id, key, condition); !holds) return pass(holds);
    txn.commit_after(staged.synced);
    if (staged.encryption == Encryption::aes256) attributes[encryption_attribute] = "AES256";
    ObjectInfo object{
        key, staged.size,           staged.etag.empty() ? to_hex(staged.md5) : staged.etag,
        now, std::move(attributes), staged.extents};
    const Cause cause =
        object.attributes.contains(upload_attribute) ? Cause::completed : Cause::put;
    if (auto put = store::put_object(txn, found->id, object, cause); !put) return pass(put);
    return object;
}

io::Task<Result<ObjectInfo>> Objects::publish(std::string bucket, std::string key, Staged staged,
                                              Attributes attributes, WriteCondition condition) {
    const Timestamp now = io::Core::current()->now();
    auto published = co_await database_.write([&](meta::Txn& txn) {
        return publish_in(txn, bucket, key, staged, attributes, condition, now);
    });
    if (!published) co_await discard(std::move(staged));
    co_return published;
}

io::Task<void> Objects::discard(Staged staged) {
    auto let_go = co_await database_.write([&staged](meta::Txn& txn) -> Result<> {
        txn.commit_after(staged.synced);
        auto extents = staged.extents;
        if (auto held = store::hold(txn, extents); !held) return held;
        return store::release(txn, extents);
    });
    if (!let_go)
        log_warn("objects", "the space of a refused object was not given back",
                 {{"reason", let_go.error().message()}});
}

io::Task<Result<ObjectInfo>> Objects::find(std::string bucket, std::string key) {
    auto known = co_await known_bucket(std::move(bucket));
    if (!known) co_return pass(known);
    const std::int64_t id = (*known)->bucket.id;
    FRESHET_CHECK(known_objects_);
    if (auto object = known_objects_->find(id, key)) co_return std::move(*object);
    const auto version = known_objects_->version(id, key);
    auto found =
        co_await database_.read([&](const meta::Connection& connection) -> Result<ObjectInfo> {
            auto object = store::find_object(connection, id, key);
            if (!object) return object;
            if (auto resolved = store::resolve(connection, object->extents); !resolved)
                return pass(resolved);
            return object;
        });
    if (found) known_objects_->keep(id, *found, version);
    co_return found;
}

io::Task<Result<std::shared_ptr<io::BodyReader>>> Objects::open_body(ObjectInfo object,
                                                                     std::uint64_t offset,
                                                                     std::uint64_t size) {
    auto reader = std::make_shared<ExtentReader>(blobs_, pool_, object.extents, offset, size);
    auto begun = co_await reader->begin();
    if (!begun) co_return pass(begun);
    co_return std::shared_ptr<io::BodyReader>(std::move(reader));
}

std::shared_ptr<io::BodyReader> Objects::read(const ObjectInfo& object, std::uint64_t offset,
                                              std::uint64_t size) {
    return std::make_shared<ExtentReader>(blobs_, pool_, object.extents, offset, size);
}

io::Task<Result<>> Objects::remove(std::string bucket, std::string key) {
    std::vector<Deletion> deletions;
    deletions.push_back({std::move(key)});
    auto removed = co_await remove_many(std::move(bucket), std::move(deletions));
    if (!removed) co_return pass(removed);
    co_return std::move(removed->front());
}

io::Task<Result<std::vector<Result<>>>> Objects::remove_many(std::string bucket,
                                                             std::vector<Deletion> deletions) {
    using Outcomes = std::vector<Result<>>;
    const Timestamp now = io::Core::current()->now();
    auto removed = co_await database_.write([&](meta::Txn& txn) -> Result<Outcomes> {
        auto of = store::find_bucket(txn, bucket);
        if (!of) return pass(of);
        Outcomes outcomes;
        for (const Deletion& deletion : deletions) {
            auto holds = check_deletion(txn, of->id, deletion);
            const bool is_refused = !holds && holds.error().is_of<Errc>();
            if (!holds && !is_refused) return pass(holds);
            outcomes.push_back(std::move(holds));
            if (is_refused) continue;
            auto gone = store::remove_object(txn, of->id, deletion.key, now);
            if (!gone) return pass(gone);
        }
        return outcomes;
    });
    co_return removed;
}

io::Task<Result<ObjectInfo>> Objects::copy(std::string from_bucket, std::string from_key,
                                           std::string bucket, std::string key, Transform transform,
                                           WriteCondition condition) {
    const Timestamp now = io::Core::current()->now();
    auto copied = co_await database_.write([&](meta::Txn& txn) -> Result<ObjectInfo> {
        auto to = store::find_bucket(txn, bucket);
        if (!to) return pass(to);
        auto from = store::find_bucket(txn, from_bucket);
        if (!from) return pass(from);
        auto source = store::find_object(txn, from->id, from_key);
        if (!source) return source;
        if (auto holds = check_condition(txn, to->id, key, condition); !holds) return pass(holds);
        auto object = transform(*source);
        if (!object) return object;
        object->key = key;
        object->modified = now;
        object->attributes.erase(upload_attribute);
        if (auto put = store::put_object(txn, to->id, *object, Cause::copied); !put)
            return pass(put);
        return object;
    });
    co_return copied;
}

io::Task<Result<ObjectInfo>> Objects::change(std::string bucket, std::string key,
                                             std::function<void(Attributes&)> change) {
    auto changed = co_await database_.write([&](meta::Txn& txn) -> Result<ObjectInfo> {
        auto of = store::find_bucket(txn, bucket);
        if (!of) return pass(of);
        auto object = store::find_object(txn, of->id, key);
        if (!object) return object;
        change(object->attributes);
        if (auto kept = store::change_attributes(txn, of->id, *object); !kept) return pass(kept);
        return object;
    });
    co_return changed;
}

io::Task<Result<ListPage>> Objects::list(std::string bucket, ListRequest request) {
    auto page =
        co_await database_.read([&](const meta::Connection& connection) -> Result<ListPage> {
            auto of = store::find_bucket(connection, bucket);
            if (!of) return pass(of);
            return list_page(connection, of->id, request);
        });
    co_return page;
}

}  // namespace freshet::objects
