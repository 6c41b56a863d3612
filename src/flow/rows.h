// A batch between operators: shared columns, and the selected rows, in order.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "record/batch.h"

namespace freshet::flow {

using VectorPtr = std::shared_ptr<const record::Vector>;
/// Positions of rows in the columns.
using Selection = std::vector<std::uint32_t>;

struct Rows {
    std::vector<VectorPtr> columns;
    std::shared_ptr<const std::vector<std::int64_t>> rowtimes;
    Selection selection;
};

/// Rows that could not be computed, in the order they were met.
struct Trouble {
    std::uint32_t row = 0;
    std::string message;
};

class Troubles {
  public:
    void add(std::uint32_t row, std::string message);
    bool empty() const { return all_.empty(); }
    bool has(std::uint32_t row) const { return row < bad_.size() && bad_[row]; }
    const std::vector<Trouble>& all() const { return all_; }

  private:
    std::vector<Trouble> all_;
    std::vector<std::uint8_t> bad_;  ///< by row; a row's first message counts
};

Rows rows_of(record::Batch batch);
/// The selected rows alone, with texts of their own.
record::Batch compacted(const Rows& rows);

}  // namespace freshet::flow
