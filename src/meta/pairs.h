// Tables of names and values that belong to a row of another table: tags, settings.
#pragma once
#include <map>

#include "meta/table.h"

namespace freshet::meta {

/// As Table: immutable, inside a transaction's callback.
class Pairs {
  public:
    using Map = std::map<std::string, std::string>;

    /// Columns `owners` (INTEGER), then `name` and `value`.
    Pairs(std::string_view table, std::string_view owner, std::string_view name = "name",
          std::string_view value = "value");

    const Shape& shape() const { return shape_; }
    const Statements& sql() const { return sql_; }
    Result<Map> load(const Connection& connection, std::int64_t owner) const;
    /// The pairs of `owner` are those of `pairs`, afterwards.
    Result<> replace(Txn& txn, std::int64_t owner, const Map& pairs) const;
    /// Adds `pairs`, in place of those with the same name.
    Result<> put(Txn& txn, std::int64_t owner, const Map& pairs) const;
    Result<> remove(Txn& txn, std::int64_t owner, const std::string& name) const;

  private:
    Shape shape_;
    Statements sql_;
};

}  // namespace freshet::meta
