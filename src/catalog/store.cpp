#include "catalog/store.h"

#include <fmt/format.h>

#include "catalog/errors.h"
#include "catalog/packing.h"

namespace freshet::catalog::store {
namespace {

Result<> done(Result<std::int64_t> result) {
    if (!result) return pass(result);
    return {};
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
    if (!read) return pass(read);
    if (!good) return pass(good);
    return all;
}

template <class T>
Result<> read_each(const meta::Connection& connection, std::string_view sql,
                   const std::vector<meta::Value>& parameters, const Visit<T>& visit) {
    Result<> good;
    auto read = connection.query(sql, parameters, [&](const meta::Row& row) {
        T item;
        good = unpack(row.blob(0), item);
        return good && visit(std::move(item));
    });
    return read ? good : read;
}

template <class T>
Result<T> read_one(const meta::Connection& connection, std::string_view sql,
                   const std::vector<meta::Value>& parameters, std::string missing) {
    auto all = read_all<T>(connection, sql, parameters);
    if (!all) return pass(all);
    if (all->empty()) return fail(Errc::not_found, std::move(missing));
    return std::move(all->front());
}

}  // namespace

std::string key_of(const std::vector<std::string>& values) {
    std::string key;
    for (const auto& value : values) key += value + '\x1f';
    return key;
}

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
         "region, database, name) ON DELETE CASCADE) WITHOUT ROWID"},
        {"catalog", 2,
         "CREATE TABLE catalog_table_statistics (account TEXT NOT NULL, region TEXT NOT NULL, "
         "database TEXT NOT NULL, tbl TEXT NOT NULL, col TEXT NOT NULL, body BLOB NOT NULL,"
         " PRIMARY KEY (account, region, database, tbl, col),"
         " FOREIGN KEY (account, region, database, tbl) REFERENCES catalog_tables (account, "
         "region, database, name) ON DELETE CASCADE) WITHOUT ROWID;"
         "CREATE TABLE catalog_partition_statistics (account TEXT NOT NULL, region TEXT NOT NULL, "
         "database TEXT NOT NULL, tbl TEXT NOT NULL, key BLOB NOT NULL, col TEXT NOT NULL, body "
         "BLOB NOT NULL,"
         " PRIMARY KEY (account, region, database, tbl, key, col),"
         " FOREIGN KEY (account, region, database, tbl, key) REFERENCES catalog_partitions "
         "(account, region, database, tbl, key) ON DELETE CASCADE) WITHOUT ROWID;"
         "CREATE TABLE catalog_functions (account TEXT NOT NULL, region TEXT NOT NULL, database "
         "TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL,"
         " PRIMARY KEY (account, region, database, name),"
         " FOREIGN KEY (account, region, database) REFERENCES catalog_databases (account, region, "
         "name) ON DELETE CASCADE) WITHOUT ROWID"}};
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
    if (!read) return pass(read);
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
    if (!read) return pass(read);
    return counts;
}

Result<std::vector<Database>> list_databases(const meta::Connection& connection, const Home& home) {
    return read_all<Database>(
        connection,
        "SELECT body FROM catalog_databases WHERE account = ?1 AND region = ?2 ORDER BY name",
        {home.account, home.region});
}

