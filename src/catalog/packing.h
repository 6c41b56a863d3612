// Structures of the catalog as bytes: a version byte, then fields in order; texts and lists with
// their length.
#pragma once
#include <string>

#include "base/error.h"
#include "catalog/types.h"

namespace freshet::catalog {

std::string pack(const Database& database);
std::string pack(const Table& table);
std::string pack(const Partition& partition);

/// Errc::corrupt when the bytes are not of that kind.
Result<> unpack(std::string_view bytes, Database& database);
Result<> unpack(std::string_view bytes, Table& table);
Result<> unpack(std::string_view bytes, Partition& partition);

}  // namespace freshet::catalog
