// Rows as columns of text that fit what they hold.
#pragma once
#include <string>
#include <vector>

namespace freshet::cli {

class TextTable {
  public:
    /// A title that begins with `>` heads a column of numbers, which end in line.
    explicit TextTable(std::vector<std::string> titles);
    void add(std::vector<std::string> cells);
    std::size_t width() const;
    std::string text() const;

  private:
    std::vector<std::vector<std::string>> rows_;
    std::vector<bool> to_the_right_;
    std::vector<std::size_t> widths_;
};

}  // namespace freshet::cli
