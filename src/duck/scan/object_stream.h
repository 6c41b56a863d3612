// The bytes of one object, from the runs of files that hold it; inflated when its name ends in .gz.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/plan/plan.h"

namespace freshet::duck {

/// Positioned reads. Raises HIVE_CANNOT_OPEN_SPLIT when a file is gone. `file` outlives this.
class ObjectFile {
  public:
    explicit ObjectFile(const sql::plan::File& file);
    ~ObjectFile();
    ObjectFile(const ObjectFile&) = delete;
    std::size_t read_at(std::uint64_t offset, char* out, std::size_t size);
    std::uint64_t size() const { return size_; }

  private:
    void read_stored(std::size_t index, std::uint64_t offset, char* out, std::size_t size);
    void read_sealed(std::size_t index, std::uint64_t offset, char* out, std::size_t size);
    const sql::plan::File& file_;
    std::uint64_t size_ = 0;
    std::vector<int> descriptors_;  ///< by extent
};

/// Bytes [begin, end) of an object.
struct ByteRange {
    std::uint64_t begin = 0, end = UINT64_MAX;
};
/// Whether lines of ranges of the object may be read side by side: it is not compressed.
bool is_splittable(const sql::plan::File& file);

/// Lines without their ends ("\n" or "\r\n"): those that begin in the range, so that ranges that
/// follow one another give each line once. One thread; `file` and `scanned` outlive this.
class LineReader {
  public:
    /// `scanned` counts the bytes read from files. A compressed object is read whole.
    LineReader(const sql::plan::File& file, std::atomic<std::uint64_t>& scanned,
               ByteRange range = {});
    ~LineReader();
    /// False at the end. The line lives until the next call.
    bool next(std::string_view& line);
    /// The next lines, at most `most`; none at the end. They live until the next call.
    std::span<const std::string_view> next_lines(std::size_t most);
    /// How many lines of the object begin before those of this reader. Reads the object again.
    std::int64_t lines_before();

  private:
    struct Inflater;
    bool fill();
    bool take_line(std::string_view& line);
    bool is_past_range() const;
    ObjectFile object_;
    const sql::plan::File& file_;
    std::atomic<std::uint64_t>& scanned_;
    std::unique_ptr<Inflater> inflater_;
    std::string buffer_;
    std::vector<std::string_view> lines_;
    std::size_t begin_ = 0;
    std::uint64_t offset_ = 0, end_ = UINT64_MAX;
    std::uint64_t first_line_ = 0;  ///< where it begins
    bool has_ended_ = false;
};

}  // namespace freshet::duck
