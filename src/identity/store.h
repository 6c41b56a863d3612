// The tables of the identity service; the only file of it that touches the database.
#pragma once
#include "identity/identity.h"
#include "meta/shape.h"

namespace freshet::identity::store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();
Result<std::vector<Role>> load(const meta::Connection& connection);
/// Replaces the role and all that belongs to it.
Result<> put(meta::Txn& txn, const Role& role);
Result<> remove(meta::Txn& txn, const RoleKey& key);

}  // namespace freshet::identity::store
