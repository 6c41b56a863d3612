#include "catalog/store.h"

#include <fmt/format.h>

#include "catalog/errors.h"
#include "catalog/packing.h"

namespace freshet::catalog::store {
namespace {

Result<> done(Result<std::int64_t> result) {
    if (!result) return std::unexpected(std::move(result.error()));
    return {};
}

/// Values as one key: each with 0x1f behind it, which no value holds after the rim's check.
std::string key_of(const std::vector<std::string>& values) {
    std::string key;
    for (const auto& value : values) key += value + '\x1f';
    return key;
}

template <class T>
Result<std::vector<T>> read_all(const meta::Connection& connection, std::string_view sql,
                                const std::vector<meta::Value>& parameters) {
    std::vector<T> all;
    Result<> good;
    auto read = connection.query(sql, parameters, [&](const meta::Row& row) {
        good = unpack(row.blob(0), all.emplace_back());
        return good.has_value();
    });
    if (!read) return std::unexpected(std::move(read.error()));
    if (!good) return std::unexpected(std::move(good.error()));
    return all;
}

template <class T>
Result<T> read_one(const meta::Connection& connection, std::string_view sql,
                   const std::vector<meta::Value>& parameters, std::string missing) {
    auto all = read_all<T>(connection, sql, parameters);
    if (!all) return std::unexpected(std::move(all.error()));
    if (all->empty()) return fail(Errc::not_found, std::move(missing));
    return std::move(all->front());
}

}  // namespace

std::vector<meta::Migration> migrations() {
    return {
        {"catalog", 1,
         "CREATE TABLE catalog_databases (account TEXT NOT NULL, region TEXT NOT NULL, name TEXT "
         "NOT NULL, body BLOB NOT NULL, PRIMARY KEY (account, region, name)) WITHOUT ROWID;"
         "CREATE TABLE catalog_tables (account TEXT NOT NULL, region TEXT NOT NULL, database TEXT "
         "NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL,"
         " PRIMARY KEY (account, region, database, name),"
         " FOREIGN KEY (account, region, database) REFERENCES catalog_databases (account, region, "
         "name) ON DELETE CASCADE) WITHOUT ROWID;"
         "CREATE TABLE catalog_partitions (account TEXT NOT NULL, region TEXT NOT NULL, database "
         "TEXT NOT NULL, tbl TEXT NOT NULL, key BLOB NOT NULL, body BLOB NOT NULL,"
         " PRIMARY KEY (account, region, database, tbl, key),"
         " FOREIGN KEY (account, region, database, tbl) REFERENCES catalog_tables (account, "
         "region, database, name) ON DELETE CASCADE) WITHOUT ROWID"}};
}

Result<Database> find_database(const meta::Connection& connection, const Home& home,
                               const std::string& name) {
    return read_one<Database>(
        connection,
        "SELECT body FROM catalog_databases WHERE account = ?1 AND region = ?2 AND name = ?3",
        {home.account, home.region, name}, fmt::format("Database {} not found.", name));
}

Result<std::vector<Home>> list_homes(const meta::Connection& connection) {
    std::vector<Home> homes;
    auto read = connection.query("SELECT DISTINCT account, region FROM catalog_databases", {},
                                 [&](const meta::Row& row) {
                                     homes.push_back({row.text(0), row.text(1)});
                                     return true;
                                 });
    if (!read) return std::unexpected(std::move(read.error()));
    return homes;
}

Result<std::map<std::pair<std::string, std::string>, std::int64_t>> count_partitions(
    const meta::Connection& connection, const Home& home) {
    std::map<std::pair<std::string, std::string>, std::int64_t> counts;
    auto read = connection.query(
        "SELECT database, tbl, COUNT(*) FROM catalog_partitions WHERE account = ?1 AND region = ?2 "
        "GROUP BY database, tbl",
        {home.account, home.region}, [&](const meta::Row& row) {
            counts[{row.text(0), row.text(1)}] = row.integer(2);
            return true;
        });
    if (!read) return std::unexpected(std::move(read.error()));
    return counts;
}

Result<std::vector<Database>> list_databases(const meta::Connection& connection, const Home& home) {
    return read_all<Database>(
        connection,
        "SELECT body FROM catalog_databases WHERE account = ?1 AND region = ?2 ORDER BY name",
        {home.account, home.region});
}

Result<> put_database(meta::Txn& txn, const Home& home, const Database& database) {
    return done(
        txn.execute("INSERT INTO catalog_databases VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE "
                    "SET body = excluded.body",
                    {home.account, home.region, database.name, Bytes::own(pack(database))}));
}

Result<> remove_database(meta::Txn& txn, const Home& home, const std::string& name) {
    return done(txn.execute(
        "DELETE FROM catalog_databases WHERE account = ?1 AND region = ?2 AND name = ?3",
        {home.account, home.region, name}));
}

Result<Table> find_table(const meta::Connection& connection, const Home& home,
                         const std::string& database, const std::string& name) {
    return read_one<Table>(connection,
                           "SELECT body FROM catalog_tables WHERE account = ?1 AND region = ?2 AND "
                           "database = ?3 AND name = ?4",
                           {home.account, home.region, database, name},
                           fmt::format("Table {} not found.", name));
}

Result<std::vector<Table>> list_tables(const meta::Connection& connection, const Home& home,
                                       const std::string& database) {
    return read_all<Table>(connection,
                           "SELECT body FROM catalog_tables WHERE account = ?1 AND region = ?2 AND "
                           "database = ?3 ORDER BY name",
                           {home.account, home.region, database});
}

Result<> put_table(meta::Txn& txn, const Home& home, const Table& table) {
    return done(txn.execute(
        "INSERT INTO catalog_tables VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET body = "
        "excluded.body",
        {home.account, home.region, table.database, table.name, Bytes::own(pack(table))}));
}

Result<> remove_table(meta::Txn& txn, const Home& home, const std::string& database,
                      const std::string& name) {
    return done(
        txn.execute("DELETE FROM catalog_tables WHERE account = ?1 AND region = ?2 AND database = "
                    "?3 AND name = ?4",
                    {home.account, home.region, database, name}));
}

Result<Partition> find_partition(const meta::Connection& connection, const Home& home,
                                 const std::string& database, const std::string& table,
                                 const std::vector<std::string>& values) {
    return read_one<Partition>(
        connection,
        "SELECT body FROM catalog_partitions WHERE account = ?1 AND region = ?2 AND database = ?3 "
        "AND tbl = ?4 AND key = ?5",
        {home.account, home.region, database, table, Bytes::own(key_of(values))},
        "Cannot find partition.");
}

Result<std::vector<Partition>> list_partitions(const meta::Connection& connection, const Home& home,
                                               const std::string& database,
                                               const std::string& table) {
    return read_all<Partition>(connection,
                               "SELECT body FROM catalog_partitions WHERE account = ?1 AND region "
                               "= ?2 AND database = ?3 AND tbl = ?4 ORDER BY key",
                               {home.account, home.region, database, table});
}

Result<> put_partition(meta::Txn& txn, const Home& home, const std::string& database,
                       const std::string& table, const Partition& partition) {
    return done(
        txn.execute("INSERT INTO catalog_partitions VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO "
                    "UPDATE SET body = excluded.body",
                    {home.account, home.region, database, table,
                     Bytes::own(key_of(partition.values)), Bytes::own(pack(partition))}));
}

Result<> remove_partition(meta::Txn& txn, const Home& home, const std::string& database,
                          const std::string& table, const std::vector<std::string>& values) {
    return done(
        txn.execute("DELETE FROM catalog_partitions WHERE account = ?1 AND region = ?2 AND "
                    "database = ?3 AND tbl = ?4 AND key = ?5",
                    {home.account, home.region, database, table, Bytes::own(key_of(values))}));
}

}  // namespace freshet::catalog::store
