#include "objects/store.h"

#include <fmt/format.h>

#include "meta/pairs.h"
#include "meta/versions.h"
#include "objects/extent_store.h"

namespace freshet::objects::store {
namespace {

/// "name\0value\0..."
std::string pack_attributes(const Attributes& attributes) {
    std::string text;
    for (const auto& [name, value] : attributes)
        text.append(name).append(1, '\0').append(value).append(1, '\0');
    return text;
}

Attributes unpack_attributes(const std::string& text) {
    Attributes attributes;
    for (std::size_t at = 0; at < text.size();) {
        const auto name_end = text.find('\0', at);
        FRESHET_CHECK(name_end != std::string::npos);
        const auto value_end = text.find('\0', name_end + 1);
        FRESHET_CHECK(value_end != std::string::npos);  // every value is ended as it was written
        attributes.emplace(text.substr(at, name_end - at),
                           text.substr(name_end + 1, value_end - name_end - 1));
        at = value_end + 1;
    }
    return attributes;
}

const auto buckets = meta::table<Bucket>("buckets", [](auto& column, auto& bucket) {
    column.id("id", bucket.id);
    column.key("account", bucket.account);
    column.key("region", bucket.region);
    column.key("name", bucket.name);
    column.fixed("created_ms", bucket.created);
});
const auto objects = meta::table<ObjectInfo>("objects", [](auto& column, auto& object) {
    column.owner("bucket");
    column.key("key", meta::blob(object.key));
    column("size", object.size);
    column("etag", object.etag);
    column("modified_ms", object.modified);
    column("attributes", meta::packed_blob(object.attributes, pack_attributes, unpack_attributes));
    column("extents", meta::packed(object.extents, pack_extents, unpack_extents));
});

struct StoredUpload {
    Upload upload;
    std::int64_t bucket = 0;
};
const auto uploads = meta::table<StoredUpload>("uploads", [](auto& column, auto& stored) {
    auto& upload = stored.upload;
    column.key("id", upload.id);
    column.fixed("bucket", stored.bucket);
    column.fixed("key", meta::blob(upload.key));
    column.fixed("started_ms", upload.started);
    column.fixed("attributes",
                 meta::packed_blob(upload.attributes, pack_attributes, unpack_attributes));
});
const auto parts = meta::table<PartInfo>("parts", [](auto& column, auto& part) {
    column.owner_text("upload");
    column.key("number", part.number);
    column("size", part.size);
    column("etag", part.etag);
    column("modified_ms", part.modified);
    column("attributes", meta::packed_blob(part.attributes, pack_attributes, unpack_attributes));
    column("extents", meta::packed(part.extents, pack_extents, unpack_extents));
});
const meta::Pairs bucket_settings("bucket_settings", "bucket");

/// A file that lost its last extent; when is not known at once.
struct DeadFile {
    std::int64_t file = 0;
    std::optional<std::int64_t> since_ms;
};
const auto dead_files = meta::table<DeadFile>("dead_files", [](auto& column, auto& dead) {
    column.key("file", dead.file);
    column("since_ms", dead.since_ms);
});
/// One row, `one` being 1.
struct Restored {
    std::int64_t one = 1, keep_until_ms = 0;
};
const auto restored = meta::table<Restored>("objects_restored", [](auto& column, auto& row) {
    column.key("one", row.one);
    column("keep_until_ms", row.keep_until_ms);
});

/// False when there was none.
Result<bool> take_out(meta::Txn& txn, std::int64_t bucket, const std::string& key) {
    auto old = find_object(txn, bucket, key);
    if (!old && old.error().is(Errc::no_key)) return false;
    if (!old) return pass(old);
    meta::versions_here().note(hash_of_object(bucket, key));
    if (auto released = release(txn, old->extents); !released) return pass(released);
    return objects.try_remove(txn, {bucket, Bytes::copy(key)});
}

}  // namespace

std::vector<meta::Shape> shapes() {
    auto all =
        meta::shapes_of(buckets, objects, uploads, parts, bucket_settings, dead_files, restored);
    for (meta::Shape& shape : notices::shapes()) all.push_back(std::move(shape));
    return all;
}

std::vector<meta::Migration> migrations() {
    std::vector<meta::Migration> all{
        {"objects", 1,
         "CREATE TABLE buckets (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, "
         "region TEXT NOT NULL, name TEXT NOT NULL UNIQUE, created_ms INTEGER NOT NULL);"
         "CREATE TABLE objects (bucket INTEGER NOT NULL REFERENCES buckets, key BLOB NOT NULL, "
         "size INTEGER NOT NULL, etag TEXT NOT NULL,"
         " modified_ms INTEGER NOT NULL, attributes BLOB NOT NULL, extents TEXT NOT NULL, PRIMARY "
         "KEY (bucket, key)) WITHOUT ROWID;"
         "CREATE TABLE extents (id INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL, "
         "holders INTEGER NOT NULL);"
         "CREATE INDEX extents_by_file ON extents (file);"
         "CREATE TABLE dead_files (file INTEGER PRIMARY KEY, since_ms INTEGER);"
         "CREATE TABLE uploads (id TEXT PRIMARY KEY, bucket INTEGER NOT NULL REFERENCES buckets, "
         "key BLOB NOT NULL, started_ms INTEGER NOT NULL, attributes BLOB NOT NULL) WITHOUT ROWID;"
         "CREATE TABLE parts (upload TEXT NOT NULL REFERENCES uploads ON DELETE CASCADE, number "
         "INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,"
         " modified_ms INTEGER NOT NULL, attributes BLOB NOT NULL, extents TEXT NOT NULL, PRIMARY "
         "KEY (upload, number)) WITHOUT ROWID"},
        {"objects", 2,
         "CREATE TABLE objects_restored (one INTEGER PRIMARY KEY, keep_until_ms INTEGER NOT NULL)"},
        {"objects", 3,
         "CREATE TABLE bucket_settings (bucket INTEGER NOT NULL REFERENCES buckets ON DELETE "
         "CASCADE, name TEXT NOT NULL, value TEXT NOT NULL,"
         " PRIMARY KEY (bucket, name)) WITHOUT ROWID"}};
    for (const meta::Migration& migration : notices::migrations()) all.push_back(migration);
    return all;
}

Result<std::vector<std::int64_t>> held_files(const meta::Connection& connection) {
    return meta::list<std::int64_t>(connection, "SELECT DISTINCT file FROM extents ORDER BY file",
                                    {});
}

Result<std::vector<std::int64_t>> dying_files(const meta::Connection& connection) {
    return meta::list<std::int64_t>(connection, "SELECT file FROM dead_files ORDER BY file", {});
}

Result<std::int64_t> keep_until_ms(const meta::Connection& connection) {
    FRESHET_TRY(found, restored.find(connection, meta::values(1)));
    return found->value_or(Restored()).keep_until_ms;
}

Result<> set_keep_until_ms(meta::Txn& txn, std::int64_t until_ms) {
    return restored.put(txn, Restored{1, until_ms});
}

Result<Bucket> find_bucket(const meta::Connection& connection, const std::string& name) {
    FRESHET_TRY(bucket, buckets.first_where(connection, "WHERE name = ?1", {name}));
    if (!*bucket) return fail(Errc::no_bucket, fmt::format("there is no bucket {}", name));
    return std::move(**bucket);
}

Result<std::vector<Bucket>> list_buckets(const meta::Connection& connection,
                                         const std::string& account) {
    return buckets.where(connection, "WHERE account = ?1 ORDER BY name", {account});
}

Result<> insert_bucket(meta::Txn& txn, const Bucket& bucket) { return buckets.insert(txn, bucket); }

Result<> remove_bucket(meta::Txn& txn, const Bucket& bucket) {
    FRESHET_TRY(held, scan(txn, bucket.id, "", true, 1));
    if (!held->empty()) return fail(Errc::not_empty, "The bucket you tried to delete is not empty");
    FRESHET_TRY(open, list_uploads(txn, bucket.id, ""));
    for (const Upload& upload : *open) {
        if (auto removed = remove_upload(txn, upload.id); !removed) return removed;
    }
    return buckets.remove(txn, {bucket.id});
}

Result<Settings> settings(const meta::Connection& connection, std::int64_t bucket) {
    return bucket_settings.load(connection, bucket);
}

Result<> set(meta::Txn& txn, std::int64_t bucket, const std::string& name,
             const std::optional<std::string>& value) {
    if (!value) return bucket_settings.remove(txn, bucket, name);
    return bucket_settings.put(txn, bucket, {{name, *value}});
}

Result<ObjectInfo> find_object(const meta::Connection& connection, std::int64_t bucket,
                               const std::string& key) {
    FRESHET_TRY(object, objects.find(connection, {bucket, Bytes::copy(key)}));
    if (!*object) return fail(Errc::no_key, fmt::format("there is no object {}", key));
    return std::move(**object);
}

std::uint64_t hash_of_object(std::int64_t bucket, const std::string& key) {
    static constexpr std::uint64_t spread = 0x9E3779B97F4A7C15u;  // 2^64 over the golden ratio
    return std::hash<std::string>()(key) ^ (static_cast<std::uint64_t>(bucket) * spread);
}

Result<> put_object(meta::Txn& txn, std::int64_t bucket, ObjectInfo object, Cause cause) {
    meta::versions_here().note(hash_of_object(bucket, object.key));
    if (auto held = hold(txn, object.extents); !held) return held;
    FRESHET_TRY(removed, take_out(txn, bucket, object.key));
    if (auto put = objects.insert(txn, object, {bucket}); !put) return put;
    return notices::record(txn, bucket,
                           {0, "", object.key, cause, object.size, object.etag, object.modified});
}

Result<> change_attributes(meta::Txn& txn, std::int64_t bucket, const ObjectInfo& object) {
    meta::versions_here().note(hash_of_object(bucket, object.key));
    return txn.run(
        "UPDATE objects SET attributes = ?3 WHERE bucket = ?1 AND key = ?2",
        {bucket, Bytes::copy(object.key), Bytes::own(pack_attributes(object.attributes))});
}

Result<bool> remove_object(meta::Txn& txn, std::int64_t bucket, const std::string& key,
                           Timestamp now) {
    auto gone = take_out(txn, bucket, key);
    if (!gone || !*gone) return gone;
    auto told = notices::record(txn, bucket, {0, "", key, Cause::removed, 0, "", now});
    if (!told) return pass(told);
    return true;
}

Result<std::vector<ObjectInfo>> scan(const meta::Connection& connection, std::int64_t bucket,
                                     const std::string& from, bool is_inclusive,
                                     std::size_t count) {
    return objects.where(connection,
                         is_inclusive ? "WHERE bucket = ?1 AND key >= ?2 ORDER BY key LIMIT ?3"
                                      : "WHERE bucket = ?1 AND key > ?2 ORDER BY key LIMIT ?3",
                         meta::values(bucket, Bytes::copy(from), count));
}

Result<> insert_upload(meta::Txn& txn, std::int64_t bucket, const Upload& upload) {
    return uploads.insert(txn, StoredUpload{upload, bucket});
}

Result<Upload> find_upload(const meta::Connection& connection, std::int64_t bucket,
                           const std::string& key, const std::string& id) {
    FRESHET_TRY(found, uploads.first_where(connection, "WHERE id = ?1 AND bucket = ?2 AND key = ?3",
                                           {id, bucket, Bytes::copy(key)}));
    if (!*found) return fail(Errc::no_upload, "there is no such upload");
    return std::move((*found)->upload);
}

Result<std::vector<Upload>> list_uploads(const meta::Connection& connection, std::int64_t bucket,
                                         const std::string& prefix) {
    std::vector<Upload> all;
    auto read = uploads.each(connection, "WHERE bucket = ?1 ORDER BY key, id", {bucket},
                             [&](StoredUpload stored) {
                                 if (stored.upload.key.starts_with(prefix))
                                     all.push_back(std::move(stored.upload));
                             });
    if (!read) return pass(read);
    return all;
}

Result<> remove_upload(meta::Txn& txn, const std::string& id) {
    FRESHET_TRY(own_parts, list_parts(txn, id));
    for (const PartInfo& part : *own_parts) {
        if (auto released = release(txn, part.extents); !released) return released;
    }
    return uploads.remove(txn, {id});
}

Result<> put_part(meta::Txn& txn, const std::string& upload, PartInfo part) {
    FRESHET_TRY(old, parts.find(txn, meta::values(upload, part.number)));
    if (*old) {
        if (auto released = release(txn, (*old)->extents); !released) return released;
    }
    if (auto held = hold(txn, part.extents); !held) return held;
    return parts.put(txn, part, {upload});
}

Result<std::vector<PartInfo>> list_parts(const meta::Connection& connection,
                                         const std::string& upload) {
    return parts.load(connection, {upload});
}

Result<std::vector<std::int64_t>> note_dead_files(meta::Txn& txn, std::int64_t now_ms,
                                                  std::int64_t pack) {
    FRESHET_TRY(
        fresh, meta::list<std::int64_t>(
                   txn, "SELECT file FROM dead_files WHERE since_ms IS NULL OR file = ?1", {pack}));
    auto noted = txn.run("UPDATE dead_files SET since_ms = ?1 WHERE since_ms IS NULL OR file = ?2",
                         {now_ms, pack});
    if (!noted) return pass(noted);
    return fresh;
}

Result<std::vector<std::int64_t>> take_dead_files(meta::Txn& txn, std::int64_t before_ms,
                                                  const std::function<bool(std::int64_t)>& may_go) {
    FRESHET_TRY(files, meta::list<std::int64_t>(
                           txn, "SELECT file FROM dead_files WHERE since_ms < ?1", {before_ms}));
    std::erase_if(*files, [&](std::int64_t file) { return !may_go(file); });
    for (const std::int64_t file : *files) {
        auto forgotten = dead_files.remove(txn, {file});
        if (forgotten) forgotten = txn.run("DELETE FROM pack_garbage WHERE file = ?1", {file});
        if (!forgotten) return pass(forgotten);
    }
    return files;
}

}  // namespace freshet::objects::store
