// Rows of text that were not written: each is a line of NDJSON that names its file, its line, and
// the column whose type cannot hold it. Lines are counted by range of a file: what is found goes to
// a file beside the result, and the line's number in the whole file is added at the end.
#pragma once
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "duck/scan/rows.h"
#include "sql/plan/write.h"

namespace freshet::duck {

/// Life: add() and end_range() by the engine's threads, then finish(), once, when the rows are
/// written. The plan outlives this. What is left of a plan that failed is removed with this.
class Rejects {
  public:
    explicit Rejects(const sql::plan::WritePlan& plan);
    ~Rejects();
    Rejects(const Rejects&) = delete;

    /// The `line`-th line, from 1, of a range of a file.
    struct Place {
        std::size_t file = 0;
        std::uint32_t range = 0;
        std::uint64_t line = 0;
    };
    /// Raises once there are more than the plan allows.
    void add(const Place& place, const Misfit& misfit, std::string_view raw);
    /// The range has `lines` lines.
    void end_range(std::size_t file, std::uint32_t range, std::uint64_t lines);
    /// Writes the plan's file of rejected rows, when there are any; how many.
    std::uint64_t finish();

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    using Stream = std::unique_ptr<std::FILE, Close>;
    static Stream open(const std::string& path, const char* mode);
    void write(std::FILE* file, std::string_view bytes) const;
    /// False at the end of what was found.
    bool copy_next(std::FILE* from, std::FILE* to);

    const sql::plan::WritePlan& plan_;
    const std::string found_path_;
    std::mutex mutex_;
    Stream found_;
    std::uint64_t count_ = 0;
    std::vector<std::vector<std::uint64_t>> lines_;  ///< by file and range
};

}  // namespace freshet::duck
