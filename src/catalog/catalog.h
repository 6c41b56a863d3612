// The catalog (Glue Data Catalog): databases, tables, views, partitions. Any core may call it. The
// `..._in` forms work inside a transaction of the caller's, so that a sibling's change and the
// catalog's become visible together.
#pragma once
#include <functional>

#include "catalog/errors.h"
#include "catalog/types.h"
#include "io/core.h"
#include "meta/database.h"

namespace freshet::catalog {

/// Holds nothing but references, so there is nothing to load or to stop; the core and the database
/// outlive every task that it gave. Calls may come in any order from any core and complete there: a
/// read sees what is committed, a change completes when it is durable. Refusals: catalog::Errc.
class Catalog {
  public:
    Catalog(io::Core& home, meta::Database& database) : home_(home), database_(database) {}
    io::Core& home() { return home_; }

    io::Task<Result<>> create_database(Home home, Database database);
    io::Task<Result<Database>> database(Home home, std::string name);
    io::Task<Result<std::vector<Database>>> databases(Home home);
    /// Pages are in order of names; `after` is the name of the last item of the page before.
    io::Task<Result<Page<Database>>> databases_page(Home home, std::string after, std::size_t most);
    /// All that have databases.
    io::Task<Result<std::vector<Home>>> homes();
    io::Task<Result<>> update_database(Home home, std::string name, Database database);
    /// With its tables and their partitions.
    io::Task<Result<>> drop_database(Home home, std::string name);

    io::Task<Result<>> create_table(Home home, Table table);
    io::Task<Result<Table>> table(Home home, std::string database, std::string name);
    /// By name.
    io::Task<Result<std::vector<Table>>> tables(Home home, std::string database);
    io::Task<Result<Page<Table>>> tables_page(Home home, std::string database, std::string after,
                                              std::size_t most,
                                              std::function<bool(const Table&)> wanted);
    /// Replaces the table of that name; `version`: what it must have now.
    io::Task<Result<>> update_table(Home home, Table table, std::optional<int> version);
    io::Task<Result<>> drop_table(Home home, std::string database, std::string name);

    /// Errc::invalid when the number of values is not that of the keys.
    io::Task<Result<>> create_partition(Home home, std::string database, std::string table,
                                        Partition partition);
    /// In one transaction, each by itself: what became of each, in their order.
    io::Task<Result<std::vector<Result<>>>> create_partitions(Home home, std::string database,
                                                              std::string table,
                                                              std::vector<Partition> partitions);
    io::Task<Result<Partition>> partition(Home home, std::string database, std::string table,
                                          std::vector<std::string> values);
    /// In order of values.
    io::Task<Result<std::vector<Partition>>> partitions(Home home, std::string database,
                                                        std::string table);
    /// In order of keys; `after` is the `next` of the page before.
    io::Task<Result<Page<Partition>>> partitions_page(Home home, std::string database,
                                                      std::string table, std::string after,
                                                      std::size_t most,
                                                      std::function<bool(const Partition&)> wanted);
    /// (database, table), the number of its partitions; tables without are missing.
    io::Task<Result<std::map<std::pair<std::string, std::string>, std::int64_t>>> partition_counts(
        Home home);
    io::Task<Result<>> update_partition(Home home, std::string database, std::string table,
                                        std::vector<std::string> values, Partition partition);
    io::Task<Result<>> drop_partition(Home home, std::string database, std::string table,
                                      std::vector<std::string> values);

    /// Statistics of columns: those of a table, or with `values` of its partition. They go with it.
    struct Measured {
        std::string database, table;
        std::optional<std::vector<std::string>> values;
    };
    io::Task<Result<>> set_statistics(Home home, Measured of, std::vector<ColumnStatistics> all);
    io::Task<Result<std::vector<ColumnStatistics>>> statistics(Home home, Measured of);
    /// Also when the column has none.
    io::Task<Result<>> drop_statistics(Home home, Measured of, std::string column);

    io::Task<Result<>> create_function(Home home, Function function);
    io::Task<Result<Function>> function(Home home, std::string database, std::string name);
    /// Of one database, or with "" of all.
    io::Task<Result<Page<Function>>> functions_page(Home home, std::string database,
                                                    std::pair<std::string, std::string> after,
                                                    std::size_t most,
                                                    std::function<bool(const Function&)> wanted);
    io::Task<Result<>> update_function(Home home, std::string name, Function function);
    io::Task<Result<>> drop_function(Home home, std::string database, std::string name);

    static Result<> create_table_in(meta::Txn& txn, const Home& home, Table table, Timestamp now);
    static Result<> create_partition_in(meta::Txn& txn, const Home& home,
                                        const std::string& database, const std::string& table,
                                        Partition partition, Timestamp now);
    static Result<Table> table_in(const meta::Connection& connection, const Home& home,
                                  const std::string& database, const std::string& name);
    /// What `change` does to the table becomes its next version.
    static Result<> change_table_in(meta::Txn& txn, const Home& home, const std::string& database,
                                    const std::string& name,
                                    const std::function<void(Table&)>& change, Timestamp now);
    /// `change` leaves the partition's values as they are.
    static Result<> change_partition_in(meta::Txn& txn, const Home& home,
                                        const std::string& database, const std::string& table,
                                        const std::vector<std::string>& values,
                                        const std::function<void(Partition&)>& change);

  private:
    io::Core& home_;
    meta::Database& database_;
};

/// ASCII letters in lower case, as Glue folds names.
std::string folded(std::string_view name);

}  // namespace freshet::catalog
