// The rows of one commit as its outputs take them: CSV or JSON, one piece of memory an output, and
// no more than one append of the log holds.
#pragma once
#include <vector>

#include "analytics/types.h"
#include "base/bytes.h"
#include "flow/engine.h"

namespace freshet::analytics {

class OutputRows {
  public:
    explicit OutputRows(const std::vector<Output>& outputs);
    /// Encodes them for each output that names their stream. A row that would go beyond
    /// limits::output_bytes_max is left out, and so are all behind it.
    void add(const flow::Emitted& emitted);
    /// By output. `cut`: how many rows were left out; a row of error_stream tells it, where an
    /// output takes that stream.
    std::vector<std::vector<Bytes>> finish(std::uint64_t& cut);

  private:
    struct Encoded {
        std::string text;
        std::vector<std::size_t> ends;  ///< of the rows in `text`
    };
    void tell_cut();

    const std::vector<Output>& outputs_;
    std::vector<Encoded> encoded_;
    std::size_t bytes_ = 0;
    std::uint64_t cut_ = 0;
    std::int64_t cut_rowtime_ = 0;
};

}  // namespace freshet::analytics
