// The result object: UTF-8 CSV with every cell that is not NULL in quotes; and its pages.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "query/types.h"
#include "sql/trino/types.h"

namespace freshet::query {

Column column_of(std::string name, const sql::trino::Type& type);
/// Reads one line of it from `text` at `at`, moved past it. False when `text` ends within the
/// line.
bool read_csv_line(std::string_view text, std::size_t& at, std::size_t columns, Row& row);
/// The protobuf beside the result: names and types of its columns.
std::string metadata_bytes(const std::string& id, const std::vector<Column>& columns);

}  // namespace freshet::query
