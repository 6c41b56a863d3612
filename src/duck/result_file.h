// The rows of an answer as a CSV file that the server makes the result object of. No more of it
// than one buffer is in memory.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sql/plan/plan.h"
#include "sql/plan/wire.h"

namespace freshet::duck {

/// Order: the constructor, add() as often as there are rows, finish() once; without it the file is
/// not whole. Each raises what fails. `target` outlives this.
class ResultFile {
  public:
    /// Writes the labels. Raises what the system says.
    explicit ResultFile(const sql::plan::ResultTarget& target);
    ~ResultFile();
    ResultFile(const ResultFile&) = delete;
    void add(const std::vector<sql::plan::Cells>& rows);
    void finish();

  private:
    void write_out();
    const sql::plan::ResultTarget& target_;
    int descriptor_;
    std::string buffer_;
    std::uint64_t bytes_ = 0;
};

}  // namespace freshet::duck
