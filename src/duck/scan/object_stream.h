// The bytes of one object, from the runs of files that hold it; inflated when its name ends in .gz.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
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

/// Lines without their ends ("\n" or "\r\n"). One thread; `file` and `scanned` outlive this.
class LineReader {
  public:
    /// `scanned` counts the bytes read from files.
    LineReader(const sql::plan::File& file, std::atomic<std::uint64_t>& scanned);
    ~LineReader();
    /// False at the end. The line lives until the next call.
    bool next(std::string_view& line);

  private:
    struct Inflater;
    bool fill();
    ObjectFile object_;
    const sql::plan::File& file_;
    std::atomic<std::uint64_t>& scanned_;
    std::unique_ptr<Inflater> inflater_;
    std::string buffer_;
    std::size_t begin_ = 0;
    std::uint64_t offset_ = 0;
    bool has_ended_ = false;
};

}  // namespace freshet::duck
