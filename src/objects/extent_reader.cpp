#include "objects/extent_reader.h"

#include <algorithm>

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
    auto piece = co_await pool_.run([this]() -> Result<Bytes> {
        if (auto opened = open_all(); !opened) return pass(opened);
        return read_piece();
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
    auto piece = co_await pool_.run([this] { return read_piece(); });
    co_return piece;
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
    auto file = blobs_.open_file(extent.file);
    if (file && files_.size() < limits::reader_files_max) files_.emplace(extent.file, *file);
    return file;
}

Result<Bytes> ExtentReader::read_piece() {
    const Extent& extent = extents_[next_];
    const std::uint64_t want =
        std::min({left_, extent.size - offset_, std::uint64_t{limits::read_piece_bytes}});
    auto file = file_of(extent);
    if (!file) return pass(file);
    auto piece = blobs_.read(**file, extent, offset_, want);
    if (!piece) return piece;
    offset_ += want;
    left_ -= want;
    while (next_ < extents_.size() && offset_ >= extents_[next_].size)
        offset_ -= extents_[next_++].size;
    return piece;
}

}  // namespace freshet::objects
