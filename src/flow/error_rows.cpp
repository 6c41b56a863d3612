#include "flow/error_rows.h"

#include <fmt/format.h>

#include <utility>

#include "base/text/utf8.h"
#include "flow/limits.h"
#include "flow/program.h"
#include "record/decode.h"
#include "record/text.h"

namespace freshet::flow {

ErrorRows::ErrorRows() { begin(); }

void ErrorRows::begin() {
    arena_ = record::Arena();
    rows_ = record::empty_batch(error_columns());
    for (record::Vector& column : rows_.columns) column.owners.push_back(arena_.owner());
}

bool ErrorRows::is_full() const {
    return rows_.rows() >= limits::error_rows_max || arena_.bytes() >= limits::error_bytes_max;
}

void ErrorRows::add(std::string_view name, std::string_view message, std::int64_t rowtime,
                    std::string_view row, std::string_view pump) {
    last_rowtime_ = rowtime;
    if (!is_full()) return push(name, message, rowtime, row, pump);
    if (left_out_++ == 0) first_left_out_ = utf8_prefix(message, 512);
}

void ErrorRows::push(std::string_view name, std::string_view message, std::int64_t rowtime,
                     std::string_view row, std::string_view pump) {
    row = row.substr(0, limits::error_row_bytes_max);
    char* const digits = arena_.take(row.size() * 2);
    for (std::size_t i = 0; i < row.size(); ++i) {
        constexpr std::string_view hex = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(row[i]);
        digits[i * 2] = hex[byte >> 4];
        digits[i * 2 + 1] = hex[byte & 15];
    }
    rows_.columns[0].push(rowtime);
    rows_.columns[1].push(std::string_view("ERROR"));
    rows_.columns[2].push(name);
    rows_.columns[3].push(arena_.copy(utf8_prefix(message, 4096)));
    rows_.columns[4].push(rowtime);
    rows_.columns[5].push(std::string_view(digits, row.size() * 2));
    rows_.columns[6].push(arena_.copy(utf8_prefix(pump, 128)));
    rows_.rowtimes.push_back(rowtime);
}

record::Batch ErrorRows::take() {
    if (left_out_ > 0)
        push("Rows left out",
             fmt::format("{} more rows failed and are not told one by one; the first of them: {}",
                         left_out_, first_left_out_),
             last_rowtime_, "", "");
    record::Batch taken = std::move(rows_);
    left_out_ = 0;
    first_left_out_.clear();
    begin();
    return taken;
}

}  // namespace freshet::flow
