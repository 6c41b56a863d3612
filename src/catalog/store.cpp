#include "catalog/store.h"

#include <fmt/format.h>

#include "base/check.h"
#include "catalog/bodies.h"

namespace freshet::catalog::store {
namespace {

const Bodies databases("catalog_databases", {"account", "region", "name"});
const Bodies tables("catalog_tables", {"account", "region", "database", "name"});
const Bodies partitions("catalog_partitions", {"account", "region", "database", "tbl", "key"});
const Bodies table_statistics("catalog_table_statistics",
                              {"account", "region", "database", "tbl", "col"});
const Bodies partition_statistics("catalog_partition_statistics",
                                  {"account", "region", "database", "tbl", "key", "col"});
const Bodies functions("catalog_functions", {"account", "region", "database", "name"});

Bytes key_bytes(const std::vector<std::string>& values) { return Bytes::own(key_of(values)); }

const Bodies& statistics_of(const Measured& of) {
    return of.key ? partition_statistics : table_statistics;
}
/// The columns in front of `col`.
std::vector<meta::Value> measured_key(const Measured& of) {
    auto key = meta::values(of.home, of.database, of.table);
    if (of.key) key.emplace_back(Bytes::copy(*of.key));
    return key;
}
std::vector<meta::Value> measured_key(const Measured& of, const std::string& column) {
    auto key = measured_key(of);
    key.emplace_back(column);
    return key;
}

}  // namespace

std::string key_of(const std::vector<std::string>& values) {
    std::string key;
    for (const auto& value : values) key += value + '\x1f';
    return key;
}

std::vector<meta::Shape> shapes() {
    return meta::shapes_of(databases, tables, partitions, table_statistics, partition_statistics,
                           functions);
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
    return databases.find<Database>(connection, meta::values(home, name),
                                    fmt::format("Database {} not found.", name));
}

Result<std::vector<Home>> list_homes(const meta::Connection& connection) {
    return meta::collect(connection, "SELECT DISTINCT account, region FROM catalog_databases", {},
                         [](std::string account, std::string region) {
                             return Home{std::move(account), std::move(region)};
                         });
}

Result<std::map<std::pair<std::string, std::string>, std::int64_t>> count_partitions(
    const meta::Connection& connection, const Home& home) {
    std::map<std::pair<std::string, std::string>, std::int64_t> counts;
    auto read = meta::each(
        connection,
        "SELECT database, tbl, COUNT(*) FROM catalog_partitions WHERE account = ?1 AND region = ?2 "
        "GROUP BY database, tbl",
        meta::values(home), [&](std::string database, std::string table, std::int64_t count) {
            counts[{std::move(database), std::move(table)}] = count;
        });
    if (!read) return pass(read);
    return counts;
}

Result<std::vector<Database>> list_databases(const meta::Connection& connection, const Home& home) {
    return databases.list<Database>(connection, "WHERE account = ?1 AND region = ?2 ORDER BY name",
                                    meta::values(home));
}

Result<> each_database(const meta::Connection& connection, const Home& home,
                       const std::string& after, const Visit<Database>& visit) {
    return databases.each(connection,
                          "WHERE account = ?1 AND region = ?2 AND name > ?3 ORDER BY name",
                          meta::values(home, after), visit);
}

Result<> put_database(meta::Txn& txn, const Home& home, const Database& database) {
    return databases.put(txn, meta::values(home, database.name), database);
}

Result<> remove_database(meta::Txn& txn, const Home& home, const std::string& name) {
    return databases.remove(txn, meta::values(home, name));
}

Result<Table> find_table(const meta::Connection& connection, const Home& home,
                         const std::string& database, const std::string& name) {
    return tables.find<Table>(connection, meta::values(home, database, name),
                              fmt::format("Table {} not found.", name));
}

Result<std::vector<Table>> list_tables(const meta::Connection& connection, const Home& home,
                                       const std::string& database) {
    return tables.list<Table>(connection,
                              "WHERE account = ?1 AND region = ?2 AND database = ?3 ORDER BY name",
                              meta::values(home, database));
}

Result<> each_table(const meta::Connection& connection, const Home& home,
                    const std::string& database, const std::string& after,
                    const Visit<Table>& visit) {
    return tables.each(
        connection,
        "WHERE account = ?1 AND region = ?2 AND database = ?3 AND name > ?4 ORDER BY name",
        meta::values(home, database, after), visit);
}

Result<> put_table(meta::Txn& txn, const Home& home, const Table& table) {
    FRESHET_CHECK(table.version > 0);  // each change counts it up
    return tables.put(txn, meta::values(home, table.database, table.name), table);
}

Result<> remove_table(meta::Txn& txn, const Home& home, const std::string& database,
                      const std::string& name) {
    return tables.remove(txn, meta::values(home, database, name));
}

Result<Partition> find_partition(const meta::Connection& connection, const Home& home,
                                 const std::string& database, const std::string& table,
                                 const std::vector<std::string>& values) {
    return partitions.find<Partition>(connection,
                                      meta::values(home, database, table, key_bytes(values)),
                                      "Cannot find partition.");
}

Result<std::vector<Partition>> list_partitions(const meta::Connection& connection, const Home& home,
                                               const std::string& database,
                                               const std::string& table) {
    return partitions.list<Partition>(
        connection,
        "WHERE account = ?1 AND region = ?2 AND database = ?3 AND tbl = ?4 ORDER BY key",
        meta::values(home, database, table));
}

Result<> each_partition(const meta::Connection& connection, const Home& home,
                        const std::string& database, const std::string& table,
                        const std::string& after, const Visit<Partition>& visit) {
    return partitions.each(
        connection,
        fmt::format("WHERE account = ?1 AND region = ?2 AND database = ?3 AND tbl = ?4 AND key {} "
                    "?5 ORDER BY key",
                    after.empty() ? ">=" : ">"),
        meta::values(home, database, table, Bytes::copy(after)), visit);
}

Result<> put_partition(meta::Txn& txn, const Home& home, const std::string& database,
                       const std::string& table, const Partition& partition) {
    return partitions.put(txn, meta::values(home, database, table, key_bytes(partition.values)),
                          partition);
}

Result<> remove_partition(meta::Txn& txn, const Home& home, const std::string& database,
                          const std::string& table, const std::vector<std::string>& values) {
    return partitions.remove(txn, meta::values(home, database, table, key_bytes(values)));
}

Result<> put_statistics(meta::Txn& txn, const Measured& of, const ColumnStatistics& statistics) {
    return statistics_of(of).put(txn, measured_key(of, statistics.column), statistics);
}

Result<std::vector<ColumnStatistics>> list_statistics(const meta::Connection& connection,
                                                      const Measured& of) {
    return statistics_of(of).list<ColumnStatistics>(
        connection,
        fmt::format("WHERE account = ?1 AND region = ?2 AND database = ?3 AND tbl = ?4{}",
                    of.key ? " AND key = ?5" : ""),
        measured_key(of));
}

Result<> remove_statistics(meta::Txn& txn, const Measured& of, const std::string& column) {
    return statistics_of(of).remove(txn, measured_key(of, column));
}

Result<> move_statistics(meta::Txn& txn, const Measured& from, const std::string& key) {
    return txn.run(
        "UPDATE catalog_partition_statistics SET key = ?6 WHERE account = ?1 AND region = ?2 AND "
        "database = ?3 AND tbl = ?4 AND key = ?5",
        meta::values(from.home, from.database, from.table, Bytes::copy(from.key.value_or("")),
                     Bytes::copy(key)));
}

Result<Function> find_function(const meta::Connection& connection, const Home& home,
                               const std::string& database, const std::string& name) {
    return functions.find<Function>(connection, meta::values(home, database, name),
                                    fmt::format("Function {} not found.", name));
}

Result<> each_function(const meta::Connection& connection, const Home& home,
                       const std::string& database,
                       const std::pair<std::string, std::string>& after,
                       const Visit<Function>& visit) {
    return functions.each(connection,
                          "WHERE account = ?1 AND region = ?2 AND (?3 = '' OR database = ?3) AND "
                          "(database, name) > (?4, ?5) ORDER BY database, name",
                          meta::values(home, database, after.first, after.second), visit);
}

Result<> put_function(meta::Txn& txn, const Home& home, const std::string& name,
                      const Function& function) {
    return functions.put(txn, meta::values(home, function.database, name), function);
}

Result<> remove_function(meta::Txn& txn, const Home& home, const std::string& database,
                         const std::string& name) {
    return functions.remove(txn, meta::values(home, database, name));
}

}  // namespace freshet::catalog::store
