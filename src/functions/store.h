// The tables of functions; the only file of it that touches the database.
#pragma once
#include "functions/types.h"
#include "meta/shape.h"

namespace freshet::functions::store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();
Result<std::vector<Function>> load(const meta::Connection& connection);
Result<> put(meta::Txn& txn, const Function& function);
Result<> put_code(meta::Txn& txn, const Function& function, const Bytes& zip);
Result<Bytes> code(const meta::Connection& connection, const FunctionKey& key);
Result<> remove(meta::Txn& txn, const FunctionKey& key);

struct StoredEvent {
    std::int64_t id = 0;
    FunctionKey key;
    Bytes payload;
    int attempt = 0;
    Timestamp due;
};
/// A token that is there, or was within the last day, adds nothing.
Result<> add_event(meta::Txn& txn, const StoredEvent& event, const std::string& token,
                   Timestamp now);
/// The earliest first.
Result<std::vector<StoredEvent>> next_events(const meta::Connection& connection, std::size_t limit);
Result<> remove_event(meta::Txn& txn, std::int64_t id);
Result<> postpone_event(meta::Txn& txn, std::int64_t id, int attempt, Timestamp due);

}  // namespace freshet::functions::store
