// The tables of the stream service; the only file of it that touches the database.
#pragma once
#include <vector>

#include "meta/database.h"
#include "stream/types.h"

namespace freshet::stream::store {

std::vector<meta::Migration> migrations();

Result<std::vector<Stream>> load(const meta::Connection& connection);
/// Sets the ids of the stream and of its shards' partitions.
Result<> insert(meta::Txn& txn, Stream& stream);
Result<> update(meta::Txn& txn, const Stream& stream);
Result<> remove(meta::Txn& txn, const Stream& stream);
/// The key that iterators are signed with; made at the first call.
Result<std::string> iterator_key(meta::Txn& txn);

}  // namespace freshet::stream::store
