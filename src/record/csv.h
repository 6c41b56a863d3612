// CSV rows and cells (RFC 4180 quoting, delimiters of the schema's choice).
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "record/decode.h"

namespace freshet::record {

struct CsvForm {
    std::string row_delimiter = "\n";
    std::string column_delimiter = ",";
};

/// Splits the row that begins at `at`, and moves `at` after its delimiter. Cells are views
/// into `text`, or into `arena` when quotes had to be taken out. `row` is the row without its
/// delimiter; false when a quote is never closed or text follows it.
bool next_row(std::string_view text, const CsvForm& form, std::size_t& at, Arena& arena,
              std::vector<std::string_view>& cells, std::string_view& row);

Result<std::unique_ptr<Decoder>> make_csv_decoder(const Schema& schema,
                                                  const std::vector<bool>& wanted);

/// A number with a comma before its decimals, as it is written in much of Europe: -1.234,56.
bool is_decimal_comma_number(std::string_view cell);

/// `cell` with quotes when it needs them.
void append_csv_cell(std::string_view cell, std::string& out);

}  // namespace freshet::record
