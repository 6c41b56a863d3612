// Zip archives that depend on nothing but names and contents: entries in order of name, stored as
// they are, all of 1980-01-01. The same files give the same bytes, so a function's code compares by
// its digest.
#pragma once
#include <map>
#include <string>

namespace freshet::cli {

/// `files`: content by name in the archive. At most 65,535 files and 4 GiB (not checked: Lambda
/// takes 50 MiB).
std::string make_zip(const std::map<std::string, std::string>& files);

}  // namespace freshet::cli
