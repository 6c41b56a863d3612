#include "objects/store.h"

#include <fmt/format.h>

#include "objects/extent_store.h"

namespace freshet::objects::store {
namespace {

constexpr const char* object_columns = "key, size, etag, modified_ms, attributes, extents";

Result<> done(Result<std::int64_t> result) {
    if (!result) return pass(result);
    return {};
}

/// "name\0value\0..."
Bytes pack_attributes(const Attributes& attributes) {
    std::string text;
    for (const auto& [name, value] : attributes)
        text.append(name).append(1, '\0').append(value).append(1, '\0');
    return Bytes::own(std::move(text));
}

Attributes unpack_attributes(const std::string& text) {
    Attributes attributes;
    for (std::size_t at = 0; at < text.size();) {
        const auto name_end = text.find('\0', at);
        const auto value_end = text.find('\0', name_end + 1);
        attributes.emplace(text.substr(at, name_end - at),
                           text.substr(name_end + 1, value_end - name_end - 1));
        at = value_end + 1;
    }
    return attributes;
}

ObjectInfo object_of(const meta::Row& row) {
    return {row.blob(0),
            static_cast<std::uint64_t>(row.integer(1)),
            row.text(2),
            from_epoch_ms(row.integer(3)),
            unpack_attributes(row.blob(4)),
            unpack_extents(row.text(5))};
}

}  // namespace

std::vector<meta::Migration> migrations() {
    return {
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
}

namespace {

Result<std::vector<std::int64_t>> numbers(const meta::Connection& connection,
                                          std::string_view sql) {
    std::vector<std::int64_t> files;
    auto read = connection.query(sql, {}, [&](const meta::Row& row) {
        files.push_back(row.integer(0));
        return true;
    });
    if (!read) return pass(read);
    return files;
}

}  // namespace

Result<std::vector<std::int64_t>> held_files(const meta::Connection& connection) {
    return numbers(connection, "SELECT DISTINCT file FROM extents ORDER BY file");
}

Result<std::vector<std::int64_t>> dying_files(const meta::Connection& connection) {
    return numbers(connection, "SELECT file FROM dead_files ORDER BY file");
}

Result<std::int64_t> keep_until_ms(const meta::Connection& connection) {
    auto found = numbers(connection, "SELECT keep_until_ms FROM objects_restored");
    if (!found) return pass(found);
    return found->empty() ? 0 : found->front();
}

Result<> set_keep_until_ms(meta::Txn& txn, std::int64_t until_ms) {
    return done(txn.execute("INSERT OR REPLACE INTO objects_restored VALUES (1, ?1)", {until_ms}));
}

Result<Bucket> find_bucket(const meta::Connection& connection, const std::string& name) {
    std::optional<Bucket> bucket;
    auto read = connection.query(
        "SELECT id, account, region, name, created_ms FROM buckets WHERE name = ?1", {name},
        [&](const meta::Row& row) {
            bucket = Bucket{row.integer(0), row.text(1), row.text(2), row.text(3),
                            from_epoch_ms(row.integer(4))};
            return false;
        });
    if (!read) return pass(read);
    if (!bucket) return fail(Errc::no_bucket, fmt::format("there is no bucket {}", name));
    return *bucket;
}

Result<std::vector<Bucket>> list_buckets(const meta::Connection& connection,
                                         const std::string& account) {
    std::vector<Bucket> buckets;
    auto read = connection.query(
        "SELECT id, account, region, name, created_ms FROM buckets WHERE account = ?1 ORDER BY "
        "name",
        {account}, [&](const meta::Row& row) {
            buckets.push_back({row.integer(0), row.text(1), row.text(2), row.text(3),
                               from_epoch_ms(row.integer(4))});
            return true;
        });
    if (!read) return pass(read);
    return buckets;
}

Result<> insert_bucket(meta::Txn& txn, const Bucket& bucket) {
    return done(txn.execute(
        "INSERT INTO buckets (account, region, name, created_ms) VALUES (?1, ?2, ?3, ?4)",
        {bucket.account, bucket.region, bucket.name, to_epoch_ms(bucket.created)}));
}

Result<> remove_bucket(meta::Txn& txn, const Bucket& bucket) {
    auto objects = scan(txn, bucket.id, "", true, 1);
    if (!objects) return pass(objects);
    if (!objects->empty())
        return fail(Errc::not_empty, "The bucket you tried to delete is not empty");
    auto uploads = list_uploads(txn, bucket.id, "");
    if (!uploads) return pass(uploads);
    for (const Upload& upload : *uploads) {
        if (auto removed = remove_upload(txn, upload.id); !removed) return removed;
    }
    return done(txn.execute("DELETE FROM buckets WHERE id = ?1", {bucket.id}));
}

Result<Settings> settings(const meta::Connection& connection, std::int64_t bucket) {
    Settings settings;
    auto read = connection.query("SELECT name, value FROM bucket_settings WHERE bucket = ?1",
                                 {bucket}, [&](const meta::Row& row) {
                                     settings.emplace(row.text(0), row.text(1));
                                     return true;
                                 });
    if (!read) return pass(read);
    return settings;
}

Result<> set(meta::Txn& txn, std::int64_t bucket, const std::string& name,
             const std::optional<std::string>& value) {
    if (!value)
        return done(txn.execute("DELETE FROM bucket_settings WHERE bucket = ?1 AND name = ?2",
                                {bucket, name}));
    return done(txn.execute("INSERT OR REPLACE INTO bucket_settings VALUES (?1, ?2, ?3)",
                            {bucket, name, *value}));
}

Result<ObjectInfo> find_object(const meta::Connection& connection, std::int64_t bucket,
                               const std::string& key) {
    std::optional<ObjectInfo> object;
    auto read = connection.query(
        fmt::format("SELECT {} FROM objects WHERE bucket = ?1 AND key = ?2", object_columns),
        {bucket, Bytes::copy(key)}, [&](const meta::Row& row) {
            object = object_of(row);
            return false;
        });
    if (!read) return pass(read);
    if (!object) return fail(Errc::no_key, fmt::format("there is no object {}", key));
    return std::move(*object);
}

Result<> put_object(meta::Txn& txn, std::int64_t bucket, ObjectInfo object) {
    if (auto held = hold(txn, object.extents); !held) return held;
    auto removed = remove_object(txn, bucket, object.key);
    if (!removed) return pass(removed);
    return done(
        txn.execute("INSERT INTO objects VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    {bucket, Bytes::copy(object.key), static_cast<std::int64_t>(object.size),
                     object.etag, to_epoch_ms(object.modified), pack_attributes(object.attributes),
                     pack_extents(object.extents)}));
}

Result<> change_attributes(meta::Txn& txn, std::int64_t bucket, const ObjectInfo& object) {
    return done(txn.execute("UPDATE objects SET attributes = ?3 WHERE bucket = ?1 AND key = ?2",
                            {bucket, Bytes::copy(object.key), pack_attributes(object.attributes)}));
}

Result<bool> remove_object(meta::Txn& txn, std::int64_t bucket, const std::string& key) {
    auto old = find_object(txn, bucket, key);
    if (!old && old.error().is(Errc::no_key)) return false;
    if (!old) return pass(old);
    if (auto released = release(txn, old->extents); !released) return pass(released);
    auto removed = txn.execute("DELETE FROM objects WHERE bucket = ?1 AND key = ?2",
                               {bucket, Bytes::copy(key)});
    if (!removed) return pass(removed);
    return true;
}

Result<std::vector<ObjectInfo>> scan(const meta::Connection& connection, std::int64_t bucket,
                                     const std::string& from, bool inclusive, std::size_t count) {
    std::vector<ObjectInfo> objects;
    auto read = connection.query(
        fmt::format("SELECT {} FROM objects WHERE bucket = ?1 AND key {} ?2 ORDER BY key LIMIT ?3",
                    object_columns, inclusive ? ">=" : ">"),
        {bucket, Bytes::copy(from), static_cast<std::int64_t>(count)}, [&](const meta::Row& row) {
            objects.push_back(object_of(row));
            return true;
        });
    if (!read) return pass(read);
    return objects;
}

Result<> insert_upload(meta::Txn& txn, std::int64_t bucket, const Upload& upload) {
    return done(txn.execute("INSERT INTO uploads VALUES (?1, ?2, ?3, ?4, ?5)",
                            {upload.id, bucket, Bytes::copy(upload.key),
                             to_epoch_ms(upload.started), pack_attributes(upload.attributes)}));
}

Result<Upload> find_upload(const meta::Connection& connection, std::int64_t bucket,
                           const std::string& key, const std::string& id) {
    std::optional<Upload> upload;
    auto read = connection.query(
        "SELECT id, key, started_ms, attributes FROM uploads WHERE id = ?1 AND bucket = ?2 AND key "
        "= ?3",
        {id, bucket, Bytes::copy(key)}, [&](const meta::Row& row) {
            upload = Upload{row.text(0), row.blob(1), from_epoch_ms(row.integer(2)),
                            unpack_attributes(row.blob(3))};
            return false;
        });
    if (!read) return pass(read);
    if (!upload) return fail(Errc::no_upload, "there is no such upload");
    return std::move(*upload);
}

Result<std::vector<Upload>> list_uploads(const meta::Connection& connection, std::int64_t bucket,
                                         const std::string& prefix) {
    std::vector<Upload> uploads;
    auto read = connection.query(
        "SELECT id, key, started_ms, attributes FROM uploads WHERE bucket = ?1 ORDER BY key, id",
        {bucket}, [&](const meta::Row& row) {
            Upload upload{row.text(0), row.blob(1), from_epoch_ms(row.integer(2)),
                          unpack_attributes(row.blob(3))};
            if (upload.key.starts_with(prefix)) uploads.push_back(std::move(upload));
            return true;
        });
    if (!read) return pass(read);
    return uploads;
}

Result<> remove_upload(meta::Txn& txn, const std::string& id) {
    auto parts = list_parts(txn, id);
    if (!parts) return pass(parts);
    for (const PartInfo& part : *parts) {
        if (auto released = release(txn, part.extents); !released) return released;
    }
    return done(txn.execute("DELETE FROM uploads WHERE id = ?1", {id}));
}

Result<> put_part(meta::Txn& txn, const std::string& upload, PartInfo part) {
    auto parts = list_parts(txn, upload);
    if (!parts) return pass(parts);
    for (const PartInfo& old : *parts) {
        if (old.number != part.number) continue;
        if (auto released = release(txn, old.extents); !released) return released;
    }
    if (auto held = hold(txn, part.extents); !held) return held;
    return done(
        txn.execute("INSERT OR REPLACE INTO parts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    {upload, std::int64_t{part.number}, static_cast<std::int64_t>(part.size),
                     part.etag, to_epoch_ms(part.modified), pack_attributes(part.attributes),
                     pack_extents(part.extents)}));
}

