// Tables, indexes, tags and tokens; items are in store_items.cpp.
#include "tables/store.h"

#include <fmt/format.h>

#include "tables/errors.h"

namespace freshet::tables::store {
namespace {

Result<> done(Result<std::int64_t> result) {
    if (!result) return pass(result);
    return {};
}

meta::Value number(auto value) { return static_cast<std::int64_t>(value); }

Result<> read_indexes(const meta::Connection& connection, Table& table) {
    auto read = connection.query(
        "SELECT id, name, local, hash, hash_kind, range, range_kind, projection, reads, writes, "
        "items, bytes FROM tables_indexes WHERE tbl = ?1 ORDER BY id",
        {table.id}, [&](const meta::Row& row) {
            Index index;
            index.id = row.integer(0);
            index.name = row.text(1);
            index.is_local = row.integer(2) != 0;
            index.keys.hash = {row.text(3), static_cast<Kind>(row.integer(4))};
            if (!row.is_null(5))
                index.keys.range = {row.text(5), static_cast<Kind>(row.integer(6))};
            index.projection = static_cast<Projection>(row.integer(7));
            index.throughput = {row.integer(8), row.integer(9)};
            index.items = row.integer(10);
            index.bytes = row.integer(11);
            if (index.name.empty())
                table.primary = std::move(index);
            else
                table.indexes.push_back(std::move(index));
            return true;
        });
    for (Index& index : table.indexes) {
        if (!read || index.projection != Projection::include) continue;
        read = connection.query("SELECT name FROM tables_included WHERE idx = ?1 ORDER BY at",
                                {index.id}, [&](const meta::Row& row) {
                                    index.included.push_back(row.text(0));
                                    return true;
                                });
    }
    return read;
}

}  // namespace

std::vector<meta::Migration> migrations() {
    return {{"tables", 1,
             "CREATE TABLE tables_tables (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT "
             "NULL, region TEXT NOT NULL, name TEXT NOT NULL, uuid TEXT NOT NULL, created_ms "
             "INTEGER NOT NULL, provisioned INTEGER NOT NULL, protected INTEGER NOT NULL, class "
             "TEXT NOT NULL, UNIQUE (account, region, name));"
             "CREATE TABLE tables_indexes (id INTEGER PRIMARY KEY AUTOINCREMENT, tbl INTEGER NOT "
             "NULL REFERENCES tables_tables ON DELETE CASCADE, name TEXT NOT NULL, local INTEGER "
             "NOT NULL, hash TEXT NOT NULL, hash_kind INTEGER NOT NULL, range TEXT, range_kind "
             "INTEGER, projection INTEGER NOT NULL, reads INTEGER NOT NULL, writes INTEGER NOT "
             "NULL, items INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, UNIQUE "
             "(tbl, name));"
             "CREATE TABLE tables_included (idx INTEGER NOT NULL REFERENCES tables_indexes ON "
             "DELETE CASCADE, at INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (idx, at));"
             "CREATE TABLE tables_items (id INTEGER PRIMARY KEY AUTOINCREMENT, tbl INTEGER NOT "
             "NULL, item BLOB NOT NULL);"
             "CREATE INDEX tables_items_of_table ON tables_items (tbl);"
             "CREATE TABLE tables_entries (idx INTEGER NOT NULL, slot INTEGER NOT NULL, hash BLOB "
             "NOT NULL, range BLOB NOT NULL, main BLOB NOT NULL, item INTEGER NOT NULL, PRIMARY "
             "KEY (idx, slot, hash, range, main)) WITHOUT ROWID;"
             "CREATE TABLE tables_tags (tbl INTEGER NOT NULL REFERENCES tables_tables ON DELETE "
             "CASCADE, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (tbl, name));"
             "CREATE TABLE tables_tokens (account TEXT NOT NULL, region TEXT NOT NULL, token TEXT "
             "NOT NULL, digest TEXT NOT NULL, made_ms INTEGER NOT NULL, PRIMARY KEY (account, "
             "region, token));"
             "CREATE INDEX tables_tokens_by_age ON tables_tokens (made_ms)"}};
}

Result<Table> find(const meta::Connection& connection, const TableKey& key) {
    Table table;
    auto read = connection.query(
        "SELECT id, uuid, created_ms, provisioned, protected, class FROM tables_tables WHERE "
        "account = ?1 AND region = ?2 AND name = ?3",
        {key.account, key.region, key.name}, [&](const meta::Row& row) {
            table.id = row.integer(0);
            table.uuid = row.text(1);
            table.created = from_epoch_ms(row.integer(2));
            table.is_provisioned = row.integer(3) != 0;
            table.is_protected = row.integer(4) != 0;
            table.table_class = row.text(5);
            return false;
        });
    if (!read) return pass(read);
    if (table.id == 0) return fail(Errc::not_found, "Requested resource not found");
    table.key = key;
    if (read = read_indexes(connection, table); !read) return pass(read);
    return table;
}

Result<std::vector<std::string>> names(const meta::Connection& connection, const TableKey& after) {
    std::vector<std::string> all;
    auto read = connection.query(
        "SELECT name FROM tables_tables WHERE account = ?1 AND region = ?2 AND name > ?3 ORDER BY "
        "name",
        {after.account, after.region, after.name}, [&](const meta::Row& row) {
            all.push_back(row.text(0));
            return true;
        });
    if (!read) return pass(read);
    return all;
}

Result<> insert(meta::Txn& txn, Table& table) {
    auto inserted = txn.execute(
        "INSERT INTO tables_tables (account, region, name, uuid, created_ms, provisioned, "
        "protected, class) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        {table.key.account, table.key.region, table.key.name, table.uuid,
         to_epoch_ms(table.created), number(table.is_provisioned), number(table.is_protected),
         table.table_class});
    if (!inserted && inserted.error().is(meta::Errc::conflict))
        return fail(Errc::in_use, "Table already exists: " + table.key.name);
    if (!inserted) return done(std::move(inserted));
    table.id = txn.last_row_id();
    if (auto made = insert_index(txn, table.id, table.primary); !made) return made;
    for (Index& index : table.indexes)
        if (auto made = insert_index(txn, table.id, index); !made) return made;
    return {};
}

