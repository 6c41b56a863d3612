// The cells of one CSV row, leniently: what does not close its quotes ends with the row. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace freshet::cli {

std::vector<std::string> csv_cells(std::string_view row, char delimiter);

/// The one of , ; | and the tab that `row` has most of outside quotes; a comma when it has none.
char csv_delimiter_of(std::string_view row);

}  // namespace freshet::cli
