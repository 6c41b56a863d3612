// SHOW FUNCTIONS: the rows of the registry of functions.
#pragma once
#include <string>

#include "query/ddl/statements.h"

namespace freshet::query {

/// Those whose names match, % for any text; all of them without a pattern.
Printed functions_like(const std::string& pattern);

}  // namespace freshet::query
