// The verbs of tables; those of items are in items.cpp and page.cpp.
#include "tables/tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crypto/digest.h"
#include "tables/limits.h"
#include "tables/schema.h"
#include "tables/store.h"

namespace freshet::tables {
namespace {

Failure no_table(const TableKey& key) {
    return fail(Errc::not_found,
                fmt::format("Requested resource not found: Table: {} not found", key.name));
}

/// The table, or the sentence that control verbs say when it is not there.
Result<Table> look_up(const meta::Connection& connection, const TableKey& key) {
    auto found = store::find(connection, key);
    if (!found && found.error().is(Errc::not_found)) return no_table(key);
    return found;
}

Result<> apply_change(meta::Txn& txn, const Table& before, Table& after) {
    auto done = store::update(txn, after);
    if (done) done = store::update_index(txn, after.primary);
    for (const Index& index : before.indexes) {
        if (done && !after.find(index.name)) done = store::remove_index(txn, index);
    }
    for (Index& index : after.indexes) {
        if (!done) break;
        if (index.id != 0) {
            done = store::update_index(txn, index);
            continue;
        }
        done = store::insert_index(txn, after.id, index);
        if (done) done = store::fill_index(txn, after, index);
    }
    return done;
}

Result<> check_tags(const Tags& tags) {
    if (tags.size() <= limits::tags_max) return {};
    return fail(Errc::invalid,
                "One or more parameter values were invalid: Too many tags: a table has at most 50");
}

}  // namespace

io::Task<Result<Table>> Tables::create(Table wanted, std::vector<KeyPart> attributes, Tags tags) {
    auto good = complete(wanted, attributes);
    if (good) good = check_tags(tags);
    if (!good) co_return pass(good);
    wanted.created = home_.now();
    auto made = co_await database_.write([&](meta::Txn& txn) -> Result<Table> {
        auto names = store::names(txn, {wanted.key.home, ""});
        if (!names) return pass(names);
        if (names->size() >= limits::tables_max)
            return fail(Errc::limit_exceeded,
                        fmt::format("Subscriber limit exceeded: There is a limit of {} tables per "
                                    "subscriber",
                                    limits::tables_max));
        Table table = wanted;
        auto inserted = store::insert(txn, table);
        if (inserted) {
            const std::string digest = to_hex(sha256(fmt::format(
                "{}/{}/{}", table.key.home.account, table.id, to_epoch_ms(table.created))));
            table.uuid =
                fmt::format("{}-{}-{}-{}-{}", digest.substr(0, 8), digest.substr(8, 4),
                            digest.substr(12, 4), digest.substr(16, 4), digest.substr(20, 12));
            inserted = store::update(txn, table);
        }
        if (inserted) inserted = store::put_tags(txn, table, tags);
        if (!inserted) return pass(inserted);
        return table;
    });
    co_return made;
}

io::Task<Result<Table>> Tables::find(TableKey key) {
    auto found = co_await database_.read(
        [&](const meta::Connection& connection) { return look_up(connection, key); });
    co_return found;
}

io::Task<Result<Table>> Tables::change(TableKey key, TableChange change) {
    auto done = co_await database_.write([&](meta::Txn& txn) -> Result<Table> {
        auto table = look_up(txn, key);
        if (!table) return table;
        TableChange own = change;
        auto after = changed(*table, own);
        if (!after) return after;
        if (auto applied = apply_change(txn, *table, *after); !applied) return pass(applied);
        return store::find(txn, key);
    });
    co_return done;
}

io::Task<Result<Table>> Tables::remove(TableKey key) {
    auto done = co_await database_.write([&](meta::Txn& txn) -> Result<Table> {
        auto table = look_up(txn, key);
        if (!table) return table;
        if (table->is_protected)
            return fail(Errc::invalid,
                        fmt::format("Resource cannot be deleted as it is currently protected "
                                    "against deletion. Disable deletion protection first."));
        if (auto removed = store::remove(txn, *table); !removed) return pass(removed);
        return table;
    });
    co_return done;
}

io::Task<Result<std::vector<std::string>>> Tables::list(TableKey after, std::size_t limit) {
    auto names = co_await database_.read(
        [&](const meta::Connection& connection) { return store::names(connection, after); });
    if (names && names->size() > limit + 1) names->resize(limit + 1);
    co_return names;
}

io::Task<Result<Tags>> Tables::tags(TableKey key) {
    auto found = co_await database_.read([&](const meta::Connection& connection) -> Result<Tags> {
        auto table = look_up(connection, key);
        if (!table) return pass(table);
        return store::tags(connection, *table);
    });
    co_return found;
}

io::Task<Result<>> Tables::tag(TableKey key, Tags tags) {
    auto done = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto table = look_up(txn, key);
        if (!table) return pass(table);
        if (auto put = store::put_tags(txn, *table, tags); !put) return put;
        auto all = store::tags(txn, *table);
        if (!all) return pass(all);
        return check_tags(*all);
    });
    co_return done;
}

io::Task<Result<>> Tables::untag(TableKey key, std::vector<std::string> names) {
    auto done = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto table = look_up(txn, key);
        if (!table) return pass(table);
        return store::remove_tags(txn, *table, names);
    });
    co_return done;
}

}  // namespace freshet::tables
