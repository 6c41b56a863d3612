// The tables of the catalog; the only file of it that touches the database. Bodies are packed
// fields, versioned by their first byte (docs/formats/catalog.md).
#pragma once
#include "catalog/types.h"
#include "meta/database.h"

namespace freshet::catalog::store {

std::vector<meta::Migration> migrations();

Result<Database> find_database(const meta::Connection& connection, const Home& home,
                               const std::string& name);
Result<std::vector<Database>> list_databases(const meta::Connection& connection, const Home& home);
Result<std::vector<Home>> list_homes(const meta::Connection& connection);
Result<> put_database(meta::Txn& txn, const Home& home, const Database& database);
Result<> remove_database(meta::Txn& txn, const Home& home, const std::string& name);

Result<Table> find_table(const meta::Connection& connection, const Home& home,
                         const std::string& database, const std::string& name);
Result<std::vector<Table>> list_tables(const meta::Connection& connection, const Home& home,
                                       const std::string& database);
Result<> put_table(meta::Txn& txn, const Home& home, const Table& table);
Result<> remove_table(meta::Txn& txn, const Home& home, const std::string& database,
                      const std::string& name);

Result<Partition> find_partition(const meta::Connection& connection, const Home& home,
                                 const std::string& database, const std::string& table,
                                 const std::vector<std::string>& values);
Result<std::vector<Partition>> list_partitions(const meta::Connection& connection, const Home& home,
                                               const std::string& database,
                                               const std::string& table);
Result<std::map<std::pair<std::string, std::string>, std::int64_t>> count_partitions(
    const meta::Connection& connection, const Home& home);
Result<> put_partition(meta::Txn& txn, const Home& home, const std::string& database,
                       const std::string& table, const Partition& partition);
Result<> remove_partition(meta::Txn& txn, const Home& home, const std::string& database,
                          const std::string& table, const std::vector<std::string>& values);

}  // namespace freshet::catalog::store
