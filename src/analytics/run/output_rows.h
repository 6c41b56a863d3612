// The rows that came out at one moment as its outputs take them, CSV or JSON. A window of many keys
// makes more than one append of the log takes: they are given in parts, always the same rows in the
// same order.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "analytics/types.h"
#include "base/bytes.h"
#include "flow/engine.h"

namespace freshet::analytics {

class OutputRows {
  public:
    struct Part {
        std::vector<std::vector<Bytes>> rows;  ///< by output; one piece of memory each
        std::uint64_t count = 0;               ///< of all rows
        bool is_last = true;
    };

    /// `outputs` must remain live and unchanged.
    OutputRows(const std::vector<Output>& outputs, std::vector<flow::Emitted> emitted);
    /// Leaves out so many rows of each output, by its id: they are out already. Before next().
    void skip(const std::map<std::string, std::uint64_t>& rows_out);
    /// At most limits::part_rows_max rows, about limits::part_bytes_max of them.
    Part next();
    /// Rows given so far or skipped, by the output's id.
    const std::map<std::string, std::uint64_t>& rows_out() const { return rows_out_; }
    /// Rows so far that no record can hold. The last part has a row of error_stream that says so,
    /// where an output takes that stream.
    std::uint64_t too_large() const { return too_large_; }

  private:
    /// An output and the rows that it takes.
    struct Source {
        std::size_t output = 0, emitted = 0, next = 0;
    };
    bool is_done();
    void report_too_large(Part& part);

    const std::vector<Output>& outputs_;
    std::vector<flow::Emitted> emitted_;
    std::vector<Source> sources_;
    std::size_t at_ = 0;  ///< of sources_
    std::map<std::string, std::uint64_t> rows_out_;
    std::uint64_t too_large_ = 0;
    std::int64_t too_large_rowtime_ = 0;
};

}  // namespace freshet::analytics
