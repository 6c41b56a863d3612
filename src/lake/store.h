// The tables of the lake service; the only file of it that touches the database.
#pragma once
#include "lake/types.h"
#include "meta/database.h"

namespace freshet::lake::store {

std::vector<meta::Migration> migrations();
Result<std::vector<Crawler>> load(const meta::Connection& connection);
/// Gives a new crawler its id.
Result<> put(meta::Txn& txn, Crawler& crawler);
Result<> remove(meta::Txn& txn, std::int64_t id);

}  // namespace freshet::lake::store
