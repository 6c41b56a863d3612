// Rows of text files, one after the other: plain or gzip (told by content), "-" is standard input.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace freshet::cli {

inline constexpr std::size_t row_bytes_max =
    1024 * 1024 - 300;  ///< what one Kinesis record holds, less its key

class Rows {
  public:
    /// `is_csv`: a line break inside quotes does not end a row. `skip_header`: the first row of
    /// each file.
    Rows(std::vector<std::string> files, bool is_csv, bool skip_header);
    ~Rows();
    /// The next row without its line break; nothing at the end. Errc::invalid for a row over
    /// row_bytes_max, naming file and row.
    Result<std::optional<std::string>> next();
    /// Bytes of the files, as far as their sizes are known; gzip files count compressed.
    std::uint64_t bytes_total() const { return bytes_total_; }
    std::uint64_t bytes_read() const;

  private:
    struct Source;
    Result<bool> open_next();
    Result<bool> fill();
    std::vector<std::string> files_;
    bool is_csv_, skip_header_;
    std::size_t next_file_ = 0, row_ = 0;
    std::unique_ptr<Source> source_;
    std::string buffer_;
    std::size_t at_ = 0;
    std::uint64_t bytes_total_ = 0, bytes_before_ = 0;
};

}  // namespace freshet::cli
