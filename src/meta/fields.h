// What a table's description is made of: fields in forms of their own (packed, blob, flag), the
// calls that a description makes (Fields), and who hears them: one names the columns, one takes
// parameters from a row, one reads a row, one sets an id. A description is run by each of them in
// turn, so the order of columns is the same everywhere.
#pragma once
#include "base/check.h"
#include "base/text/arn.h"
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
/// A resource's name as its ARN; `before` is what precedes the name in it, "stream/".
template <class Name>
auto arn(Name& name, std::string_view service, std::string_view before) {
    return packed(
        name, [=](const auto& held) { return arn_text(service, held, before); },
        [=](const std::string& text) {
            if (text.empty()) return Name{};  // NULL: of a group that is not there
            auto held = name_in_arn<typename Name::Of>(text, before);
            FRESHET_CHECK(held);  // the rim took no other text
            return std::move(*held);
        });
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
    /// Account, region and `last`.
    template <class Self, class Kind>
    void key(this Self& self, ResourceName<Kind>& name, std::string_view last = "name") {
        self.key(name.home);
        self.visit(last, Role::key, name.name);
    }
    template <class Self, class Kind>
    void key(this Self& self, const ResourceName<Kind>& name, std::string_view last = "name") {
        self.key(name.home);
        self.visit(last, Role::key, name.name);
    }
    template <class Self, class H>
        requires std::same_as<std::remove_const_t<H>, Home>
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

}  // namespace freshet::meta
