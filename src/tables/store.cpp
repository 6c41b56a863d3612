// Tables, indexes, tags and tokens; items are in store_items.cpp.
#include "tables/store.h"

#include <fmt/format.h>

#include "meta/pairs.h"
#include "tables/errors.h"

namespace freshet::tables::store {
namespace {

const auto tables = meta::table<Table>("tables_tables", [](auto& column, auto& table) {
    column.id("id", table.id);
    column.key(table.key);
    column("uuid", table.uuid);
    column.fixed("created_ms", table.created);
    column("provisioned", table.is_provisioned);
    column("protected", table.is_protected);
    column("class", table.table_class);
});
/// The table's own keys are the index without a name. An update changes what is provisioned; items
/// and bytes are counted as items change (store_items.cpp).
const auto indexes = meta::table<Index>("tables_indexes", [](auto& column, auto& index) {
    column.id("id", index.id);
    column.owner("tbl");
    column.key("name", index.name);
    column.fixed("local", index.is_local);
    column.fixed("hash", index.keys.hash.name);
    column.fixed("hash_kind", index.keys.hash.kind);
    column.optional(index.keys.range, [](auto& inner, auto& range) {
        inner.fixed("range", range.name);
        inner.fixed("range_kind", range.kind);
    });
    column.fixed("projection", index.projection);
    column("reads", index.throughput.reads);
    column("writes", index.throughput.writes);
    column.fixed("items", index.items);
    column.fixed("bytes", index.bytes);
});
const auto included_attributes =
    meta::table<std::string>("tables_included", [](auto& column, auto& attribute) {
        column.owner("idx");
        column.position("at");
        column("name", attribute);
    });
const meta::Pairs table_tags("tables_tags", "tbl");

/// A transaction that a client named, for as long as it may ask for it again.
struct Token {
    Home home;
    std::string token, digest;
    Timestamp at;
};
const auto tokens = meta::table<Token>("tables_tokens", [](auto& column, auto& token) {
    column.key(token.home);
    column.key("token", token.token);
    column("digest", token.digest);
    column("made_ms", token.at);
});

Result<> read_indexes(const meta::Connection& connection, Table& table) {
    FRESHET_TRY(all, indexes.load(connection, meta::values(table.id)));
    for (Index& index : *all) {
        if (index.projection == Projection::include) {
            FRESHET_TRY(included, included_attributes.load(connection, meta::values(index.id)));
            index.included = std::move(*included);
        }
        if (index.name.empty())
            table.primary = std::move(index);
        else
            table.indexes.push_back(std::move(index));
    }
    return {};
}

}  // namespace

std::vector<meta::Shape> shapes() {
    std::vector<meta::Shape> all = item_shapes();
    for (const meta::Shape& shape : {tables.shape(), indexes.shape(), included_attributes.shape(),
                                     table_tags.shape(), tokens.shape()})
        all.push_back(shape);
    return all;
}

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
    FRESHET_TRY(found,
                tables.first_where(connection, "WHERE account = ?1 AND region = ?2 AND name = ?3",
                                   meta::values(key)));
    if (!*found) return fail(Errc::not_found, "Requested resource not found");
    Table table = std::move(**found);
    if (auto read = read_indexes(connection, table); !read) return pass(read);
    return table;
}

Result<std::vector<std::string>> names(const meta::Connection& connection, const TableKey& after) {
    return meta::list<std::string>(
        connection,
        "SELECT name FROM tables_tables WHERE account = ?1 AND region = ?2 AND name > ?3 ORDER BY "
        "name",
        meta::values(after));
}

Result<> insert(meta::Txn& txn, Table& table) {
    auto inserted = tables.insert(txn, table);
    if (!inserted && inserted.error().is(meta::Errc::conflict))
        return fail(Errc::in_use, "Table already exists: " + table.key.name);
    if (inserted) inserted = insert_index(txn, table.id, table.primary);
    for (Index& index : table.indexes)
        if (inserted) inserted = insert_index(txn, table.id, index);
    return inserted;
}

Result<> update(meta::Txn& txn, const Table& table) { return tables.update(txn, table); }

Result<> remove(meta::Txn& txn, const Table& table) {
    std::vector<std::int64_t> ids{table.primary.id};
    for (const Index& index : table.indexes) ids.push_back(index.id);
    for (const std::int64_t id : ids) {
        auto gone = txn.run("DELETE FROM tables_entries WHERE idx = ?1", {id});
        if (!gone) return gone;
    }
    auto gone = txn.run("DELETE FROM tables_items WHERE tbl = ?1", {table.id});
    return gone ? tables.remove(txn, meta::values(table.id)) : gone;
}

Result<> insert_index(meta::Txn& txn, std::int64_t table, Index& index) {
    if (auto inserted = indexes.insert(txn, index, meta::values(table)); !inserted) return inserted;
    return included_attributes.replace(txn, meta::values(index.id), index.included);
}

Result<> update_index(meta::Txn& txn, const Index& index) { return indexes.update(txn, index); }

Result<> remove_index(meta::Txn& txn, const Index& index) {
    auto gone = txn.run("DELETE FROM tables_entries WHERE idx = ?1", {index.id});
    return gone ? indexes.remove(txn, meta::values(index.id)) : gone;
}

Result<Tags> tags(const meta::Connection& connection, const Table& table) {
    return table_tags.load(connection, table.id);
}

Result<> put_tags(meta::Txn& txn, const Table& table, const Tags& tags) {
    return table_tags.put(txn, table.id, tags);
}

Result<> remove_tags(meta::Txn& txn, const Table& table, const std::vector<std::string>& names) {
    Result<> gone;
    for (const std::string& name : names)
        if (gone) gone = table_tags.remove(txn, table.id, name);
    return gone;
}

Result<std::string> transaction_of(const meta::Connection& connection, const Home& home,
                                   const std::string& token, Timestamp oldest) {
    FRESHET_TRY(digest, meta::first<std::string>(
                            connection,
                            "SELECT digest FROM tables_tokens WHERE account = ?1 AND region = ?2 "
                            "AND token = ?3 AND made_ms >= ?4",
                            meta::values(home, token, oldest)));
    return digest->value_or("");
}

Result<> note_transaction(meta::Txn& txn, const Home& home, const std::string& token,
                          const std::string& digest, Timestamp now, Timestamp oldest) {
    auto noted = txn.run("DELETE FROM tables_tokens WHERE made_ms < ?1", meta::values(oldest));
    if (!noted) return noted;
    return tokens.put(txn, Token{home, token, digest, now});
}

}  // namespace freshet::tables::store
