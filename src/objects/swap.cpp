#include "objects/swap.h"

#include <fmt/format.h>

#include <set>

#include "base/check.h"
#include "objects/objects.h"
#include "objects/store.h"

namespace freshet::objects {
namespace {

std::unexpected<Error> refused(const std::string& key, std::string_view why) {
    return fail(Errc::condition, fmt::format("{}: {}", key, why));
}

Result<ObjectInfo> find_version(const meta::Connection& connection, std::int64_t bucket,
                                const std::string& key, const std::string& version) {
    auto object = store::find_object(connection, bucket, key);
    if (!object && object.error().is(Errc::no_key)) return refused(key, "the object is gone");
    if (!object) return object;
    if (version_of(*object) != version) return refused(key, "the object was replaced");
    return object;
}

Result<> check_free(const meta::Connection& connection, std::int64_t bucket,
                    const std::string& key) {
    auto taken = store::find_object(connection, bucket, key);
    if (taken) return refused(key, "there is an object of this key");
    return taken.error().is(Errc::no_key) ? Result<>() : pass(taken);
}

/// Keys of `bucket` that a multipart upload may replace at any time.
Result<> check_uploads(const meta::Connection& connection, std::int64_t bucket,
                       const std::set<std::string>& keys) {
    auto uploads = store::list_uploads(connection, bucket, "");
    if (!uploads) return pass(uploads);
    for (const Upload& upload : *uploads) {
        if (keys.contains(upload.key)) return refused(upload.key, "a multipart upload is open");
    }
    return {};
}

std::set<std::string> keys_of(const Swap& swap) {
    std::set<std::string> keys;
    for (const auto& removed : swap.removed) keys.insert(removed.key);
    for (const auto& moved : swap.moved) keys.insert(moved.key);
    for (const auto& added : swap.added) keys.insert(added.key);
    // A key is named once, so that the order of the changes does not matter.
    FRESHET_CHECK(keys.size() == swap.removed.size() + swap.moved.size() + swap.added.size());
    return keys;
}

Result<> move_object(meta::Txn& txn, std::int64_t bucket, const Swap::Moved& moved, Timestamp now) {
    auto object = find_version(txn, bucket, moved.key, moved.version);
    if (!object) return pass(object);
    auto to = store::find_bucket(txn, moved.bucket);
    if (!to) return pass(to);
    if (auto is_free = check_free(txn, to->id, moved.to_key); !is_free) return is_free;
    ObjectInfo same = std::move(*object);
    same.key = moved.to_key;
    if (auto put = store::put_object(txn, to->id, std::move(same), Cause::moved); !put) return put;
    auto gone = store::remove_object(txn, bucket, moved.key, now);
    if (!gone) return pass(gone);
    return {};
}

}  // namespace

std::string version_of(const ObjectInfo& object) {
    const std::int64_t first = object.extents.empty() ? 0 : object.extents.front().id;
    FRESHET_CHECK(object.extents.empty() || first > 0);  // of an object that was found
    return fmt::format("{}-{}-{}", to_epoch_ms(object.modified), first, object.etag);
}

Result<> Objects::swap_in(meta::Txn& txn, const Swap& swap, Timestamp now) {
    auto bucket = store::find_bucket(txn, swap.bucket);
    if (!bucket) return pass(bucket);
    if (auto free = check_uploads(txn, bucket->id, keys_of(swap)); !free) return free;
    for (const auto& removed : swap.removed) {
        auto object = find_version(txn, bucket->id, removed.key, removed.version);
        if (!object) return pass(object);
        auto gone = store::remove_object(txn, bucket->id, removed.key, now);
        if (!gone) return pass(gone);
        FRESHET_CHECK(*gone);  // it was found in this transaction
    }
    for (const auto& moved : swap.moved) {
        if (auto done = move_object(txn, bucket->id, moved, now); !done) return done;
    }
    WriteCondition condition;
    condition.must_be_absent = true;
    for (const auto& added : swap.added) {
        auto put =
            publish_in(txn, swap.bucket, added.key, added.staged, added.attributes, condition, now);
        if (!put && put.error().is(Errc::condition))
            return refused(added.key, "there is an object of this key");
        if (!put) return pass(put);
    }
    return {};
}

io::Task<Result<>> Objects::swap(Swap swap) {
    const Timestamp now = io::Core::current()->now();
    auto done = co_await database_.write([&](meta::Txn& txn) { return swap_in(txn, swap, now); });
    co_return done;
}

}  // namespace freshet::objects
