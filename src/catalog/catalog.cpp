#include "catalog/catalog.h"

#include <fmt/format.h>

#include "base/check.h"
#include "catalog/page.h"
#include "catalog/store.h"

namespace freshet {
const ErrorDomain& ErrorTraits<catalog::Errc>::domain() {
    static const ErrorDomain domain{"catalog"};
    return domain;
}
}  // namespace freshet

namespace freshet::catalog {
namespace {

void fold(Table& table) {
    table.database = folded(table.database);
    table.name = folded(table.name);
    for (Column& column : table.partition_keys) column.name = folded(column.name);
    if (!table.storage) return;
    for (Column& column : table.storage->columns) column.name = folded(column.name);
}

/// Errc::invalid when `values` are not one for each partition key.
Result<> check_values(const meta::Connection& connection, const Home& home,
                      const std::string& database, const std::string& table,
                      const std::vector<std::string>& values) {
    auto found = store::find_table(connection, home, database, table);
    if (!found) return pass(found);
    if (values.size() != found->partition_keys.size()) {
        return fail(Errc::invalid,
                    fmt::format("The number of partition keys do not match the number of partition "
                                "values: {} has {} keys, {} values were given",
                                table, found->partition_keys.size(), values.size()));
    }
    return {};
}

}  // namespace

std::string folded(std::string_view name) {
    std::string text(name);
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return text;
}

// --- databases

io::Task<Result<>> Catalog::create_database(Home home, Database database) {
    database.name = folded(database.name);
    database.created = io::Core::current()->now();
    auto made = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        if (store::find_database(txn, home, database.name))
            return fail(Errc::exists, "Database already exists.");
        return store::put_database(txn, home, database);
    });
    co_return made;
}

io::Task<Result<Database>> Catalog::database(Home home, std::string name) {
    auto found = co_await database_.read(
        [&](const meta::Connection& c) { return store::find_database(c, home, folded(name)); });
    co_return found;
}

io::Task<Result<std::vector<Database>>> Catalog::databases(Home home) {
    auto found = co_await database_.read(
        [&](const meta::Connection& c) { return store::list_databases(c, home); });
    co_return found;
}

io::Task<Result<Page<Database>>> Catalog::databases_page(Home home, std::string after,
                                                         std::size_t most) {
    auto found = co_await database_.read([&](const meta::Connection& c) {
        return gathered<Database>(
            most, [](const Database&) { return true; },
            [](const Database& last) { return last.name; },
            [&](const auto& visit) { return store::each_database(c, home, after, visit); });
    });
    co_return found;
}

io::Task<Result<>> Catalog::update_database(Home home, std::string name, Database database) {
    auto updated = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto old = store::find_database(txn, home, folded(name));
        if (!old) return pass(old);
        database.name = old->name;
        database.created = old->created;
        return store::put_database(txn, home, database);
    });
    co_return updated;
}

io::Task<Result<>> Catalog::drop_database(Home home, std::string name) {
    auto dropped = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto old = store::find_database(txn, home, folded(name));
        if (!old) return pass(old);
        return store::remove_database(txn, home, old->name);
    });
    co_return dropped;
}

// --- tables

Result<> Catalog::create_table_in(meta::Txn& txn, const Home& home, Table table, Timestamp now) {
    fold(table);
    table.created = table.updated = now;
    table.version = 1;
    if (auto of = store::find_database(txn, home, table.database); !of) return pass(of);
    if (store::find_table(txn, home, table.database, table.name))
        return fail(Errc::exists, "Table already exists.");
    return store::put_table(txn, home, table);
}

io::Task<Result<>> Catalog::create_table(Home home, Table table) {
    const Timestamp now = io::Core::current()->now();
    auto made = co_await database_.write(
        [&](meta::Txn& txn) { return create_table_in(txn, home, table, now); });
    co_return made;
}

io::Task<Result<Table>> Catalog::table(Home home, std::string database, std::string name) {
    auto found = co_await database_.read([&](const meta::Connection& c) -> Result<Table> {
        if (auto of = store::find_database(c, home, folded(database)); !of) return pass(of);
        return store::find_table(c, home, folded(database), folded(name));
    });
    co_return found;
}

