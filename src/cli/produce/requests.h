// The rows of files as requests of PutRecords: aggregated as the KPL does or a record a row, under
// random partition keys or under that of the row. Reads no more than the next request needs.
#pragma once
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/input/rows.h"

namespace freshet::cli {

struct ProducedRecord {
    std::string key, data;
    std::size_t rows = 0;
};

struct ProduceRequest {
    std::uint64_t number = 0;     ///< from 0, without a gap
    std::uint64_t first_row = 0;  ///< the rows before it, those of earlier runs included
    std::vector<ProducedRecord> records;
    std::size_t bytes = 0, rows = 0;
};

struct RequestOptions {
    std::vector<std::string> files;
    RowOptions rows;
    bool aggregates = true, adds_newline = true;
    double rate = 0;  ///< rows a second; 0: no bound
};

/// skip(), once; then next() until it gives nothing or fails.
class Requests {
  public:
    explicit Requests(RequestOptions options);
    Result<> check_files() { return rows_.check_files(); }
    /// Leaves out the first `rows`, which an earlier run sent.
    void skip(std::uint64_t rows) { skip_ = rows; }
    /// Nothing at the end of the rows. Rows read before an error are lost: there is no next().
    Result<std::optional<ProduceRequest>> next();

    /// ", 12 s left" when this run took `seconds` until now; "" where the end is not known.
    std::string left_text(double seconds) const;

  private:
    bool is_due(std::size_t rows) const;
    Result<> fill_with_any(ProduceRequest& request);
    Result<> fill_by_key(ProduceRequest& request);
    Result<std::optional<ProducedRecord>> take_record();
    Result<std::optional<InputRow>> take_row();

    RequestOptions options_;
    Rows rows_;
    std::mt19937_64 random_;
    std::uint64_t skip_ = 0, rows_read_ = 0, next_number_ = 0;
    std::uint64_t bytes_skipped_ = 0;  ///< of the files, before the first row of this run
};

}  // namespace freshet::cli
