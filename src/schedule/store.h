// The tables of the schedule service; the only file of it that touches the database.
#pragma once
#include "meta/shape.h"
#include "schedule/types.h"

namespace freshet::schedule::store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();
Result<std::vector<Rule>> load(const meta::Connection& connection);
/// Gives a new rule its id.
Result<> put(meta::Txn& txn, Rule& rule);
Result<> set_due(meta::Txn& txn, const Rule& rule);
Result<> remove(meta::Txn& txn, std::int64_t id);

}  // namespace freshet::schedule::store
