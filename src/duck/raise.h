// The one place where this module throws: inside the engine's callbacks, where an exception is the
// only way to end a query. The session catches all of them.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "sql/error_code.h"

namespace duckdb {
class ErrorData;
}

namespace freshet::duck {

/// Ends the query. The engine carries the code beside the message, through its threads.
[[noreturn]] void raise(sql::ErrorCode code, const std::string& message);

/// The code of an error that raise() threw; nullopt for the engine's own.
std::optional<sql::ErrorCode> raised_code(const duckdb::ErrorData& error);

/// What a message quotes of a file.
inline constexpr std::size_t quoted_bytes_max = 200;

}  // namespace freshet::duck
