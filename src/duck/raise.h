// The one place where this module throws: inside the engine's callbacks, where an exception is the
// only way to end a query. The session catches all of them.
#pragma once
#include <cstddef>
#include <string>

namespace freshet::duck {

/// `code` is Trino's: DIVISION_BY_ZERO, INVALID_CAST_ARGUMENT, HIVE_BAD_DATA.
[[noreturn]] void raise(const char* code, const std::string& message);

/// What a message quotes of a file.
inline constexpr std::size_t quoted_bytes_max = 200;

}  // namespace freshet::duck
