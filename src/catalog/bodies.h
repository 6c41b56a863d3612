// A table of the catalog whose rows are packed bodies (catalog/packing.h), found by the columns
// before them. The database keeps order and references; what a body means is between pack() and
// unpack().
#pragma once
#include <functional>

#include "catalog/errors.h"
#include "catalog/packing.h"
#include "meta/cell.h"
#include "meta/shape.h"

namespace freshet::catalog::store {

/// As meta::Table: immutable, lives as long as the program, used inside a transaction's callback.
class Bodies {
  public:
    Bodies(std::string_view table, std::initializer_list<std::string_view> key) {
        shape_.table = table;
        for (const std::string_view name : key)
            shape_.columns.push_back(
                {std::string(name), name == "key" ? "BLOB" : "TEXT", false, meta::Role::owner});
        shape_.columns.push_back({"body", "BLOB", false, meta::Role::plain});
        sql_ = meta::statements_of(shape_);
    }
    const meta::Shape& shape() const { return shape_; }

    /// `where`: what follows "SELECT body FROM table".
    template <class T>
    Result<> each(const meta::Connection& connection, std::string_view where,
                  const std::vector<meta::Value>& parameters,
                  const std::function<bool(T)>& visit) const {
        Result<> good;
        auto read = meta::each(connection, sql_.select + " " + std::string(where), parameters,
                               [&](const std::string& body) {
                                   T item;
                                   good = unpack(body, item);
                                   return good && visit(std::move(item));
                               });
        return read ? good : read;
    }
    template <class T>
    Result<std::vector<T>> list(const meta::Connection& connection, std::string_view where,
                                const std::vector<meta::Value>& parameters) const {
        std::vector<T> all;
        auto read = each<T>(connection, where, parameters,
                            [&](T item) { return all.push_back(std::move(item)), true; });
        if (!read) return pass(read);
        return all;
    }
    /// Errc::not_found with the text `missing`.
    template <class T>
    Result<T> find(const meta::Connection& connection, const std::vector<meta::Value>& key,
                   std::string missing) const {
        FRESHET_TRY(body, meta::first<std::string>(connection, sql_.find, key));
        if (!*body) return fail(Errc::not_found, std::move(missing));
        T item;
        if (auto good = unpack(**body, item); !good) return pass(good);
        return item;
    }
    template <class T>
    Result<> put(meta::Txn& txn, std::vector<meta::Value> key, const T& item) const {
        key.emplace_back(Bytes::own(pack(item)));
        return txn.run(sql_.put, key);
    }
    Result<> remove(meta::Txn& txn, const std::vector<meta::Value>& key) const {
        return txn.run(sql_.remove, key);
    }

  private:
    meta::Shape shape_;
    meta::Statements sql_;
};

}  // namespace freshet::catalog::store
