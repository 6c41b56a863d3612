#include "meta/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "meta/cell.h"

namespace freshet::meta {
namespace {

using Filter = std::function<bool(const Column&)>;

/// The columns that `filter` wants, each as `format` writes its name and its number among
/// `counted`.
std::string written(const Shape& shape, const Filter& filter, const Filter& counted,
                    std::string_view format, std::string_view between) {
    std::string text;
    int number = 0;
    for (const Column& column : shape.columns) {
        if (counted(column)) ++number;
        if (!filter(column)) continue;
        if (!text.empty()) text += between;
        text += fmt::format(fmt::runtime(format), column.name, number);
    }
    return text;
}

std::string column_text(const Column& column) {
    if (column.role == Role::id || column.role == Role::number)
        return column.name + " INTEGER PRIMARY KEY AUTOINCREMENT";
    return fmt::format("{} {}{}", column.name, column.type, column.is_nullable ? "" : " NOT NULL");
}

std::string create_text(const Shape& shape) {
    std::string columns;
    for (const Column& column : shape.columns) {
        if (!columns.empty()) columns += ", ";
        columns += column_text(column);
    }
    const auto is_identity = [&](const Column& column) { return shape.is_identity(column); };
    if (shape.has(Role::id) || shape.has(Role::number) || !shape.has_key)
        return fmt::format("CREATE TABLE {} ({})", shape.table, columns);
    return fmt::format("CREATE TABLE {} ({}, PRIMARY KEY ({})) WITHOUT ROWID", shape.table, columns,
                       written(shape, is_identity, is_identity, "{0}", ", "));
}

}  // namespace

bool Shape::has(Role role) const {
    return std::ranges::any_of(columns, [&](const Column& one) { return one.role == role; });
}

bool Shape::is_identity(const Column& column) const {
    if (!has_key) return false;
    if (has(Role::id)) return column.role == Role::id;
    return column.role == Role::owner || column.role == Role::position || column.role == Role::key;
}

bool Shape::is_primary(const Column& column) const {
    return has(Role::number) ? column.role == Role::number : is_identity(column);
}

bool Shape::is_field(const Column& column) {
    return column.role != Role::owner && column.role != Role::position &&
           column.role != Role::number;
}

bool Shape::is_in_update(const Column& column) const {
    return column.role == Role::plain || is_identity(column);
}

namespace {

/// Statements over one row, found by its identity.
void add_keyed(const Shape& shape, Statements& sql) {
    const Filter is_identity = [&](const Column& column) { return shape.is_identity(column); };
    const Filter is_plain = [](const Column& column) { return column.role == Role::plain; };
    const Filter is_in_update = [&](const Column& column) { return shape.is_in_update(column); };
    const std::string found = written(shape, is_identity, is_identity, "{} = ?{}", " AND ");
    const std::string changed = written(shape, is_plain, is_plain, "{0} = excluded.{0}", ", ");
    sql.find = fmt::format("{} WHERE {}", sql.select, found);
    sql.put = fmt::format("{} ON CONFLICT ({}) DO {}", sql.insert,
                          written(shape, is_identity, is_identity, "{0}", ", "),
                          changed.empty() ? "NOTHING" : "UPDATE SET " + changed);
    if (!changed.empty())
        sql.update = fmt::format("UPDATE {} SET {} WHERE {}", shape.table,
                                 written(shape, is_plain, is_in_update, "{} = ?{}", ", "),
                                 written(shape, is_identity, is_in_update, "{} = ?{}", " AND "));
    sql.remove = fmt::format("DELETE FROM {} WHERE {}", shape.table, found);
}

/// Statements over all rows of one owner.
void add_owned(const Shape& shape, Statements& sql) {
    const Filter is_owner = [](const Column& column) { return column.role == Role::owner; };
    const Role order = shape.has(Role::position) ? Role::position
                       : shape.has(Role::id)     ? Role::id
                                                 : Role::key;
    const Filter is_order = [&](const Column& column) { return column.role == order; };
    const std::string of_owner = written(shape, is_owner, is_owner, "{} = ?{}", " AND ");
    const std::string in_order =
        shape.has_key ? written(shape, is_order, is_order, "{0}", ", ") : "rowid";
    sql.load += " WHERE " + of_owner;
    if (!in_order.empty()) sql.load += " ORDER BY " + in_order;
    sql.clear = fmt::format("DELETE FROM {} WHERE {}", shape.table, of_owner);
}

}  // namespace

Statements statements_of(const Shape& shape) {
    const Filter is_field = Shape::is_field;
    const Filter is_inserted = [](const Column& column) {
        return column.role != Role::id && column.role != Role::number;
    };
    Statements sql;
    sql.create = create_text(shape);
    sql.select = fmt::format("SELECT {} FROM {}", written(shape, is_field, is_field, "{0}", ", "),
                             shape.table);
    sql.load = sql.select;
    sql.insert = fmt::format("INSERT INTO {} ({}) VALUES ({})", shape.table,
                             written(shape, is_inserted, is_inserted, "{0}", ", "),
                             written(shape, is_inserted, is_inserted, "?{1}", ", "));
    if (shape.has_key) add_keyed(shape, sql);
    if (shape.has(Role::owner)) add_owned(shape, sql);
    return sql;
}

namespace {

/// "name TEXT NOT NULL"; of a part of the primary key SQLite may or may not say that it is NOT
/// NULL.
std::string described(const std::string& name, std::string_view type, bool is_nullable,
                      bool is_primary) {
    return fmt::format("{} {}{}", name, type,
                       is_primary    ? " PRIMARY KEY"
                       : is_nullable ? ""
                                     : " NOT NULL");
}

Result<std::vector<std::string>> stored(const Connection& connection, const std::string& table) {
    std::vector<std::string> columns;
    auto read = each(connection, "SELECT name, type, \"notnull\", pk FROM pragma_table_info(?1)",
                     values(table),
                     [&](const std::string& name, const std::string& type, bool is_set, int key) {
                         columns.push_back(described(name, type, !is_set, key > 0));
                     });
    if (!read) return pass(read);
    return columns;
}

/// Statements that SQLite does not take.
void prepare_all(const Connection& connection, const Shape& shape,
                 std::vector<std::string>& differences) {
    const Statements sql = statements_of(shape);
    for (const std::string* text : {&sql.select, &sql.find, &sql.load, &sql.insert, &sql.put,
                                    &sql.update, &sql.remove, &sql.clear}) {
        if (text->empty()) continue;
        const std::vector<Value> unset(static_cast<std::size_t>(std::ranges::count(*text, '?')));
        auto prepared =
            connection.query("EXPLAIN " + *text, unset, [](const Row&) { return true; });
        if (!prepared)
            differences.push_back(fmt::format("{}: {}", shape.table, prepared.error().message()));
    }
}

Result<> compare(const Connection& connection, const Shape& shape,
                 std::vector<std::string>& differences) {
    FRESHET_TRY(in_table, stored(connection, shape.table));
    std::vector<std::string> in_shape;
    for (const Column& column : shape.columns)
        in_shape.push_back(
            described(column.name, column.type, column.is_nullable, shape.is_primary(column)));
    std::ranges::sort(*in_table);
    std::ranges::sort(in_shape);
    std::vector<std::string> only;
    std::ranges::set_difference(*in_table, in_shape, std::back_inserter(only));
    for (const auto& column : only)
        differences.push_back(fmt::format("{}: {} is not described", shape.table, column));
    only.clear();
    std::ranges::set_difference(in_shape, *in_table, std::back_inserter(only));
    for (const auto& column : only)
        differences.push_back(fmt::format("{}: {} is not in the table", shape.table, column));
    if (differences.empty()) prepare_all(connection, shape, differences);
    return {};
}

}  // namespace

std::vector<std::string> mismatches(const std::vector<Migration>& migrations,
                                    const std::vector<Shape>& shapes,
                                    const std::vector<std::string>& undescribed) {
    std::vector<std::string> differences;
    auto database = Database::open(":memory:", migrations);
    if (!database) return {database.error().message()};
    auto compared = (*database)->write_now([&](Txn& txn) -> Result<> {
        FRESHET_TRY(tables, list<std::string>(txn,
                                              "SELECT name FROM sqlite_master WHERE type = 'table' "
                                              "AND name NOT LIKE 'sqlite_%' ORDER BY name",
                                              {}));
        for (const std::string& table : *tables) {
            const bool is_exempt =
                table == "migrations" || std::ranges::find(undescribed, table) != undescribed.end();
            if (!is_exempt && std::ranges::find(shapes, table, &Shape::table) == shapes.end())
                differences.push_back(table + " is not described");
        }
        for (const Shape& shape : shapes) {
            if (auto done = compare(txn, shape, differences); !done) return done;
        }
        return {};
    });
    if (!compared) differences.push_back(compared.error().message());
    return differences;
}

}  // namespace freshet::meta
