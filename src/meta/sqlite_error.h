// SQLite's result codes as errors of this program.
#pragma once
#include <sqlite3.h>

#include <string_view>

#include "base/error.h"

namespace freshet::meta {

/// Why `doing` failed. Errc::no_space, Errc::corrupt, Errc::io, or meta::Errc::conflict.
Error sqlite_error(sqlite3* db, int code, std::string_view doing);

}  // namespace freshet::meta
