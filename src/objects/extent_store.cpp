#include "objects/extent_store.h"

#include <fmt/format.h>

#include "objects/limits.h"

namespace freshet::objects::store {
namespace {

Result<> done(Result<std::int64_t> result) {
    if (!result) return pass(result);
    return {};
}

/// Columns: id, file, offset, size, master, wrapped.
constexpr const char* columns = "id, file, offset, size, master, wrapped";

Extent extent_of(const meta::Row& row) {
    Extent extent{row.integer(0),
                  row.integer(1),
                  static_cast<std::uint64_t>(row.integer(2)),
                  static_cast<std::uint64_t>(row.integer(3)),
                  {}};
    if (!row.is_null(4)) extent.key = io::WrappedKey{row.integer(4), row.blob(5)};
    return extent;
}

Result<> add_garbage(meta::Txn& txn, std::int64_t file, std::uint64_t bytes) {
    return done(
        txn.execute("INSERT INTO pack_garbage VALUES (?1, ?2) ON CONFLICT (file) DO UPDATE "
                    "SET bytes = bytes + excluded.bytes",
                    {file, static_cast<std::int64_t>(bytes)}));
}

/// `file` has an extent again.
Result<> revive(meta::Txn& txn, std::int64_t file) {
    return done(txn.execute("DELETE FROM dead_files WHERE file = ?1", {file}));
}

/// `file` is dead when no extent lies in it.
Result<> note_if_dead(meta::Txn& txn, std::int64_t file) {
    return done(
        txn.execute("INSERT OR IGNORE INTO dead_files SELECT ?1, NULL WHERE NOT EXISTS (SELECT 1 "
                    "FROM extents WHERE file = ?1)",
                    {file}));
}

Result<> release_one(meta::Txn& txn, const Extent& extent) {
    auto released =
        txn.execute("UPDATE extents SET holders = holders - 1 WHERE id = ?1", {extent.id});
    if (!released) return done(std::move(released));
    std::vector<Extent> one{extent};
    if (auto resolved = resolve(txn, one); !resolved) return resolved;
    auto gone = txn.execute("DELETE FROM extents WHERE id = ?1 AND holders = 0", {extent.id});
    if (!gone || *gone == 0) return done(std::move(gone));
    if (extent.size <= limits::packed_bytes_max) {
        auto added = add_garbage(txn, one.front().file, entry_bytes(one.front()));
        if (!added) return added;
    }
    return note_if_dead(txn, one.front().file);
}

}  // namespace

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
    for (const Extent& e : extents)
        text += fmt::format("{}:{}:{}:{};", e.id, e.file, e.offset, e.size);
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
        extents.push_back(std::move(e));
        at = end + 1;
    }
    return extents;
}

