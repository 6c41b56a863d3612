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
#include "base/check.h"
#include "meta/cell.h"
#include "meta/shape.h"

namespace freshet::meta {

/// A field that is kept in a form of its own; `is_nullable`, `type`, `value()` and `read()` as Cell
/// has them.
template <class W>
concept Wrapped = requires(const W& wrapped, const Row& row) {
    { wrapped.value() } -> std::same_as<Value>;
    wrapped.read(row, 0);
};

/// As the text that `pack` makes of it and `unpack` takes apart.
template <class T, class Pack, class Unpack>
struct PackedText {
    static constexpr std::string_view type = "TEXT";
    T& field;
    Pack pack;
    Unpack unpack;
    Value value() const { return Value(std::string(pack(field))); }
    void read(const Row& row, int column) const { field = unpack(row.text(column)); }
};
template <class T, class Pack, class Unpack>
PackedText<T, Pack, Unpack> packed(T& field, Pack pack, Unpack unpack) {
    return {field, pack, unpack};
}
/// The same as a blob.
template <class T, class Pack, class Unpack>
struct PackedBlob {
    static constexpr std::string_view type = "BLOB";
    T& field;
    Pack pack;
    Unpack unpack;
    Value value() const { return Bytes::own(pack(field)); }
    void read(const Row& row, int column) const { field = unpack(row.blob(column)); }
};
template <class T, class Pack, class Unpack>
PackedBlob<T, Pack, Unpack> packed_blob(T& field, Pack pack, Unpack unpack) {
    return {field, pack, unpack};
}
/// A string kept as a blob.
template <class T>
auto blob(T& field) {
    const auto as_it_is = [](std::string bytes) { return bytes; };
    return packed_blob(field, as_it_is, as_it_is);
}
/// 1 when the field is `one`, else 0, which is read as `zero`.
template <class T>
struct Flag {
    static constexpr std::string_view type = "INTEGER";
    T& field;
    std::remove_const_t<T> one, zero;
    Value value() const { return std::int64_t{field == one}; }
    void read(const Row& row, int column) const { field = row.integer(column) != 0 ? one : zero; }
};
template <class T>
Flag<T> flag(T& field, std::type_identity_t<std::remove_const_t<T>> one,
             std::type_identity_t<std::remove_const_t<T>> zero) {
    return {field, one, zero};
}

/// What a description calls: one line a column, in the order of the statements. An owner or a
/// position is given beside the row, owners first.
class Fields {
  public:
    template <class Self, class F>
    void operator()(this Self& self, std::string_view name, F&& field) {
        self.visit(name, Role::plain, field);
    }
    template <class Self, class F>
    void id(this Self& self, std::string_view name, F& field) {
        self.visit(name, Role::id, field);
    }
    template <class Self, class F>
    void key(this Self& self, std::string_view name, F&& field) {
        self.visit(name, Role::key, field);
    }
    /// account, region and `last`: the member's own name if none is given.
    template <class Self, class N>
        requires Name<std::remove_const_t<N>>
    void key(this Self& self, N& name, std::string_view last = {}) {
        self.visit("account", Role::key, name.account);
        self.visit("region", Role::key, name.region);
        if (last.empty()) last = requires { name.name; } ? "name" : "id";
        self.visit(last, Role::key, last_of(name));
    }
    template <class Self, class H>
        requires Home<std::remove_const_t<H>>
    void key(this Self& self, H& home) {
        self.visit("account", Role::key, home.account);
        self.visit("region", Role::key, home.region);
    }
    template <class Self, class F>
    void fixed(this Self& self, std::string_view name, F&& field) {
        self.visit(name, Role::fixed, field);
    }
    template <class Self>
    void owner(this Self& self, std::string_view name) {
        self.visit_owner(name, "INTEGER");
    }
    template <class Self>
    void owner_text(this Self& self, std::string_view name) {
        self.visit_owner(name, "TEXT");
    }
    /// Not a field: the order in which rows were inserted.
    template <class Self>
    void number(this Self& self, std::string_view name) {
        self.visit_number(name);
    }
    /// The table has no primary key: rows are read in the order in which they were inserted.
    template <class Self>
    void no_key(this Self& self) {
        self.visit_no_key();
    }
    template <class Self>
    void position(this Self& self, std::string_view name) {
        self.visit_position(name);
    }
    /// Columns that are all NULL when `held` is empty; the first of them is never NULL when it is
    /// not.
    template <class Self, class Held, class Inner>
    void optional(this Self& self, Held& held, Inner inner) {
        self.visit_optional(held, inner);
    }
};

namespace detail {

class Describer : public Fields {
  public:
    std::vector<Column> columns;
    bool has_key = true;

