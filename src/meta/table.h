// A table described once: its columns beside the fields they keep, in a function that writes, reads
// and names them all. From it come the statements (meta/shape.h), their parameters and the reader:
//
//     const auto rules = meta::table<Rule>("schedule_rules", [](auto& column, auto& rule) {
//         column.id("id", rule.id);
//         column.key(rule.key);  // account, region, name
//         column("expression", rule.expression);
//     });
//
// A Table is immutable and lives as long as the program. Its functions run inside a transaction's
// callback. Migrations stay text of their own; mismatches() holds a description to them.
#pragma once
#include "meta/fields.h"

namespace freshet::meta {

/// `owner`: the values of the owner's columns, in their order. `key`: those of the identity.
template <class T, class Describe>
class Table {
  public:
    using Values = std::vector<Value>;

    Table(std::string_view name, Describe describe)
        : describe_(describe), shape_(shape_of(name, describe)), sql_(statements_of(shape_)) {}

    const Shape& shape() const { return shape_; }
    const Statements& sql() const { return sql_; }

    /// Sets the row's id. meta::Errc::conflict when a unique key is taken.
    Result<> insert(Txn& txn, T& row, const Values& owner = {}, std::int64_t position = 0) const {
        auto inserted = insert(txn, std::as_const(row), owner, position);
        if (!inserted || !has_id_) return inserted;
        detail::IdSetter setter(txn.last_row_id());
        describe_(setter, row);
        return {};
    }
    Result<> insert(Txn& txn, const T& row, const Values& owner = {},
                    std::int64_t position = 0) const {
        return txn.run(sql_.insert, parameters(row, false, owner, position));
    }
    /// Not for a table with an id, which insert() gives.
    Result<> put(Txn& txn, const T& row, const Values& owner = {}) const {
        FRESHET_CHECK(!has_id_);
        return txn.run(sql_.put, parameters(row, false, owner));
    }
    Result<> update(Txn& txn, const T& row, const Values& owner = {}) const {
        return txn.run(sql_.update, parameters(row, true, owner));
    }
    Result<> remove(Txn& txn, const Values& key) const { return txn.run(sql_.remove, key); }
    /// update() and remove() that report false when there is no such row.
    Result<bool> try_update(Txn& txn, const T& row, const Values& owner = {}) const {
        auto count = txn.execute(sql_.update, parameters(row, true, owner));
        if (!count) return pass(count);
        return *count > 0;
    }
    Result<bool> try_remove(Txn& txn, const Values& key) const {
        auto count = txn.execute(sql_.remove, key);
        if (!count) return pass(count);
        return *count > 0;
    }
    /// The rows of `owner` are those of `rows`, afterwards.
    template <class Rows>
    Result<> replace(Txn& txn, const Values& owner, const Rows& rows) const {
        auto done = txn.run(sql_.clear, owner);
        std::int64_t position = 0;
        for (const T& row : rows) {
            if (done) done = insert(txn, row, owner, position++);
        }
        return done;
    }

    Result<std::optional<T>> find(const Connection& connection, const Values& key) const {
        return first(connection, sql_.find, key);
    }
    /// The rows of `owner`, in order of position or key; without an owner all rows.
    Result<std::vector<T>> load(const Connection& connection, const Values& owner = {}) const {
        return all(connection, sql_.load, owner);
    }
    /// `where`: what follows the select, e.g. "WHERE account = ?1 ORDER BY name".
    Result<std::vector<T>> where(const Connection& connection, std::string_view where,
                                 const Values& parameters) const {
        return all(connection, sql_.select + " " + std::string(where), parameters);
    }
    Result<std::optional<T>> first_where(const Connection& connection, std::string_view where,
                                         const Values& parameters) const {
        return first(connection, sql_.select + " " + std::string(where), parameters);
    }
    /// Calls `visit` with each row until it returns false; one that returns nothing sees all rows.
    template <class Visit>
    Result<> each(const Connection& connection, std::string_view where, const Values& parameters,
                  Visit visit) const {
        return connection.query(sql_.select + " " + std::string(where), parameters,
                                [&](const Row& row) {
                                    if constexpr (std::is_void_v<decltype(visit(read(row)))>)
                                        return visit(read(row)), true;
                                    else
                                        return visit(read(row));
                                });
    }
    /// The parameters of sql().insert, for a statement that begins with it.
    Values inserted(const T& row, const Values& owner = {}) const {
        return parameters(row, false, owner);
    }
    T read(const Row& row) const {
        T item{};
        detail::Reader reader(row);
        describe_(reader, item);
        FRESHET_CHECK(reader.column() == row.columns());
        return item;
    }

  private:
    static Shape shape_of(std::string_view name, const Describe& describe) {
        detail::Describer describer;
        T item{};
        describe(describer, item);
        return {std::string(name), std::move(describer.columns), describer.has_key};
    }
    Values parameters(const T& row, bool is_update, const Values& owner,
                      std::int64_t position = 0) const {
        detail::Binder binder(shape_, is_update, owner, position);
        describe_(binder, row);
        FRESHET_CHECK(binder.is_complete());
        return std::move(binder.values);
    }
    Result<std::vector<T>> all(const Connection& connection, std::string_view sql,
                               const Values& parameters) const {
        std::vector<T> rows;
        auto done = connection.query(sql, parameters, [&](const Row& row) {
            rows.push_back(read(row));
            return true;
        });
        if (!done) return pass(done);
        return rows;
    }
    Result<std::optional<T>> first(const Connection& connection, std::string_view sql,
                                   const Values& parameters) const {
        std::optional<T> found;
        auto done = connection.query(sql, parameters, [&](const Row& row) {
            found.emplace(read(row));
            return false;
        });
        if (!done) return pass(done);
        return found;
    }

    Describe describe_;
    Shape shape_;
    Statements sql_;
    bool has_id_ = shape_.has(Role::id);
};

template <class T, class Describe>
Table<T, Describe> table(std::string_view name, Describe describe) {
    return {name, describe};
}

}  // namespace freshet::meta
