#include "objects/files/extent_reader.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "objects/limits.h"

namespace freshet::objects {

ExtentReader::ExtentReader(Blobs& blobs, io::Pool& pool, std::vector<Extent> extents,
                           std::uint64_t offset, std::uint64_t size)
    : blobs_(blobs), pool_(pool), extents_(std::move(extents)), offset_(offset), left_(size) {
    while (next_ < extents_.size() && offset_ >= extents_[next_].size)
        offset_ -= extents_[next_++].size;
}

io::Task<Result<>> ExtentReader::begin() {
    if (left_ == 0 || next_ == extents_.size()) co_return Result<>();
    if (left_ <= std::min(extents_[next_].size - offset_, limits::cached_piece_bytes)) {
        first_ = read_cached_piece();
        if (first_) co_return Result<>();
    }
    auto piece = co_await pool_.run([this]() -> Result<Bytes> {
        if (auto opened = open_all(); !opened) return pass(opened);
        const bool is_one_piece = left_ <= limits::cached_piece_bytes;
        return read_piece(is_one_piece ? left_ : limits::first_piece_bytes);
    });
    if (!piece) co_return pass(piece);
    first_ = std::move(*piece);
    co_return Result<>();
}

io::Task<Result<Bytes>> ExtentReader::read() {
    if (first_) {
        Bytes piece = std::move(*first_);
        first_.reset();
        co_return piece;
    }
    if (left_ == 0 || next_ == extents_.size()) co_return Bytes();
    if (auto cached = read_cached_piece()) co_return std::move(*cached);
    auto piece = co_await pool_.run([this] { return read_piece(limits::read_piece_bytes); });
    co_return piece;
}

std::optional<Bytes> ExtentReader::take_whole() {
    if (left_ > 0) return std::nullopt;
    return std::exchange(first_, std::nullopt).value_or(Bytes());
}

std::optional<io::FileRun> ExtentReader::run() {
    if (first_ || left_ == 0 || next_ == extents_.size()) return std::nullopt;
    const Extent& extent = extents_[next_];
    const auto file = files_.find(extent.file);
    if (extent.key || file == files_.end()) return std::nullopt;
    return io::FileRun{file->second.get(), extent.offset + offset_,
                       std::min(left_, extent.size - offset_)};
}

/// Without the pool: what a reader opened, and the page cache holds.
std::optional<Bytes> ExtentReader::read_cached_piece() {
    const Extent& extent = extents_[next_];
    const auto mine = files_.find(extent.file);
    const auto file = mine == files_.end() ? blobs_.opened_file(extent) : mine->second;
    if (!file) return std::nullopt;
    const std::uint64_t want = std::min({left_, extent.size - offset_, limits::cached_piece_bytes});
    auto piece = Blobs::read_cached(*file, extent, offset_, want);
    if (piece) advance(want);
    return piece;
}

/// To what follows the bytes that were read.
void ExtentReader::advance(std::uint64_t bytes) {
    FRESHET_CHECK(bytes > 0 && bytes <= left_);
    offset_ += bytes;
    left_ -= bytes;
    while (next_ < extents_.size() && offset_ >= extents_[next_].size)
        offset_ -= extents_[next_++].size;
}

Result<> ExtentReader::open_all() {
    std::uint64_t offset = offset_, left = left_;
    for (std::size_t i = next_; i < extents_.size() && left > 0; ++i) {
        const std::uint64_t here = std::min(left, extents_[i].size - offset);
        auto file = file_of(extents_[i]);
        if (!file) return pass(file);
        if (auto whole = blobs_.check_length(**file, extents_[i]); !whole) return whole;
        left -= here;
        offset = 0;
    }
    return {};
}

Result<std::shared_ptr<io::File>> ExtentReader::file_of(const Extent& extent) {
    if (const auto found = files_.find(extent.file); found != files_.end()) return found->second;
    auto file = blobs_.open_file_of(extent);
    if (file && files_.size() < limits::reader_files_max) files_.emplace(extent.file, *file);
    return file;
}

Result<Bytes> ExtentReader::read_piece(std::uint64_t bytes_max) {
    const Extent& extent = extents_[next_];
    const std::uint64_t want = std::min({left_, extent.size - offset_, bytes_max});
    auto file = file_of(extent);
    if (!file) return pass(file);
    auto piece = blobs_.read(**file, extent, offset_, want);
    if (!piece) return piece;
    advance(want);
    return piece;
}

}  // namespace freshet::objects
