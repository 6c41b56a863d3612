// Blobs::Writer: a body on its way into files.
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "io/page_cache.h"
#include "objects/files/blobs.h"
#include "objects/limits.h"

namespace freshet::objects {
namespace {

std::vector<std::string_view> views_of(const std::vector<Bytes>& pieces) {
    std::vector<std::string_view> views;
    views.reserve(pieces.size());
    for (const Bytes& piece : pieces) views.push_back(piece.view());
    return views;
}

}  // namespace

io::Task<Result<>> Blobs::Writer::write(Bytes piece) {
    FRESHET_CHECK(!is_finished_);
    size_ += piece.size();
    held_.push_back(std::move(piece));
    if (size_ <= limits::packed_bytes_max) co_return Result<>();
    auto spilled = co_await spill();
    co_return spilled;
}

io::Task<Result<>> Blobs::Writer::begin_sealing() {
    if (encryption_ == Encryption::none || sealer_) co_return Result<>();
    auto made = co_await blobs_.pool_.run([this] { return blobs_.keys_.make(); });
    if (!made) co_return pass(made);
    sealer_.emplace(made->plain);
    key_ = std::move(made->wrapped);
    co_return Result<>();
}

Result<> Blobs::Writer::write_pieces(const std::vector<Bytes>& pieces) {
    std::vector<std::string_view> stored;
    std::string sealed;
    std::uint64_t bytes = 0;
    if (sealer_) {
        sealed = sealer_->add(pieces);
        stored.emplace_back(sealed);
    } else {
        stored = views_of(pieces);
    }
    for (const std::string_view piece : stored) bytes += piece.size();
    auto written = large_->write_at(written_, stored);
    if (written) {
        io::start_writeback(*large_, written_, bytes);
        written_ += bytes;
    }
    return written;
}

io::Task<Result<>> Blobs::Writer::spill() {
    auto begun = co_await begin_sealing();
    if (!begun) co_return begun;
    if (!large_) {
        file_ = blobs_.next_file();
        auto opened = co_await blobs_.pool_.run(
            [this] { return blobs_.disk_.open(blobs_.path_of(file_), io::OpenMode::create_new); });
        if (!opened) co_return pass(opened);
        large_ = std::move(*opened);
    }
    const std::vector<Bytes> pieces = std::exchange(held_, {});
    auto hashed = blobs_.md5s_.add(md5_, views_of(pieces));  // beside the write
    auto written = co_await blobs_.pool_.run([&] { return write_pieces(pieces); });
    co_await hashed.get();
    co_return written;
}

/// The end of a large file, synced.
Result<> Blobs::Writer::write_rest() {
    const std::string path = blobs_.path_of(file_);
    if (sealer_) {
        const std::string sealed = sealer_->finish();
        const std::string_view piece = sealed;
        if (auto written = large_->write_at(written_, std::span(&piece, 1)); !written)
            return written;
        written_ += piece.size();
    }
    FRESHET_CHECK(held_.empty() && written_ >= size_);  // all that came is in the file
    sync_or_stop(*large_, path);
    return blobs_.disk_.sync_directory(path.substr(0, path.rfind('/')));
}

io::Task<void> Blobs::Writer::abandon() {
    if (!large_) co_return;
    large_.reset();
    const std::string path = blobs_.path_of(file_);
    auto removed = co_await blobs_.pool_.run([&] { return blobs_.disk_.remove(path); });
    if (!removed)
        log_warn("objects", "the file of an unfinished body could not be removed",
                 {{"file", path}, {"reason", removed.error().message()}});
}

io::Task<Result<Staged>> Blobs::Writer::finish() {
    FRESHET_CHECK(!std::exchange(is_finished_, true));
    FRESHET_CHECK((large_ != nullptr) == (size_ > limits::packed_bytes_max));
    Staged staged;
    staged.size = size_;
    if (large_) {
        auto synced = co_await blobs_.pool_.run([this] { return write_rest(); });
        if (!synced) co_return pass(synced);
        staged.extents.push_back({0, file_, 0, size_, key_});
    } else if (size_ > 0) {
        auto begun = co_await begin_sealing();
        if (!begun) co_return pass(begun);
        std::uint64_t bytes = size_;
        if (sealer_) {
            for (const Bytes& piece : held_) md5_.update(piece.view());
            std::string sealed = sealer_->add(held_) + sealer_->finish();
            bytes = sealed.size();
            held_.clear();
            held_.push_back(Bytes::own(std::move(sealed)));
        }
        auto packed = co_await blobs_.pack(std::move(held_), bytes, sealer_ ? nullptr : &md5_);
        if (!packed) co_return pass(packed);
        staged.extents.push_back({0, packed->place.file, packed->place.offset, size_, key_});
        staged.synced = std::move(packed->synced);
    }
    staged.md5 = md5_.finish();
    FRESHET_CHECK(staged.md5.size() == 16);
    co_return staged;
}

}  // namespace freshet::objects