    template <class F>
    void visit(std::string_view name, Role role, F&) {
        using T = std::remove_const_t<F>;
        if constexpr (Wrapped<T>)
            columns.push_back({std::string(name), T::type, is_nullable_, role});
        else
            columns.push_back(
                {std::string(name), Cell<T>::type, is_nullable_ || Cell<T>::is_nullable, role});
    }
    void visit_owner(std::string_view name, std::string_view type) {
        columns.push_back({std::string(name), type, false, Role::owner});
    }
    void visit_position(std::string_view name) {
        columns.push_back({std::string(name), "INTEGER", false, Role::position});
    }
    void visit_number(std::string_view name) {
        columns.push_back({std::string(name), "INTEGER", false, Role::number});
    }
    void visit_no_key() { has_key = false; }
    template <class Held, class Inner>
    void visit_optional(Held&, Inner& inner) {
        typename std::remove_const_t<Held>::value_type value{};
        is_nullable_ = true;
        inner(*this, value);
        is_nullable_ = false;
    }

  private:
    bool is_nullable_ = false;
};

/// Fields as parameters, those of the columns that the statement uses.
class Binder : public Fields {
  public:
    std::vector<Value> values;

    Binder(const Shape& shape, bool is_update, const std::vector<Value>& owner,
           std::int64_t position)
        : shape_(shape), is_update_(is_update), owner_(owner), position_(position) {
        values.reserve(shape.columns.size());
    }
    bool is_complete() const { return next_ == shape_.columns.size() && owners_ == owner_.size(); }

    template <class F>
    void visit(std::string_view name, Role role, F& field) {
        add(name, role, [&]() -> Value {
            if constexpr (Wrapped<F>)
                return field.value();
            else
                return Cell<std::remove_const_t<F>>::value(field);
        });
    }
    void visit_owner(std::string_view name, std::string_view) {
        add(name, Role::owner, [&] {
            FRESHET_CHECK(owners_ < owner_.size());
            return owner_[owners_++];
        });
    }
    void visit_position(std::string_view name) {
        add(name, Role::position, [&] { return Value(position_); });
    }
    void visit_number(std::string_view name) {
        add(name, Role::number, [] { return Value(); });
    }
    void visit_no_key() {}
    template <class Held, class Inner>
    void visit_optional(Held& held, Inner& inner) {
        if (held) return inner(*this, *held);
        typename std::remove_const_t<Held>::value_type value{};
        is_null_ = true;
        inner(*this, value);
        is_null_ = false;
    }

  private:
    template <class Give>
    void add(std::string_view name, Role role, Give give) {
        FRESHET_CHECK(next_ < shape_.columns.size() && shape_.columns[next_].name == name);
        const Column& column = shape_.columns[next_++];
        const bool is_used =
            is_update_ ? shape_.is_in_update(column) : role != Role::id && role != Role::number;
        if (is_used) values.push_back(is_null_ ? Value() : give());
    }
    const Shape& shape_;
    bool is_update_, is_null_ = false;
    const std::vector<Value>& owner_;
    std::int64_t position_;
    std::size_t next_ = 0, owners_ = 0;
};

class Reader : public Fields {
  public:
    explicit Reader(const Row& row) : row_(row) {}
    int column() const { return at_; }

    template <class F>
    void visit(std::string_view, Role, F& field) {
        if constexpr (Wrapped<F>)
            field.read(row_, at_++);
        else
            field = Cell<F>::read(row_, at_++);
    }
    void visit_owner(std::string_view, std::string_view) {}
    void visit_position(std::string_view) {}
    void visit_number(std::string_view) {}
    void visit_no_key() {}
    template <class Held, class Inner>
    void visit_optional(Held& held, Inner& inner) {
        const bool is_there = !row_.is_null(at_);
        typename Held::value_type value{};
        inner(*this, value);
        held.reset();
        if (is_there) held.emplace(std::move(value));
    }

  private:
    const Row& row_;
    int at_ = 0;
};

/// Puts the id that an insert gave into its field.
class IdSetter : public Fields {
  public:
    explicit IdSetter(std::int64_t id) : id_(id) {}
    template <class F>
    void visit(std::string_view, Role role, F& field) {
        if constexpr (std::same_as<F, std::int64_t>)
            if (role == Role::id) field = id_;
    }
    void visit_owner(std::string_view, std::string_view) {}
    void visit_position(std::string_view) {}
    void visit_number(std::string_view) {}
    void visit_no_key() {}
    template <class Held, class Inner>
    void visit_optional(Held&, Inner&) {}

  private:
    std::int64_t id_;
};

}  // namespace detail

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
