// The rows of error_stream that wait to be taken: bounded in number and bytes, in one arena. Rows
// that do not fit are counted, and a last row says how many there were.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "record/batch.h"

namespace freshet::flow {

class ErrorRows {
  public:
    ErrorRows();
    /// `name` is a literal; the other texts are copied. `row`: the bytes that failed.
    void add(std::string_view name, std::string_view message, std::int64_t rowtime,
             std::string_view row, std::string_view pump);
    /// Rows are counted only, so that none needs to be written out for add().
    bool is_full() const;
    std::size_t size() const { return rows_.rows(); }
    /// Failed rows since the last take() that have no row of their own.
    std::uint64_t left_out() const { return left_out_; }
    record::Batch take();

  private:
    void push(std::string_view name, std::string_view message, std::int64_t rowtime,
              std::string_view row, std::string_view pump);
    void begin();

    record::Arena arena_;
    record::Batch rows_;
    std::uint64_t left_out_ = 0;
    std::string first_left_out_;  ///< its message
    std::int64_t last_rowtime_ = 0;
};

}  // namespace freshet::flow
