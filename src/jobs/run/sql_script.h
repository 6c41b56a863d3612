// A script of SQL statements with ${name} for the arguments of a run. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "jobs/types.h"

namespace freshet::jobs {

/// The statements between semicolons, without comments' and texts' semicolons being such; those
/// that are empty or comments only are left out.
std::vector<std::string> split_statements(std::string_view script);

/// `script` with each ${name} replaced by the value of `values` for "name" or "--name".
/// Errc::invalid names the first one that has no value.
Result<std::string> substitute(std::string_view script, const Arguments& values);

}  // namespace freshet::jobs