Result<> hold(meta::Txn& txn, std::vector<Extent>& extents) {
    for (Extent& extent : extents) {
        if (extent.id) {
            auto shared =
                txn.execute("UPDATE extents SET holders = holders + 1 WHERE id = ?1", {extent.id});
            if (!shared) return done(std::move(shared));
            continue;
        }
        meta::Value master, wrapped;
        if (extent.key) {
            master = extent.key->master;
            wrapped = Bytes::copy(extent.key->wrapped);
        }
        auto entered = txn.execute(
            "INSERT INTO extents (file, holders, offset, size, master, wrapped) VALUES (?1, 1, ?2, "
            "?3, ?4, ?5)",
            {extent.file, static_cast<std::int64_t>(extent.offset),
             static_cast<std::int64_t>(extent.size), master, wrapped});
        if (!entered) return done(std::move(entered));
        extent.id = txn.last_row_id();
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
    static const std::string sql =
        fmt::format("SELECT {} FROM extents WHERE id = ?1 AND size IS NOT NULL", columns);
    for (Extent& extent : extents) {
        auto read = connection.query(sql, {extent.id}, [&](const meta::Row& row) {
            extent = extent_of(row);
            return false;
        });
        if (!read) return read;
    }
    return {};
}

Result<std::vector<io::WrappedKey>> keys_by_master(const meta::Connection& connection) {
    std::vector<io::WrappedKey> keys;
    auto read = connection.query(
        "SELECT master, MIN(wrapped) FROM extents WHERE master IS NOT NULL GROUP BY master ORDER "
        "BY master",
        {}, [&](const meta::Row& row) {
            keys.push_back({row.integer(0), row.blob(1)});
            return true;
        });
    if (!read) return pass(read);
    return keys;
}

Result<std::uint64_t> garbage_in(const meta::Connection& connection, std::int64_t file) {
    std::uint64_t bytes = 0;
    auto read = connection.query("SELECT bytes FROM pack_garbage WHERE file = ?1", {file},
                                 [&](const meta::Row& row) {
                                     bytes = static_cast<std::uint64_t>(row.integer(0));
                                     return false;
                                 });
    if (!read) return pass(read);
    return bytes;
}

Result<std::vector<Garbage>> packs_with_garbage(const meta::Connection& connection,
                                                std::int64_t after, std::size_t count) {
    std::vector<Garbage> packs;
    auto read = connection.query(
        "SELECT file, bytes FROM pack_garbage WHERE file > ?1 AND bytes > 0 AND file NOT IN "
        "(SELECT file FROM dead_files) ORDER BY file LIMIT ?2",
        {after, static_cast<std::int64_t>(count)}, [&](const meta::Row& row) {
            packs.push_back({row.integer(0), static_cast<std::uint64_t>(row.integer(1))});
            return true;
        });
    if (!read) return pass(read);
    return packs;
}

Result<std::vector<Extent>> extents_in(const meta::Connection& connection, std::int64_t file,
                                       std::int64_t after, std::size_t count) {
    std::vector<Extent> extents;
    static const std::string sql = fmt::format(
        "SELECT {} FROM extents WHERE file = ?1 AND id > ?2 ORDER BY id LIMIT ?3", columns);
    auto read = connection.query(sql, {file, after, static_cast<std::int64_t>(count)},
                                 [&](const meta::Row& row) {
                                     extents.push_back(extent_of(row));
                                     return true;
                                 });
    if (!read) return pass(read);
    return extents;
}

Result<> move(meta::Txn& txn, const std::vector<Extent>& from, const std::vector<Extent>& to) {
    for (std::size_t i = 0; i < from.size(); ++i) {
        auto moved = txn.execute(
            "UPDATE extents SET file = ?2, offset = ?3 WHERE id = ?1 AND file = ?4",
            {from[i].id, to[i].file, static_cast<std::int64_t>(to[i].offset), from[i].file});
        if (!moved) return done(std::move(moved));
        auto noted = *moved > 0 ? revive(txn, to[i].file)
                                : add_garbage(txn, to[i].file, entry_bytes(from[i]));
        if (!noted) return noted;
    }
    return from.empty() ? Result<>() : note_if_dead(txn, from.front().file);
}

Result<bool> has_unplaced(const meta::Connection& connection) {
    bool found = false;
    auto read = connection.query("SELECT 1 FROM extents WHERE size IS NULL LIMIT 1", {},
                                 [&](const meta::Row&) { return !(found = true); });
    if (!read) return pass(read);
    return found;
}

Result<bool> learn_places(meta::Txn& txn, SurveyPlace& at, std::size_t rows) {
    std::vector<std::string> texts;
    const auto limit = static_cast<std::int64_t>(rows);
    Result<> read;
    if (!at.is_in_parts) {
        read = txn.query(
            "SELECT bucket, key, extents FROM objects WHERE (bucket, key) > (?1, ?2) "
            "ORDER BY bucket, key LIMIT ?3",
            {at.bucket, Bytes::copy(at.key), limit}, [&](const meta::Row& row) {
                at.bucket = row.integer(0);
                at.key = row.blob(1);
                texts.push_back(row.text(2));
                return true;
            });
        if (texts.size() < rows) at.is_in_parts = true;
    } else {
        read = txn.query(
            "SELECT upload, number, extents FROM parts WHERE (upload, number) > (?1, "
            "?2) ORDER BY upload, number LIMIT ?3",
            {at.upload, std::int64_t{at.part}, limit}, [&](const meta::Row& row) {
                at.upload = row.text(0);
                at.part = static_cast<int>(row.integer(1));
                texts.push_back(row.text(2));
                return true;
            });
        if (read && texts.size() < rows) rows = 0;  // the end
    }
    if (!read) return pass(read);
    for (const std::string& text : texts) {
        for (const Extent& extent : unpack_extents(text)) {
            auto placed = txn.execute(
                "UPDATE extents SET offset = ?2, size = ?3 WHERE id = ?1 AND size IS NULL",
                {extent.id, static_cast<std::int64_t>(extent.offset),
                 static_cast<std::int64_t>(extent.size)});
            if (!placed) return pass(placed);
        }
    }
    return rows > 0;
}

Result<std::vector<Garbage>> held_in_packs(const meta::Connection& connection) {
    std::vector<Garbage> held;
    auto read = connection.query(
        "SELECT file, SUM(size + ?2) FROM extents GROUP BY file HAVING MAX(size) <= ?1",
        {static_cast<std::int64_t>(limits::packed_bytes_max), std::int64_t{entry_header_bytes}},
        [&](const meta::Row& row) {
            held.push_back({row.integer(0), static_cast<std::uint64_t>(row.integer(1))});
            return true;
        });
    if (!read) return pass(read);
    return held;
}

Result<> set_garbage(meta::Txn& txn, const std::vector<Garbage>& garbage) {
    for (const Garbage& one : garbage) {
        auto set = txn.execute("INSERT OR REPLACE INTO pack_garbage VALUES (?1, ?2)",
                               {one.file, static_cast<std::int64_t>(one.bytes)});
        if (!set) return done(std::move(set));
    }
    return {};
}

}  // namespace freshet::objects::store