Result<> update(meta::Txn& txn, const Table& table) {
    return done(
        txn.execute("UPDATE tables_tables SET provisioned = ?2, protected = ?3, class = ?4, uuid = "
                    "?5 WHERE id = "
                    "?1",
                    {table.id, number(table.is_provisioned), number(table.is_protected),
                     table.table_class, table.uuid}));
}

Result<> remove(meta::Txn& txn, const Table& table) {
    std::vector<const Index*> all{&table.primary};
    for (const Index& index : table.indexes) all.push_back(&index);
    for (const Index* index : all) {
        auto gone = txn.execute("DELETE FROM tables_entries WHERE idx = ?1", {index->id});
        if (!gone) return done(std::move(gone));
    }
    auto gone = txn.execute("DELETE FROM tables_items WHERE tbl = ?1", {table.id});
    if (gone) gone = txn.execute("DELETE FROM tables_tables WHERE id = ?1", {table.id});
    return done(std::move(gone));
}

Result<> insert_index(meta::Txn& txn, std::int64_t table, Index& index) {
    const auto& range = index.keys.range;
    auto made = txn.execute(
        "INSERT INTO tables_indexes (tbl, name, local, hash, hash_kind, range, range_kind, "
        "projection, reads, writes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        {table, index.name, number(index.is_local), index.keys.hash.name,
         number(index.keys.hash.kind), range ? meta::Value(range->name) : meta::Value(),
         range ? number(range->kind) : meta::Value(), number(index.projection),
         index.throughput.reads, index.throughput.writes});
    if (!made) return done(std::move(made));
    index.id = txn.last_row_id();
    for (std::size_t i = 0; i < index.included.size() && made; ++i)
        made = txn.execute("INSERT INTO tables_included VALUES (?1, ?2, ?3)",
                           {index.id, number(i), index.included[i]});
    return done(std::move(made));
}

Result<> update_index(meta::Txn& txn, const Index& index) {
    return done(txn.execute("UPDATE tables_indexes SET reads = ?2, writes = ?3 WHERE id = ?1",
                            {index.id, index.throughput.reads, index.throughput.writes}));
}

Result<> remove_index(meta::Txn& txn, const Index& index) {
    auto gone = txn.execute("DELETE FROM tables_entries WHERE idx = ?1", {index.id});
    if (gone) gone = txn.execute("DELETE FROM tables_indexes WHERE id = ?1", {index.id});
    return done(std::move(gone));
}

Result<Tags> tags(const meta::Connection& connection, const Table& table) {
    Tags all;
    auto read = connection.query("SELECT name, value FROM tables_tags WHERE tbl = ?1", {table.id},
                                 [&](const meta::Row& row) {
                                     all[row.text(0)] = row.text(1);
                                     return true;
                                 });
    if (!read) return pass(read);
    return all;
}

Result<> put_tags(meta::Txn& txn, const Table& table, const Tags& tags) {
    for (const auto& [name, value] : tags) {
        auto put = txn.execute("INSERT OR REPLACE INTO tables_tags VALUES (?1, ?2, ?3)",
                               {table.id, name, value});
        if (!put) return done(std::move(put));
    }
    return {};
}

Result<> remove_tags(meta::Txn& txn, const Table& table, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        auto gone =
            txn.execute("DELETE FROM tables_tags WHERE tbl = ?1 AND name = ?2", {table.id, name});
        if (!gone) return done(std::move(gone));
    }
    return {};
}

Result<std::string> transaction_of(const meta::Connection& connection, const TableKey& account,
                                   const std::string& token, Timestamp oldest) {
    std::string digest;
    auto read = connection.query(
        "SELECT digest FROM tables_tokens WHERE account = ?1 AND region = ?2 AND token = ?3 AND "
        "made_ms >= ?4",
        {account.account, account.region, token, to_epoch_ms(oldest)}, [&](const meta::Row& row) {
            digest = row.text(0);
            return false;
        });
    if (!read) return pass(read);
    return digest;
}

Result<> note_transaction(meta::Txn& txn, const TableKey& account, const std::string& token,
                          const std::string& digest, Timestamp now, Timestamp oldest) {
    auto noted = txn.execute("DELETE FROM tables_tokens WHERE made_ms < ?1", {to_epoch_ms(oldest)});
    if (noted)
        noted = txn.execute("INSERT OR REPLACE INTO tables_tokens VALUES (?1, ?2, ?3, ?4, ?5)",
                            {account.account, account.region, token, digest, to_epoch_ms(now)});
    return done(std::move(noted));
}

}  // namespace freshet::tables::store
