// Expressions of the tree to typed expressions, within the names of one query level.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "sql/streaming/typed.h"

namespace freshet::sql::streaming {

/// What the names of a query mean: the columns of the step before.
struct Scope {
    std::string name;  ///< the alias, or the stream's name
    std::vector<record::Column> columns;
    std::size_t visible = 0;  ///< of `*`; the rest are an input's hidden columns
};

/// What a query with GROUP BY may use: its keys, and the aggregates that binding finds.
struct Grouping {
    std::vector<Typed> keys;  ///< columns 0.. of the aggregate step; its aggregates follow
    std::vector<Aggregate> aggregates;
};

/// For one query level; `scope` and `grouping` outlive it. Expressions in any order: aggregates are
/// numbered as they are found.
class Binder {
  public:
    /// With `grouping`, expressions are over the aggregate step's output; its aggregates are added
    /// to.
    explicit Binder(const Scope& scope, Grouping* grouping = nullptr)
        : scope_(scope), grouping_(grouping) {}
    Checked<Typed> bind(const Expr& expr) const;
    /// A condition: BOOLEAN.
    Checked<Typed> condition(const Expr& expr) const;

  private:
    Checked<Typed> literal(const Expr& expr) const;
    Checked<Typed> column(const Expr& expr) const;
    Checked<Typed> unary(const Expr& expr) const;
    Checked<Typed> binary(const Expr& expr) const;
    Checked<Typed> logic(const Expr& expr) const;
    Checked<Typed> chain(const Expr& expr) const;
    Checked<Typed> membership(const Expr& expr) const;
    Checked<> unify(std::vector<Typed>& values, Position at,
                    const std::function<bool(std::size_t)>& wanted) const;
    Checked<Typed> is_test(const Expr& expr) const;
    Checked<Typed> like(const Expr& expr) const;
    Checked<Typed> case_expression(const Expr& expr) const;
    Checked<Typed> cast(const Expr& expr) const;
    Checked<std::vector<Typed>> all(const std::vector<ExprPtr>& exprs) const;

    Checked<std::optional<Typed>> grouped(const Expr& expr) const;
    Checked<Typed> aggregate(const Expr& expr) const;

    const Scope& scope_;
    Grouping* grouping_;
};

// types.cpp
/// The type that both can be brought to without a CAST.
std::optional<record::Type> common_type(const record::Type& a, const record::Type& b);
/// `value` as `type`, which common_type or an assignment allows.
Typed coerced(Typed value, const record::Type& type);
bool is_castable(record::Kind from, record::Kind to);
/// What INSERT INTO a column of `to` takes.
bool is_assignable(const record::Type& from, const record::Type& to);
/// Of + - * /; nothing when the operands do not fit the operator.
std::optional<record::Type> arithmetic_type(Op op, const record::Type& a, const record::Type& b);
Typed compared(Op op, Typed left, Typed right);
Typed node(Op op, record::Type type, Position at, std::vector<Typed> args);
inline constexpr record::Type boolean_type{record::Kind::boolean, 0, 0};
inline constexpr record::Type timestamp_type{record::Kind::timestamp, 0, 0};
inline constexpr record::Type bigint_type{record::Kind::bigint, 0, 0};

// calls.cpp
/// A scalar function, its arguments bound.
Checked<Typed> bind_call(const Expr& expr, std::vector<Typed> args);
bool is_aggregate(const std::string& function);

}  // namespace freshet::sql::streaming
