// A line of a result object: UTF-8 CSV, every cell that is not NULL in quotes. The server writes
// the labels, the worker the rows.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace freshet::sql::plan {

/// Appends the line and its newline.
void append_csv_line(const std::vector<std::optional<std::string>>& row, std::string& out);

}  // namespace freshet::sql::plan
