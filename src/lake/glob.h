// The globs of a crawler's exclusions, as AWS documents them.
#pragma once
#include <string_view>

namespace freshet::lake {

/// `*` and `?` stay within a folder, `**` crosses folders; [abc], [a-z], [!a-c] one character of a
/// set; {a,b} one of the texts; `\` takes the next character as it is. The whole text must match.
bool matches_glob(std::string_view glob, std::string_view text);

/// False for brackets that do not close, and for more alternatives than limits.h allows.
bool is_glob(std::string_view glob);

}  // namespace freshet::lake
