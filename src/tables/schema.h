// What a table may look like: the checks of CreateTable and UpdateTable. Plain functions.
#pragma once
#include "tables/errors.h"
#include "tables/types.h"

namespace freshet::tables {

Result<> check_name(const std::string& name);
/// Gives the keys of the table and its indexes their kinds.
Result<> complete(Table& table, const std::vector<KeyPart>& attributes);
/// The table after the change; `change.added` gets its kinds.
Result<Table> changed(const Table& table, TableChange& change);

}  // namespace freshet::tables
