// The journal: batches of frames, each written and synced as one. Invariant: a batch is durable
// when append() returns, and no answer is given before. Segments are numbered; a batch lies wholly
// in one. Segments that are done with become spares and are overwritten later, and a new one gets
// its blocks ahead (io/files/room.h).
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "io/disk.h"
#include "io/files/room.h"
#include "log/frame.h"

namespace freshet::log {

class Journal {
  public:
    static constexpr std::size_t spares_max = 2;  ///< segments kept to be used again

    Journal(io::Disk& disk, std::string directory)
        : disk_(disk), directory_(std::move(directory)) {}

    /// The numbers of the first and the last segment; nothing when there is none.
    struct Span {
        std::uint64_t first = 0, last = 0;
    };
    Result<std::optional<Span>> look() const;
    /// Calls `each` with every frame of every whole batch, oldest first, and cuts a torn last
    /// batch. A broken batch before whole ones is damage: Errc::corrupt, naming segment and
    /// offset.
    Result<> recover(const std::function<Result<>(Frame)>& each);
    /// Begins a new segment; the number of the one before is then complete.
    Result<> roll();
    /// Writes and syncs one batch. Errc::no_space and Errc::io leave the journal as it was; a
    /// failed sync ends the process.
    Result<> append(std::span<const Frame> frames);
    std::uint64_t segment() const { return segment_; }
    std::uint64_t segment_bytes() const { return end_; }
    /// Segments up to and including `segment` are not needed any more.
    Result<> remove_through(std::uint64_t segment);

  private:
    /// Removes a segment without a batch; false when it has one.
    Result<bool> drop_empty(std::uint64_t number);
    Result<> recover_segment(std::uint64_t number, bool is_last,
                             const std::function<Result<>(Frame)>& each);
    Result<> begin_segment(std::uint64_t number, std::optional<std::uint64_t> spare);
    /// Cuts what a refused batch left after the end.
    Result<> tidy();
    /// Writes and syncs a segment's head with a new salt, which is returned.
    Result<std::uint64_t> write_head(io::File& file, const std::string& path, std::uint64_t number);
    std::optional<std::uint64_t> take_spare();
    void put_spares(std::vector<std::uint64_t> numbers);
    std::size_t spare_count();
    std::string path_of(std::uint64_t number) const;
    std::string spare_path_of(std::uint64_t number) const;
    io::Disk& disk_;
    std::string directory_;
    std::unique_ptr<io::File> file_;
    std::uint64_t first_ = 0, segment_ = 0;
    std::uint64_t end_ = 0;
    io::Room room_;               ///< after the mark at the end
    bool is_untidy_ = false;      ///< bytes of a refused batch may follow end_
    std::uint64_t sequence_ = 0;  ///< of the last batch
    std::uint64_t salt_ = 0;      ///< of this segment
    std::mutex spares_mutex_;
    std::vector<std::uint64_t> spares_;  ///< numbers in their files' names
};

}  // namespace freshet::log