Result<> each_database(const meta::Connection& connection, const Home& home,
                       const std::string& after, const Visit<Database>& visit) {
    return read_each(connection,
                     "SELECT body FROM catalog_databases WHERE account = ?1 AND region = ?2 AND "
                     "name > ?3 ORDER BY name",
                     {home.account, home.region, after}, visit);
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

Result<> each_table(const meta::Connection& connection, const Home& home,
                    const std::string& database, const std::string& after,
                    const Visit<Table>& visit) {
    return read_each(connection,
                     "SELECT body FROM catalog_tables WHERE account = ?1 AND region = ?2 AND "
                     "database = ?3 AND name > ?4 ORDER BY name",
                     {home.account, home.region, database, after}, visit);
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

Result<> each_partition(const meta::Connection& connection, const Home& home,
                        const std::string& database, const std::string& table,
                        const std::string& after, const Visit<Partition>& visit) {
    return read_each(connection,
                     fmt::format("SELECT body FROM catalog_partitions WHERE account = ?1 AND "
                                 "region = ?2 AND database = ?3 AND tbl = ?4 AND key {} ?5 ORDER "
                                 "BY key",
                                 after.empty() ? ">=" : ">"),
                     {home.account, home.region, database, table, Bytes::copy(after)}, visit);
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

Result<> put_statistics(meta::Txn& txn, const Measured& of, const ColumnStatistics& statistics) {
    const Bytes body = Bytes::own(pack(statistics));
    if (!of.key)
        return done(txn.execute(
            "INSERT INTO catalog_table_statistics VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO "
            "UPDATE SET body = excluded.body",
            {of.home.account, of.home.region, of.database, of.table, statistics.column, body}));
    return done(
        txn.execute("INSERT INTO catalog_partition_statistics VALUES (?1, ?2, ?3, ?4, ?5, "
                    "?6, ?7) ON CONFLICT DO UPDATE SET body = excluded.body",
                    {of.home.account, of.home.region, of.database, of.table, Bytes::copy(*of.key),
                     statistics.column, body}));
}

Result<std::vector<ColumnStatistics>> list_statistics(const meta::Connection& connection,
                                                      const Measured& of) {
    if (!of.key)
        return read_all<ColumnStatistics>(
            connection,
            "SELECT body FROM catalog_table_statistics WHERE account = ?1 AND region = ?2 AND "
            "database = ?3 AND tbl = ?4",
            {of.home.account, of.home.region, of.database, of.table});
    return read_all<ColumnStatistics>(
        connection,
        "SELECT body FROM catalog_partition_statistics WHERE account = ?1 AND region = ?2 AND "
        "database = ?3 AND tbl = ?4 AND key = ?5",
        {of.home.account, of.home.region, of.database, of.table, Bytes::copy(*of.key)});
}

Result<> remove_statistics(meta::Txn& txn, const Measured& of, const std::string& column) {
    if (!of.key)
        return done(txn.execute(
            "DELETE FROM catalog_table_statistics WHERE account = ?1 AND region = ?2 AND database "
            "= ?3 AND tbl = ?4 AND col = ?5",
            {of.home.account, of.home.region, of.database, of.table, column}));
    return done(txn.execute(
        "DELETE FROM catalog_partition_statistics WHERE account = ?1 AND region = ?2 AND database "
        "= ?3 AND tbl = ?4 AND key = ?5 AND col = ?6",
        {of.home.account, of.home.region, of.database, of.table, Bytes::copy(*of.key), column}));
}

Result<> move_statistics(meta::Txn& txn, const Measured& from, const std::string& key) {
    return done(txn.execute(
        "UPDATE catalog_partition_statistics SET key = ?6 WHERE account = ?1 AND region = ?2 AND "
        "database = ?3 AND tbl = ?4 AND key = ?5",
        {from.home.account, from.home.region, from.database, from.table,
         Bytes::copy(from.key.value_or("")), Bytes::copy(key)}));
}

Result<Function> find_function(const meta::Connection& connection, const Home& home,
                               const std::string& database, const std::string& name) {
    return read_one<Function>(connection,
                              "SELECT body FROM catalog_functions WHERE account = ?1 AND region = "
                              "?2 AND database = ?3 AND name = ?4",
                              {home.account, home.region, database, name},
                              fmt::format("Function {} not found.", name));
}

Result<> each_function(const meta::Connection& connection, const Home& home,
                       const std::string& database,
                       const std::pair<std::string, std::string>& after,
                       const Visit<Function>& visit) {
    return read_each(connection,
                     "SELECT body FROM catalog_functions WHERE account = ?1 AND region = ?2 AND "
                     "(?3 = '' OR database = ?3) AND (database, name) > (?4, ?5) ORDER BY "
                     "database, name",
                     {home.account, home.region, database, after.first, after.second}, visit);
}

Result<> put_function(meta::Txn& txn, const Home& home, const std::string& name,
                      const Function& function) {
    return done(txn.execute(
        "INSERT INTO catalog_functions VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET body "
        "= excluded.body",
        {home.account, home.region, function.database, name, Bytes::own(pack(function))}));
}

Result<> remove_function(meta::Txn& txn, const Home& home, const std::string& database,
                         const std::string& name) {
    return done(
        txn.execute("DELETE FROM catalog_functions WHERE account = ?1 AND region = ?2 AND database "
                    "= ?3 AND name = ?4",
                    {home.account, home.region, database, name}));
}

}  // namespace freshet::catalog::store
