#include "objects/extent_store.h"

#include <fmt/format.h>

#include "meta/table.h"
#include "meta/versions.h"
#include "objects/limits.h"

namespace freshet::objects::store {
namespace {

/// An extent's row. `offset` and `size` are NULL in an index from before this table knew places.
struct StoredExtent {
    Extent extent;
    std::int64_t holders = 1;
    std::optional<std::uint64_t> offset, size;
};
const auto extent_rows = meta::table<StoredExtent>("extents", [](auto& column, auto& stored) {
    column.id("id", stored.extent.id);
    column("file", stored.extent.file);
    column("holders", stored.holders);
    column("offset", stored.offset);
    column("size", stored.size);
    column.optional(stored.extent.key, [](auto& inner, auto& key) {
        inner("master", key.master);
        inner("wrapped", meta::blob(key.wrapped));
    });
});
const auto garbage_rows = meta::table<Garbage>("pack_garbage", [](auto& column, auto& garbage) {
    column.key("file", garbage.file);
    column("bytes", garbage.bytes);
});

/// The extent of a row that has its place.
Extent extent_of(StoredExtent stored) {
    stored.extent.offset = stored.offset.value_or(0);
    stored.extent.size = stored.size.value_or(0);
    return std::move(stored.extent);
}

Result<> add_garbage(meta::Txn& txn, std::int64_t file, std::uint64_t bytes) {
    static const std::string sql =
        garbage_rows.sql().insert +
        " ON CONFLICT (file) DO UPDATE SET bytes = bytes + excluded.bytes";
    return txn.run(sql, meta::values(file, bytes));
}

/// `file` has an extent again.
Result<> revive(meta::Txn& txn, std::int64_t file) {
    return txn.run("DELETE FROM dead_files WHERE file = ?1", {file});
}

/// `file` is dead when no extent lies in it.
Result<> note_if_dead(meta::Txn& txn, std::int64_t file) {
    return txn.run(
        "INSERT OR IGNORE INTO dead_files SELECT ?1, NULL WHERE NOT EXISTS (SELECT 1 FROM extents "
        "WHERE file = ?1)",
        {file});
}

Result<> release_one(meta::Txn& txn, const Extent& extent) {
    auto released = txn.run("UPDATE extents SET holders = holders - 1 WHERE id = ?1", {extent.id});
    if (!released) return released;
    std::vector<Extent> one{extent};
    if (auto resolved = resolve(txn, one); !resolved) return resolved;
    FRESHET_TRY(gone,
                txn.execute("DELETE FROM extents WHERE id = ?1 AND holders = 0", {extent.id}));
    if (*gone == 0) return {};
    if (extent.size <= limits::packed_bytes_max) {
        auto added = add_garbage(txn, one.front().file, entry_bytes(one.front()));
        if (!added) return added;
    }
    return note_if_dead(txn, one.front().file);
}

}  // namespace

std::vector<meta::Shape> extent_shapes() { return meta::shapes_of(extent_rows, garbage_rows); }

std::vector<meta::Migration> extent_migrations() {
    return {{"objects-extents", 1,
             "ALTER TABLE extents ADD COLUMN offset INTEGER;"
             "ALTER TABLE extents ADD COLUMN size INTEGER;"
             "ALTER TABLE extents ADD COLUMN master INTEGER;"
             "ALTER TABLE extents ADD COLUMN wrapped BLOB;"
             "CREATE INDEX extents_unplaced ON extents (id) WHERE size IS NULL;"
             "CREATE TABLE pack_garbage (file INTEGER PRIMARY KEY, bytes INTEGER NOT NULL)"}};
}

std::string pack_extents(const std::vector<Extent>& extents) {
    std::string text;
    for (const Extent& e : extents) {
        FRESHET_CHECK(e.id > 0);  // entered in the table of extents before anything names it
        text += fmt::format("{}:{}:{}:{};", e.id, e.file, e.offset, e.size);
    }
    return text;
}

std::vector<Extent> unpack_extents(const std::string& text) {
    std::vector<Extent> extents;
    for (const char* at = text.c_str(); *at;) {
        char* end = nullptr;
        Extent e;
        e.id = std::strtoll(at, &end, 10);
        e.file = std::strtoll(end + 1, &end, 10);
        e.offset = std::strtoull(end + 1, &end, 10);
        e.size = std::strtoull(end + 1, &end, 10);
        FRESHET_CHECK(e.id > 0 && *end == ';');
        extents.push_back(std::move(e));
        at = end + 1;
    }
    return extents;
}

Result<> hold(meta::Txn& txn, std::vector<Extent>& extents) {
    for (Extent& extent : extents) {
        if (extent.id) {
            auto shared =
                txn.run("UPDATE extents SET holders = holders + 1 WHERE id = ?1", {extent.id});
            if (!shared) return shared;
            continue;
        }
        StoredExtent stored{extent, 1, extent.offset, extent.size};
        if (auto entered = extent_rows.insert(txn, stored); !entered) return entered;
        extent.id = stored.extent.id;
        if (auto lives = revive(txn, extent.file); !lives) return lives;
    }
    return {};
}

Result<> release(meta::Txn& txn, const std::vector<Extent>& extents) {
    for (const Extent& extent : extents) {
        if (auto released = release_one(txn, extent); !released) return released;
    }
    return {};
}

Result<> resolve(const meta::Connection& connection, std::vector<Extent>& extents) {
    static const std::string sql = extent_rows.sql().find + " AND size IS NOT NULL";
    for (Extent& extent : extents) {
        auto read = connection.query(sql, {extent.id}, [&](const meta::Row& row) {
            extent = extent_of(extent_rows.read(row));
            return false;
        });
        if (!read) return read;
    }
    return {};
}

Result<std::vector<io::WrappedKey>> keys_by_master(const meta::Connection& connection) {
    return meta::collect(
        connection,
        "SELECT master, MIN(wrapped) FROM extents WHERE master IS NOT NULL GROUP BY master ORDER "
        "BY master",
        {}, [](std::int64_t master, std::string wrapped) {
            return io::WrappedKey{master, std::move(wrapped)};
        });
}

Result<std::uint64_t> garbage_in(const meta::Connection& connection, std::int64_t file) {
    FRESHET_TRY(found, garbage_rows.find(connection, {file}));
    return found->value_or(Garbage()).bytes;
}

Result<std::vector<Garbage>> packs_with_garbage(const meta::Connection& connection,
                                                std::int64_t after, std::size_t count) {
    return garbage_rows.where(
        connection,
        "WHERE file > ?1 AND bytes > 0 AND file NOT IN (SELECT file FROM dead_files) ORDER BY file "
        "LIMIT ?2",
        meta::values(after, count));
}

Result<std::vector<Extent>> extents_in(const meta::Connection& connection, std::int64_t file,
                                       std::int64_t after, std::size_t count) {
    std::vector<Extent> extents;
    auto read = extent_rows.each(connection, "WHERE file = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
                                 meta::values(file, after, count), [&](StoredExtent stored) {
                                     extents.push_back(extent_of(std::move(stored)));
                                 });
    if (!read) return pass(read);
    return extents;
}

Result<> move(meta::Txn& txn, const std::vector<Extent>& from, const std::vector<Extent>& to) {
    meta::versions_here().note_all();  // which objects have them is not known
    for (std::size_t i = 0; i < from.size(); ++i) {
        FRESHET_TRY(
            moved, txn.execute("UPDATE extents SET file = ?2, offset = ?3 WHERE id = ?1 AND file = "
                               "?4",
                               meta::values(from[i].id, to[i].file, to[i].offset, from[i].file)));
        auto noted = *moved > 0 ? revive(txn, to[i].file)
                                : add_garbage(txn, to[i].file, entry_bytes(from[i]));
        if (!noted) return noted;
    }
    return from.empty() ? Result<>() : note_if_dead(txn, from.front().file);
}

Result<bool> has_unplaced(const meta::Connection& connection) {
    FRESHET_TRY(found, meta::first<int>(connection,
                                        "SELECT 1 FROM extents WHERE size IS NULL LIMIT 1", {}));
    return found->has_value();
}

Result<bool> learn_places(meta::Txn& txn, SurveyPlace& at, std::size_t rows) {
    std::vector<std::string> texts;
    Result<> read;
    if (!at.is_in_parts) {
        read = meta::each(txn,
                          "SELECT bucket, key, extents FROM objects WHERE (bucket, key) > (?1, ?2) "
                          "ORDER BY bucket, key LIMIT ?3",
                          meta::values(at.bucket, Bytes::copy(at.key), rows),
                          [&](std::int64_t bucket, std::string key, std::string text) {
                              at.bucket = bucket;
                              at.key = std::move(key);
                              texts.push_back(std::move(text));
                          });
        if (texts.size() < rows) at.is_in_parts = true;
    } else {
        read = meta::each(txn,
                          "SELECT upload, number, extents FROM parts WHERE (upload, number) > (?1, "
                          "?2) ORDER BY upload, number LIMIT ?3",
                          meta::values(at.upload, at.part, rows),
                          [&](std::string upload, int part, std::string text) {
                              at.upload = std::move(upload);
                              at.part = part;
                              texts.push_back(std::move(text));
                          });
        if (read && texts.size() < rows) rows = 0;  // the end
    }
    if (!read) return pass(read);
    for (const std::string& text : texts) {
        for (const Extent& extent : unpack_extents(text)) {
            auto placed =
                txn.run("UPDATE extents SET offset = ?2, size = ?3 WHERE id = ?1 AND size IS NULL",
                        meta::values(extent.id, extent.offset, extent.size));
            if (!placed) return pass(placed);
        }
    }
    return rows > 0;
}

Result<std::vector<Garbage>> held_in_packs(const meta::Connection& connection) {
    return meta::collect(
        connection, "SELECT file, SUM(size + ?2) FROM extents GROUP BY file HAVING MAX(size) <= ?1",
        meta::values(limits::packed_bytes_max, entry_header_bytes),
        [](std::int64_t file, std::uint64_t bytes) { return Garbage{file, bytes}; });
}

Result<> set_garbage(meta::Txn& txn, const std::vector<Garbage>& garbage) {
    for (const Garbage& one : garbage) {
        if (auto set = garbage_rows.put(txn, one); !set) return set;
    }
    return {};
}

}  // namespace freshet::objects::store