io::Task<Result<std::vector<Table>>> Catalog::tables(Home home, std::string database) {
    auto found =
        co_await database_.read([&](const meta::Connection& c) -> Result<std::vector<Table>> {
            if (auto of = store::find_database(c, home, folded(database)); !of) return pass(of);
            return store::list_tables(c, home, folded(database));
        });
    co_return found;
}

io::Task<Result<Page<Table>>> Catalog::tables_page(Home home, std::string database,
                                                   std::string after, std::size_t most,
                                                   std::function<bool(const Table&)> wanted) {
    auto found = co_await database_.read([&](const meta::Connection& c) -> Result<Page<Table>> {
        if (auto of = store::find_database(c, home, folded(database)); !of) return pass(of);
        return gathered<Table>(
            most, wanted, [](const Table& last) { return last.name; },
            [&](const auto& visit) {
                return store::each_table(c, home, folded(database), after, visit);
            });
    });
    co_return found;
}

Result<Table> Catalog::table_in(const meta::Connection& connection, const Home& home,
                                const std::string& database, const std::string& name) {
    return store::find_table(connection, home, folded(database), folded(name));
}

Result<> Catalog::change_table_in(meta::Txn& txn, const Home& home, const std::string& database,
                                  const std::string& name,
                                  const std::function<void(Table&)>& change, Timestamp now) {
    FRESHET_TRY(table, store::find_table(txn, home, folded(database), folded(name)));
    change(*table);
    FRESHET_CHECK(table->name == folded(name));  // it stays the same table
    table->updated = now;
    ++table->version;
    return store::put_table(txn, home, *table);
}

io::Task<Result<>> Catalog::update_table(Home home, Table table, std::optional<int> version) {
    fold(table);
    table.updated = io::Core::current()->now();
    auto updated = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto old = store::find_table(txn, home, table.database, table.name);
        if (!old) return pass(old);
        if (version && *version != old->version) {
            return fail(
                Errc::wrong_version,
                fmt::format(
                    "Update table failed due to concurrent modifications: the version is {}",
                    old->version));
        }
        table.created = old->created;
        table.version = old->version + 1;
        return store::put_table(txn, home, table);
    });
    co_return updated;
}

io::Task<Result<>> Catalog::drop_table(Home home, std::string database, std::string name) {
    auto dropped = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto old = store::find_table(txn, home, folded(database), folded(name));
        if (!old) return pass(old);
        return store::remove_table(txn, home, old->database, old->name);
    });
    co_return dropped;
}

// --- partitions

Result<> Catalog::create_partition_in(meta::Txn& txn, const Home& home, const std::string& database,
                                      const std::string& table, Partition partition,
                                      Timestamp now) {
    if (auto good = check_values(txn, home, folded(database), folded(table), partition.values);
        !good)
        return good;
    if (store::find_partition(txn, home, folded(database), folded(table), partition.values))
        return fail(Errc::exists, "Partition already exists.");
    partition.created = now;
    return store::put_partition(txn, home, folded(database), folded(table), partition);
}

io::Task<Result<>> Catalog::create_partition(Home home, std::string database, std::string table,
                                             Partition partition) {
    const Timestamp now = io::Core::current()->now();
    auto made = co_await database_.write([&](meta::Txn& txn) {
        return create_partition_in(txn, home, database, table, partition, now);
    });
    co_return made;
}

io::Task<Result<std::vector<Result<>>>> Catalog::create_partitions(
    Home home, std::string database, std::string table, std::vector<Partition> partitions) {
    const Timestamp now = io::Core::current()->now();
    std::vector<Result<>> outcomes;
    auto written = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        outcomes.clear();
        for (const Partition& one : partitions) {
            auto made = create_partition_in(txn, home, database, table, one, now);
            if (!made && !made.error().is_of<Errc>()) return made;
            outcomes.push_back(std::move(made));
        }
        return {};
    });
    if (!written) co_return pass(written);
    co_return outcomes;
}

