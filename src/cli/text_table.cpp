#include "cli/text_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace freshet::cli {
namespace {

constexpr std::size_t gap = 2;

}  // namespace

TextTable::TextTable(std::vector<std::string> titles) : widths_(titles.size(), 0) {
    for (std::string& title : titles) {
        to_the_right_.push_back(title.starts_with('>'));
        if (to_the_right_.back()) title.erase(0, 1);
    }
    add(std::move(titles));
}

void TextTable::add(std::vector<std::string> cells) {
    for (std::size_t i = 0; i < cells.size(); ++i)
        widths_[i] = std::max(widths_[i], cells[i].size());
    rows_.push_back(std::move(cells));
}

std::size_t TextTable::width() const {
    std::size_t width = 0;
    for (const std::size_t one : widths_) width += one + gap;
    return width - gap;
}

std::string TextTable::text() const {
    std::string text;
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) line.append(gap, ' ');
            line += to_the_right_[i] ? fmt::format("{:>{}}", row[i], widths_[i])
                                     : fmt::format("{:<{}}", row[i], widths_[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

}  // namespace freshet::cli
