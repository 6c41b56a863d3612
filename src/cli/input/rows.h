// Rows of files, one after the other: CSV, lines or JSON, plain or gzip (known by content); "-" is
// standard input. notes() says what was taken for what, and why.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/input/file_bytes.h"
#include "cli/input/json_values.h"

namespace freshet::cli {

inline constexpr std::size_t row_bytes_max =
    1024 * 1024 - 1024;  ///< what one Kinesis record holds, less its key and line break
inline constexpr std::size_t key_characters_max = 256;  ///< of a partition key

struct RowOptions {
    enum class Form { automatic, csv, lines, json };
    enum class Header { automatic, skip, send };
    Form form = Form::automatic;        ///< automatic: by the file's name, else by how it begins
    Header header = Header::automatic;  ///< of CSV: automatic looks at the rows below
    std::string key;  ///< column of CSV (a name of the header, or a number from 1), member of JSON
};

struct InputRow {
    std::string text;                ///< without its line break
    std::optional<std::string> key;  ///< when one was asked for; "-" where the row has none
};

/// check_files() once, before anything is sent; then next() until it is empty or fails. Rows come
/// in the order of the files, each once; one file is open at a time.
class Rows {
  public:
    Rows(std::vector<std::string> files, RowOptions options)
        : files_(std::move(files)), options_(std::move(options)) {}
    /// Errc::io for the first file that cannot be read; none is opened.
    Result<> check_files();
    /// Nothing at the end. Errc::invalid for a row over row_bytes_max and for what is not of the
    /// file's form, naming file and row.
    Result<std::optional<InputRow>> next();
    /// Bytes of the files, gzip files compressed; 0 where a size is not known (a pipe). After
    /// check_files().
    std::uint64_t bytes_total() const { return bytes_total_; }
    /// Of them, how many held the rows that were given.
    std::uint64_t bytes_given() const;
    /// Lines for the user since the last call.
    std::vector<std::string> notes() { return std::exchange(notes_, {}); }

  private:
    using Form = RowOptions::Form;
    Result<bool> open_next();
    Result<bool> fill();
    Result<> begin();
    Result<> begin_csv();
    Form form_of_content() const;
    Result<std::optional<std::string>> next_line();
    Result<std::optional<std::string>> next_json();
    std::optional<std::size_t> line_end(std::size_t from, std::size_t& scanned,
                                        bool& is_quoted) const;
    std::vector<std::string> first_lines(std::size_t count) const;
    Result<> find_key_column(const std::vector<std::string>& first, bool is_header);
    Result<InputRow> with_key(std::string row) const;
    std::unexpected<Error> too_long(bool is_quoted) const;

    std::vector<std::string> files_;
    RowOptions options_;
    std::size_t next_file_ = 0, row_ = 0;
    std::string name_;  ///< of the file that is open
    std::unique_ptr<FileBytes> source_;
    Form form_ = Form::csv;
    char delimiter_ = ',';
    bool is_all_read_ = false, is_header_next_ = false;
    std::optional<std::size_t> key_column_;
    std::string header_;  ///< the last one that was left out
    JsonRows json_;
    std::string buffer_;
    std::size_t at_ = 0, passed_ = 0;  ///< of the buffer; bytes of the file before the buffer
    std::uint64_t bytes_total_ = 0, bytes_before_ = 0;
    std::vector<std::string> notes_;
};

}  // namespace freshet::cli