io::Task<Result<Partition>> Catalog::partition(Home home, std::string database, std::string table,
                                               std::vector<std::string> values) {
    auto found = co_await database_.read([&](const meta::Connection& c) -> Result<Partition> {
        if (auto good = check_values(c, home, folded(database), folded(table), values); !good)
            return pass(good);
        return store::find_partition(c, home, folded(database), folded(table), values);
    });
    co_return found;
}

io::Task<Result<std::vector<Home>>> Catalog::homes() {
    auto found =
        co_await database_.read([](const meta::Connection& c) { return store::list_homes(c); });
    co_return found;
}

io::Task<Result<std::map<std::pair<std::string, std::string>, std::int64_t>>>
Catalog::partition_counts(Home home) {
    auto found = co_await database_.read(
        [&](const meta::Connection& c) { return store::count_partitions(c, home); });
    co_return found;
}

io::Task<Result<std::vector<Partition>>> Catalog::partitions(Home home, std::string database,
                                                             std::string table) {
    auto found =
        co_await database_.read([&](const meta::Connection& c) -> Result<std::vector<Partition>> {
            if (auto of = store::find_table(c, home, folded(database), folded(table)); !of)
                return pass(of);
            return store::list_partitions(c, home, folded(database), folded(table));
        });
    co_return found;
}

io::Task<Result<Page<Partition>>> Catalog::partitions_page(
    Home home, std::string database, std::string table, std::string after, std::size_t most,
    std::function<bool(const Partition&)> wanted) {
    auto found = co_await database_.read([&](const meta::Connection& c) -> Result<Page<Partition>> {
        if (auto of = store::find_table(c, home, folded(database), folded(table)); !of)
            return pass(of);
        return gathered<Partition>(
            most, wanted, [](const Partition& last) { return store::key_of(last.values); },
            [&](const auto& visit) {
                return store::each_partition(c, home, folded(database), folded(table), after,
                                             visit);
            });
    });
    co_return found;
}

io::Task<Result<>> Catalog::update_partition(Home home, std::string database, std::string table,
                                             std::vector<std::string> values, Partition partition) {
    auto updated = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        if (auto good = check_values(txn, home, folded(database), folded(table), partition.values);
            !good)
            return good;
        auto old = store::find_partition(txn, home, folded(database), folded(table), values);
        if (!old) return pass(old);
        if (partition.values != values &&
            store::find_partition(txn, home, folded(database), folded(table), partition.values)) {
            return fail(Errc::exists, "Partition already exists.");
        }
        partition.created = old->created;
        auto done = store::put_partition(txn, home, folded(database), folded(table), partition);
        if (!done || partition.values == values) return done;
        const store::Measured from{home, folded(database), folded(table), store::key_of(values)};
        done = store::move_statistics(txn, from, store::key_of(partition.values));
        if (!done) return done;
        return store::remove_partition(txn, home, folded(database), folded(table), values);
    });
    co_return updated;
}

Result<> Catalog::change_partition_in(meta::Txn& txn, const Home& home, const std::string& database,
                                      const std::string& table,
                                      const std::vector<std::string>& values,
                                      const std::function<void(Partition&)>& change) {
    FRESHET_TRY(partition,
                store::find_partition(txn, home, folded(database), folded(table), values));
    change(*partition);
    FRESHET_CHECK(partition->values == values);  // it stays the same partition
    return store::put_partition(txn, home, folded(database), folded(table), *partition);
}

io::Task<Result<>> Catalog::drop_partition(Home home, std::string database, std::string table,
                                           std::vector<std::string> values) {
    auto dropped = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        if (auto good = check_values(txn, home, folded(database), folded(table), values); !good)
            return good;
        auto old = store::find_partition(txn, home, folded(database), folded(table), values);
        if (!old) return pass(old);
        return store::remove_partition(txn, home, folded(database), folded(table), values);
    });
    co_return dropped;
}

}  // namespace freshet::catalog
