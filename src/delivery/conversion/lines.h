// Records as lines of text for a worker: a document, or a row, a line; and which record a line came
// from. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::delivery {

class RecordLines {
  public:
    explicit RecordLines(bool is_json) : is_json_(is_json) {}

    /// Appends the lines of the next record to `out`. False when it is not a sequence of JSON
    /// values, or blank: it gets no line. Text that is not JSON is always taken, without its blank
    /// lines.
    bool add(std::string_view record, std::string& out);

    /// Of the line with that number, from 1.
    struct Origin {
        std::size_t record = 0;  ///< in the order of add(), from 0
        bool is_part = false;    ///< the record has other lines, too
    };
    Origin origin_of(std::uint64_t line) const;
    /// Of the records before the one with that number, from 0.
    std::uint64_t lines_before(std::size_t record) const;
    std::uint64_t lines() const { return lines_; }
    std::size_t records() const { return records_; }

  private:
    bool add_documents(std::string_view record, std::string& out);
    void add_rows(std::string_view record, std::string& out);
    /// The next `count` lines are of the record at hand.
    void took(std::uint64_t count);

    /// From `line` on: one record a line, or all lines of one record.
    struct Run {
        std::uint64_t line = 0;
        std::size_t record = 0;
        bool is_part = false;
    };
    const bool is_json_;
    std::vector<Run> runs_;
    std::uint64_t lines_ = 0;
    std::size_t records_ = 0;
};

}  // namespace freshet::delivery
