// Records as a file of lines for a worker, written while they come, so that they need not be in
// memory: what a stretch of them is in the file, and which record a line is of.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "delivery/conversion/lines.h"
#include "delivery/conversion/scratch.h"

namespace freshet::delivery {

/// Life: add() each record in its order, then flush(), then the rest; add() may follow again. One
/// thread at a time. After an error of add() or flush() its file lacks something: it is given up.
class RowText {
  public:
    /// A file `name` of the directory, which is there when the first bytes are written.
    RowText(std::shared_ptr<Scratch> directory, const std::string& name, bool is_json)
        : directory_(std::move(directory)),
          path_(directory_->path() + "/" + name),
          lines_(is_json),
          is_json_(is_json) {}
    RowText(const RowText&) = delete;

    /// Blocks at times.
    Result<> add(std::string_view record);
    /// What was added is in the file. Blocks.
    Result<> flush();

    const std::string& path() const { return path_; }
    bool is_json() const { return is_json_; }
    std::size_t records() const { return lines_.records(); }
    /// Records without a line, since they are not JSON.
    const std::vector<std::size_t>& refused() const { return refused_; }
    RecordLines::Origin origin_of(std::uint64_t line) const { return lines_.origin_of(line); }

    /// Of the file.
    struct Part {
        std::uint64_t lines_before = 0, lines = 0;
        std::uint64_t offset = 0, bytes = 0;
    };
    /// The lines of the records [from, to). Blocks.
    Result<Part> part(std::size_t from, std::size_t to) const;

  private:
    struct Mark {
        std::uint64_t lines = 0, offset = 0;
    };
    Result<std::uint64_t> offset_after(std::uint64_t lines) const;

    const std::shared_ptr<Scratch> directory_;
    const std::string path_;
    RecordLines lines_;
    const bool is_json_;
    std::vector<std::size_t> refused_;
    std::string piece_;  ///< that is not in the file yet
    std::optional<TextFile> file_;
    std::vector<Mark> marks_;  ///< where the pieces end
};

}  // namespace freshet::delivery
