// What pages watch of tables: all of an account and region with its crawlers, and one table.
#pragma once
#include <string>

#include "base/bytes.h"
#include "console/parts.h"

namespace freshet::console {

/// Home core. Files and bytes are not in it: pages ask for them (tables/calls.h).
io::Task<Bytes> lake_json(const Parts& parts, Home home);
/// Home core. With "error" when there is no such table.
io::Task<Bytes> table_json(const Parts& parts, Home home, std::string database, std::string name);

}  // namespace freshet::console
