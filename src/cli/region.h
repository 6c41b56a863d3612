// Names of AWS's regions: a mistyped one would be a place of its own, empty and found by nobody.
#pragma once
#include <string>

namespace freshet::cli {

/// Why `region` cannot be one, with the nearest that is; "" when it can. Regions that AWS has made
/// since this list was written have their form, and pass.
std::string problem_of_region(const std::string& region);

}  // namespace freshet::cli
