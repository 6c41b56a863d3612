#include "objects/blobs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "objects/limits.h"

namespace freshet {
const ErrorDomain& ErrorTraits<objects::Errc>::domain() {
    static const ErrorDomain domain{"objects"};
    return domain;
}
}  // namespace freshet

namespace freshet::objects {
namespace {

constexpr std::string_view pack_magic = "FRSHPCK1";
constexpr std::string_view entry_magic = "FRO1";

/// What stands before each object in a pack: magic, length, checksum of the bytes.
std::string entry_header(const std::vector<Bytes>& pieces, std::uint64_t size) {
    std::uint32_t crc = 0;
    for (const Bytes& piece : pieces) crc = crc32c(piece.view(), crc);
    std::string header(entry_magic);
    for (int i = 0; i < 8; ++i) header += static_cast<char>(size >> (8 * i));
    for (int i = 0; i < 4; ++i) header += static_cast<char>(crc >> (8 * i));
    return header;
}

void stop_on_failed_sync(const Result<>& synced, const std::string& path) {
    if (synced) return;
    log_error("objects", "fsync failed, stopping",
              {{"file", path}, {"reason", synced.error().message()}});
    std::abort();
}

}  // namespace

Blobs::~Blobs() {
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

std::string Blobs::path_of(std::int64_t file) const {
    return fmt::format("{}/{:02x}/{:012x}", directory_, file & 0xff, file);
}

std::int64_t Blobs::next_file() {
    const std::scoped_lock lock(mutex_);
    return ++last_file_;
}

std::int64_t Blobs::current_pack() const {
    const std::scoped_lock lock(mutex_);
    return is_sealed_ ? 0 : pack_;
}

void Blobs::seal(std::int64_t pack) {
    const std::scoped_lock lock(mutex_);
    if (pack == pack_) is_sealed_ = true;
}

Result<std::vector<std::int64_t>> Blobs::open(const Named& named, std::int64_t first_file,
                                              Timestamp now) {
    if (auto opened = quarantine_.open(); !opened) return pass(opened);
    last_file_ = std::max(first_file - 1, quarantine_.last_file());
    if (!named.held.empty()) last_file_ = std::max(last_file_, named.held.back());
    std::vector<std::int64_t> found;
    for (int bucket = 0; bucket < 256; ++bucket) {
        if (auto done = survey(bucket, named, now, found); !done) return pass(done);
    }
    std::ranges::sort(found);
    std::vector<std::int64_t> missing;
    for (const std::int64_t file : named.held) {
        if (std::ranges::binary_search(found, file)) continue;
        if (!quarantine_.has(file)) {
            missing.push_back(file);
        } else if (auto back = quarantine_.bring_back(file, path_of(file)); !back) {
            return pass(back);
        }
    }
    if (auto synced = quarantine_.sync(); !synced) return pass(synced);
    thread_ = std::thread([this] { pack_loop(); });
    return missing;
}

/// Files that are in none of the two lists are not ours to remove: another meta.db may name them.
Result<> Blobs::survey(int bucket, const Named& named, Timestamp now,
                       std::vector<std::int64_t>& found) {
    const std::string directory = fmt::format("{}/{:02x}", directory_, bucket);
    if (auto made = disk_.make_directories(directory); !made) return made;
    auto names = disk_.list(directory);
    if (!names) return pass(names);
    for (const std::string& name : *names) {
        const auto file = file_of_name(name);
        if (!file || (*file & 0xff) != bucket) {
            log_warn("objects", "a file that is none of this store's is left alone",
                     {{"file", directory + "/" + name}});
            continue;
        }
        last_file_ = std::max(last_file_, *file);
        if (std::ranges::binary_search(named.held, *file)) {
            found.push_back(*file);
        } else if (!std::ranges::binary_search(named.dying, *file)) {
            if (auto put = quarantine_.put(*file, path_of(*file), now); !put) return put;
        }
    }
    return {};
}

Result<> Blobs::retire(std::int64_t file, bool keep, Timestamp now) {
    if (!keep) return disk_.remove(path_of(file));
    if (auto put = quarantine_.put(file, path_of(file), now); !put) return put;
    return quarantine_.sync();
}

Result<> Blobs::expire(Timestamp before) { return quarantine_.expire(before); }

Result<std::shared_ptr<io::File>> Blobs::open_file(std::int64_t file) {
    const std::string path = path_of(file);
    auto opened = disk_.open(path, io::OpenMode::read);
    if (opened) return std::shared_ptr<io::File>(std::move(*opened));
    if (auto there = disk_.exists(path); there && !*there)
        return fail(Errc::lost, fmt::format("{} is missing", path));
    return pass(opened);
}

Result<> Blobs::check_length(io::File& file, const Extent& extent) {
    auto size = file.size();
    if (!size) return pass(size);
    const std::uint64_t end = extent.offset + stored_bytes(extent);
    if (*size >= end) return {};
    return fail(Errc::lost, fmt::format("{} has {} of {} bytes", path_of(extent.file), *size, end));
}

Result<Bytes> Blobs::read(io::File& file, const Extent& extent, std::uint64_t offset,
                          std::uint64_t size) {
    const auto read = [&](std::uint64_t at, std::uint64_t count) -> Result<std::string> {
        std::string content(count, '\0');
        auto got = file.read_at(extent.offset + at, std::span(content.data(), content.size()));
        if (!got) return pass(got);
        if (*got != count)
            return fail(Errc::lost,
                        fmt::format("{} is shorter than the index says", path_of(extent.file)));
        return content;
    };
    Result<std::string> content;
    if (extent.key) {
        auto key = keys_.unwrap(*extent.key);
        if (!key) return pass(key);
        content = SealedChunks(*key).open(extent.size, offset, size, read);
        if (!content && content.error().is(freshet::Errc::corrupt))
            return std::unexpected(std::move(content.error()).within(path_of(extent.file)));
    } else {
        content = read(offset, size);
    }
    if (!content) return pass(content);
    return Bytes::own(std::move(*content));
}

// --- packs

void Blobs::pack_loop() {
    while (true) {
        std::vector<Packing> group;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            while (!waiting_.empty()) {
                group.push_back(std::move(waiting_.front()));
                waiting_.pop_front();
            }
        }
        write_group(group);
    }
}

Result<> Blobs::begin_pack() {
    const std::int64_t number = next_file();
    const std::string path = path_of(number);
    auto file = disk_.open(path, io::OpenMode::create_new);
    if (!file) return pass(file);
    if (auto written = (*file)->write_at(0, std::span(&pack_magic, 1)); !written) return written;
    if (auto synced = disk_.sync_directory(path.substr(0, path.rfind('/'))); !synced) return synced;
    pack_file_ = std::move(*file);
    pack_end_ = pack_magic.size();
    const std::scoped_lock lock(mutex_);
    pack_ = number;
    is_sealed_ = false;
    return {};
}

void Blobs::write_group(std::vector<Packing>& group) {
    Result<> result;
    if (pack_end_ >= limits::pack_bytes || current_pack() == 0) result = begin_pack();
    std::vector<Extent> extents;
    std::vector<std::string> headers;
    headers.reserve(group.size());
    std::vector<std::string_view> pieces;
    std::uint64_t end = pack_end_;
    for (const Packing& one : group) {
        headers.push_back(entry_header(one.pieces, one.size));
        pieces.push_back(headers.back());
        for (const Bytes& piece : one.pieces) pieces.push_back(piece.view());
        extents.push_back({0, pack_, end + headers.back().size(), one.size, {}});
        end += headers.back().size() + one.size;
    }
    if (result) result = pack_file_->write_at(pack_end_, pieces);
    if (result) {
        stop_on_failed_sync(pack_file_->sync(), path_of(pack_));
        pack_end_ = end;
    }
    for (std::size_t i = 0; i < group.size(); ++i) {
        group[i].done(result ? Result<Extent>(extents[i]) : std::unexpected(result.error()));
    }
}

io::Task<Result<Extent>> Blobs::pack(std::vector<Bytes> pieces, std::uint64_t size) {
    io::Promise<Result<Extent>> done(*io::Core::current());
    {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back({std::move(pieces), size, [done](Result<Extent> result) mutable {
                                done.set(std::move(result));
                            }});
    }
    wake_.notify_one();
    auto extent = co_await done.get();
    co_return extent;
}

Result<std::vector<Bytes>> Blobs::read_entries(std::int64_t number,
                                               const std::vector<Extent>& extents) {
    auto file = open_file(number);
    if (!file) return pass(file);
    std::vector<Bytes> entries;
    for (const Extent& extent : extents) {
        const std::uint64_t size = stored_bytes(extent);
        std::string entry(entry_header_bytes + size, '\0');
        if (extent.offset < entry_header_bytes)
            return fail(freshet::Errc::corrupt, fmt::format("{} is no pack", path_of(number)));
        auto got = (*file)->read_at(extent.offset - entry_header_bytes,
                                    std::span(entry.data(), entry.size()));
        if (!got) return pass(got);
        Bytes content = Bytes::own(entry.substr(entry_header_bytes));
        if (*got != entry.size() || !entry.starts_with(entry_header({content}, size))) {
            return fail(freshet::Errc::corrupt,
                        fmt::format("{} is damaged at byte {}", path_of(number),
                                    extent.offset - entry_header_bytes));
        }
        entries.push_back(std::move(content));
    }
    return entries;
}

io::Task<Result<std::vector<Extent>>> Blobs::pack_all(std::vector<Bytes> entries) {
    std::vector<io::Promise<Result<Extent>>> waited;
    {
        const std::scoped_lock lock(mutex_);
        for (Bytes& entry : entries) {
            const std::uint64_t size = entry.size();
            io::Promise<Result<Extent>> done(*io::Core::current());
            std::vector<Bytes> pieces;
            pieces.push_back(std::move(entry));
            waiting_.push_back({std::move(pieces), size, [done](Result<Extent> result) mutable {
                                    done.set(std::move(result));
                                }});
            waited.push_back(std::move(done));
        }
    }
    wake_.notify_one();
    std::vector<Extent> extents;
    Result<> all;
    for (auto& done : waited) {
        auto extent = co_await done.get();
        if (extent)
            extents.push_back(*extent);
        else
            all = pass(extent);
    }
    if (!all) co_return pass(all);
    co_return extents;
}

// --- the writer

io::Task<Result<>> Blobs::Writer::write(Bytes piece) {
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

Result<> Blobs::Writer::write_held() {
    std::vector<std::string_view> pieces;
    std::string sealed;
    std::uint64_t bytes = 0;
    for (const Bytes& piece : held_) {
        md5_.update(piece.view());
        if (!sealer_) pieces.push_back(piece.view());
    }
    if (sealer_) {
        sealed = sealer_->add(held_);
        pieces.emplace_back(sealed);
    }
    for (const std::string_view piece : pieces) bytes += piece.size();
    auto written = large_->write_at(written_, pieces);
    if (written) written_ += bytes;
    held_.clear();
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
    auto written = co_await blobs_.pool_.run([this] { return write_held(); });
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
    }
    stop_on_failed_sync(large_->sync(), path);
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
    Staged staged;
    staged.size = size_;
    if (large_) {
        auto synced = co_await blobs_.pool_.run([this] { return write_rest(); });
        if (!synced) co_return pass(synced);
        staged.extents.push_back({0, file_, 0, size_, key_});
    } else if (size_ > 0) {
        auto begun = co_await begin_sealing();
        if (!begun) co_return pass(begun);
        for (const Bytes& piece : held_) md5_.update(piece.view());
        std::uint64_t bytes = size_;
        if (sealer_) {
            std::string sealed = sealer_->add(held_) + sealer_->finish();
            bytes = sealed.size();
            held_.clear();
            held_.push_back(Bytes::own(std::move(sealed)));
        }
        auto extent = co_await blobs_.pack(std::move(held_), bytes);
        if (!extent) co_return pass(extent);
        staged.extents.push_back({0, extent->file, extent->offset, size_, key_});
    }
    staged.md5 = md5_.finish();
    co_return staged;
}

}  // namespace freshet::objects
