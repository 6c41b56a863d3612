// The tables of the table service in the database; the only file of it that touches meta/.
#pragma once
#include <functional>

#include "meta/shape.h"
#include "tables/key.h"

namespace freshet::tables::store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();
/// Those of store_items.cpp.
std::vector<meta::Shape> item_shapes();

/// Errc::not_found.
Result<Table> find(const meta::Connection& connection, const TableKey& key);
/// Names after `after`, in order.
Result<std::vector<std::string>> names(const meta::Connection& connection, const TableKey& after);
/// Gives the table and its indexes their ids. Errc::in_use for a name that is taken.
Result<> insert(meta::Txn& txn, Table& table);
Result<> update(meta::Txn& txn, const Table& table);
Result<> remove(meta::Txn& txn, const Table& table);
Result<> insert_index(meta::Txn& txn, std::int64_t table, Index& index);
Result<> update_index(meta::Txn& txn, const Index& index);
Result<> remove_index(meta::Txn& txn, const Index& index);
/// Puts every item of the table that belongs there into the index.
Result<> fill_index(meta::Txn& txn, const Table& table, const Index& index);

struct Row {
    std::int64_t id = 0;
    Item item;
};
Result<std::optional<Row>> get(const meta::Connection& connection, const Table& table,
                               const KeyBytes& key);
/// In place of `before`, or new.
Result<> put(meta::Txn& txn, const Table& table, const std::optional<Row>& before,
             const Item& item);
Result<> erase(meta::Txn& txn, const Table& table, const Row& row);

/// A stretch of an index in its order, or against it.
struct Stretch {
    bool is_of_one_hash = false;                  ///< a query; else a scan
    KeyRange range;                               ///< of a query
    std::int64_t slot_from = 0, slot_to = slots;  ///< of a scan
    bool is_forward = true;
    /// After this entry; `main` distinguishes entries of equal keys ("" in a table's own keys).
    std::optional<KeyBytes> after;
    std::string main;
};
/// Calls `each` item until it returns false; Errc::corrupt for damaged bytes.
Result<> walk(const meta::Connection& connection, const Index& index, const Stretch& stretch,
              const std::function<bool(Item)>& each);

Result<Tags> tags(const meta::Connection& connection, const Table& table);
Result<> put_tags(meta::Txn& txn, const Table& table, const Tags& tags);
Result<> remove_tags(meta::Txn& txn, const Table& table, const std::vector<std::string>& names);

/// The digest of the transaction that `token` named since `oldest`; "" for none.
Result<std::string> transaction_of(const meta::Connection& connection, const Home& home,
                                   const std::string& token, Timestamp oldest);
/// Also forgets those before `oldest`.
Result<> note_transaction(meta::Txn& txn, const Home& home, const std::string& token,
                          const std::string& digest, Timestamp now, Timestamp oldest);

}  // namespace freshet::tables::store