Result<std::vector<PartInfo>> list_parts(const meta::Connection& connection,
                                         const std::string& upload) {
    std::vector<PartInfo> parts;
    auto read = connection.query(
        "SELECT number, size, etag, modified_ms, attributes, extents FROM parts WHERE upload = ?1 "
        "ORDER BY number",
        {upload}, [&](const meta::Row& row) {
            parts.push_back({static_cast<int>(row.integer(0)),
                             static_cast<std::uint64_t>(row.integer(1)), row.text(2),
                             from_epoch_ms(row.integer(3)), unpack_attributes(row.blob(4)),
                             unpack_extents(row.text(5))});
            return true;
        });
    if (!read) return pass(read);
    return parts;
}

Result<> note_dead_files(meta::Txn& txn, std::int64_t now_ms, std::int64_t pack) {
    return done(txn.execute(
        "UPDATE dead_files SET since_ms = ?1 WHERE since_ms IS NULL OR file = ?2", {now_ms, pack}));
}

Result<std::vector<std::int64_t>> take_dead_files(meta::Txn& txn, std::int64_t before_ms) {
    std::vector<std::int64_t> files;
    auto read = txn.query("SELECT file FROM dead_files WHERE since_ms < ?1", {before_ms},
                          [&](const meta::Row& row) {
                              files.push_back(row.integer(0));
                              return true;
                          });
    if (!read) return pass(read);
    for (const std::int64_t file : files) {
        auto forgotten = txn.execute("DELETE FROM dead_files WHERE file = ?1", {file});
        if (forgotten) forgotten = txn.execute("DELETE FROM pack_garbage WHERE file = ?1", {file});
        if (!forgotten) return pass(forgotten);
    }
    return files;
}

}  // namespace freshet::objects::store
