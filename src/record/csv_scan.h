// Rows of CSV of delimiters of one character: each byte is looked at once, for the ends of the row
// and of its cells, for quotes and for what is not ASCII. Rows with doubled quotes and damaged ones
// are left to next_row().
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace freshet::record {

class CsvScan {
  public:
    /// Nothing for delimiters that it does not know. `cells_max`: so many cells of a row count.
    static std::optional<CsvScan> make(std::string_view row_delimiter,
                                       std::string_view column_delimiter, std::size_t cells_max);

    /// Takes the row that begins at `at` and moves `at` after its delimiter; false, and nothing is
    /// moved, for what is left to others. `at` is before the end of `text`.
    bool next(std::string_view text, std::size_t& at);
    // The row that was taken:
    std::string_view row() const { return row_; }
    bool is_ascii() const { return is_ascii_; }  ///< in doubt not
    std::span<const std::string_view> cells() const { return std::span(cells_).first(count_); }

  private:
    /// What is in a block of characters, a bit for each.
    struct Marks {
        std::uint32_t rows = 0, cells = 0, quotes = 0;
    };
    CsvScan(char row_delimiter, char column_delimiter, std::size_t cells_max)
        : row_delimiter_(row_delimiter), column_delimiter_(column_delimiter), cells_(cells_max) {}
    std::optional<std::size_t> look(std::size_t place, const Marks& marks);
    bool passes_quotes(std::size_t place, const Marks& marks, std::optional<std::size_t>& row_end);
    bool is_end_of_cell(std::size_t at) const;
    void end_cell(std::size_t end);

    char row_delimiter_, column_delimiter_;
    std::vector<std::string_view> cells_;  ///< the first count_
    std::size_t count_ = 0;
    std::string_view row_;
    bool is_ascii_ = true;
    // Of the row at hand, in characters from its begin:
    const char* begin_ = nullptr;
    std::size_t size_ = 0;    ///< of the text from there on
    std::size_t from_ = 0;    ///< the cell
    std::size_t closed_ = 0;  ///< its closing quote; not after from_: there is none
    bool is_quoted_ = false;  ///< inside of quotes
};

}  // namespace freshet::record
