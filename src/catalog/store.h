// The tables of the catalog; the only file of it that touches the database. Bodies are packed
// fields, versioned by their first byte (docs/formats/catalog.md).
#pragma once
#include <functional>

#include "catalog/types.h"
#include "meta/shape.h"

namespace freshet::catalog::store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();

/// Values as one key: each followed by 0x1f, which no value holds after the rim's check.
std::string key_of(const std::vector<std::string>& values);

/// Takes an item; false ends the list.
template <class T>
using Visit = std::function<bool(T)>;

Result<Database> find_database(const meta::Connection& connection, const Home& home,
                               const std::string& name);
Result<std::vector<Database>> list_databases(const meta::Connection& connection, const Home& home);
/// In order of names, those after `after`.
Result<> each_database(const meta::Connection& connection, const Home& home,
                       const std::string& after, const Visit<Database>& visit);
Result<std::vector<Home>> list_homes(const meta::Connection& connection);
Result<> put_database(meta::Txn& txn, const Home& home, const Database& database);
Result<> remove_database(meta::Txn& txn, const Home& home, const std::string& name);

Result<Table> find_table(const meta::Connection& connection, const Home& home,
                         const std::string& database, const std::string& name);
Result<std::vector<Table>> list_tables(const meta::Connection& connection, const Home& home,
                                       const std::string& database);
Result<> each_table(const meta::Connection& connection, const Home& home,
                    const std::string& database, const std::string& after,
                    const Visit<Table>& visit);
Result<> put_table(meta::Txn& txn, const Home& home, const Table& table);
Result<> remove_table(meta::Txn& txn, const Home& home, const std::string& database,
                      const std::string& name);

Result<Partition> find_partition(const meta::Connection& connection, const Home& home,
                                 const std::string& database, const std::string& table,
                                 const std::vector<std::string>& values);
Result<std::vector<Partition>> list_partitions(const meta::Connection& connection, const Home& home,
                                               const std::string& database,
                                               const std::string& table);
/// In order of keys, those after the key `after`; with "" all.
Result<> each_partition(const meta::Connection& connection, const Home& home,
                        const std::string& database, const std::string& table,
                        const std::string& after, const Visit<Partition>& visit);
Result<std::map<std::pair<std::string, std::string>, std::int64_t>> count_partitions(
    const meta::Connection& connection, const Home& home);
Result<> put_partition(meta::Txn& txn, const Home& home, const std::string& database,
                       const std::string& table, const Partition& partition);
Result<> remove_partition(meta::Txn& txn, const Home& home, const std::string& database,
                          const std::string& table, const std::vector<std::string>& values);

/// Whose statistics: a table's (no key) or those of the partition of the key.
struct Measured {
    Home home;
    std::string database, table;
    std::optional<std::string> key;
};
Result<> put_statistics(meta::Txn& txn, const Measured& of, const ColumnStatistics& statistics);
Result<std::vector<ColumnStatistics>> list_statistics(const meta::Connection& connection,
                                                      const Measured& of);
Result<> remove_statistics(meta::Txn& txn, const Measured& of, const std::string& column);
/// To another partition of the table, which has none.
Result<> move_statistics(meta::Txn& txn, const Measured& from, const std::string& key);

Result<Function> find_function(const meta::Connection& connection, const Home& home,
                               const std::string& database, const std::string& name);
/// In order of (database, name), after `after`; `database` "" stands for all.
Result<> each_function(const meta::Connection& connection, const Home& home,
                       const std::string& database,
                       const std::pair<std::string, std::string>& after,
                       const Visit<Function>& visit);
/// `name` as it was folded.
Result<> put_function(meta::Txn& txn, const Home& home, const std::string& name,
                      const Function& function);
Result<> remove_function(meta::Txn& txn, const Home& home, const std::string& database,
                         const std::string& name);

}  // namespace freshet::catalog::store
