// Structures of the catalog as bytes: a version byte, then fields in order; texts and lists with
// their length (docs/formats/catalog.md). Each earlier version can be read.
#pragma once
#include <string>

#include "base/error.h"
#include "catalog/types.h"

namespace freshet::catalog {

std::string pack(const Database& database);
std::string pack(const Table& table);
std::string pack(const Partition& partition);
std::string pack(const ColumnStatistics& statistics);
std::string pack(const Function& function);

/// Errc::corrupt when the bytes are not of that kind.
Result<> unpack(std::string_view bytes, Database& database);
Result<> unpack(std::string_view bytes, Table& table);
Result<> unpack(std::string_view bytes, Partition& partition);
Result<> unpack(std::string_view bytes, ColumnStatistics& statistics);
Result<> unpack(std::string_view bytes, Function& function);

}  // namespace freshet::catalog
