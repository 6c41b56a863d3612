#include "objects/files/blobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/crypto/digest.h"
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

/// The header of each object in a pack: magic, length, checksum of the bytes.
std::string entry_header(const std::vector<Bytes>& pieces, std::uint64_t size) {
    std::uint32_t crc = 0;
    for (const Bytes& piece : pieces) crc = crc32c(piece.view(), crc);
    std::string header(entry_magic);
    for (int i = 0; i < 8; ++i) header += static_cast<char>(size >> (8 * i));
    for (int i = 0; i < 4; ++i) header += static_cast<char>(crc >> (8 * i));
    FRESHET_CHECK(header.size() == entry_header_bytes);
    return header;
}

/// Small objects share packs; the size of an extent says where it lies.
bool is_packed(const Extent& extent) { return extent.size <= limits::packed_bytes_max; }

/// Room for bytes that are read into it.
std::string uninitialized(std::size_t size) {
    std::string room;
    // The size that libstdc++ 12 hands to the callback may be larger than asked.
    room.resize_and_overwrite(size, [size](char*, std::size_t) { return size; });
    return room;
}

}  // namespace

void Blobs::sync_or_stop(io::File& file, const std::string& path) {
    const auto synced = file.sync();
    if (synced) return;
    log_error("objects", "fsync failed, stopping",
              {{"file", path}, {"reason", synced.error().message()}});
    std::abort();
}

Blobs::~Blobs() {
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock(mutex_);
        is_stopping_ = true;
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

Result<> Blobs::retire(std::int64_t file, bool is_kept, Timestamp now) {
    FRESHET_CHECK(file != current_pack());
    auto removed = is_kept ? put_away(file, now) : disk_.remove(path_of(file));
    open_packs_.forget(file);
    return removed;
}

Result<> Blobs::put_away(std::int64_t file, Timestamp now) {
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

std::shared_ptr<io::File> Blobs::opened_file(const Extent& extent) {
    return is_packed(extent) ? open_packs_.find(extent.file) : nullptr;
}

Result<std::shared_ptr<io::File>> Blobs::open_file_of(const Extent& extent) {
    if (auto open = opened_file(extent)) return open;
    const std::uint64_t removals = open_packs_.removals();
    auto opened = open_file(extent.file);
    if (opened && is_packed(extent)) open_packs_.keep(extent.file, *opened, removals);
    return opened;
}

std::optional<Bytes> Blobs::read_cached(io::File& file, const Extent& extent, std::uint64_t offset,
                                        std::uint64_t size) {
    FRESHET_CHECK(offset + size <= extent.size);
    if (extent.key) return std::nullopt;
    std::string content = uninitialized(size);
    if (!file.reads_cached_at(extent.offset + offset, std::span(content.data(), content.size())))
        return std::nullopt;
    return Bytes::own(std::move(content));
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
        std::string content = uninitialized(count);
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

bool Blobs::is_group_due() const {
    if (!is_gathering_) return true;
    return is_stopping_ || waiting_.size() >= gathering_.wanted;
}

/// Returns when there is something to write, or nothing more comes.
void Blobs::gather(std::unique_lock<std::mutex>& lock) {
    wake_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
    is_gathering_ = gathering_.wanted >= io::Gathering::appends_min;
    if (is_gathering_)
        wake_.wait_for(lock, io::Gathering::wait_max, [this] { return is_group_due(); });
    is_gathering_ = false;
    if (!waiting_.empty()) gathering_.learn(waiting_.size());
}

void Blobs::pack_loop() {
    while (true) {
        std::vector<Packing> group;
        {
            std::unique_lock lock(mutex_);
            gather(lock);
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
    room_.begin(pack_end_);
    const std::scoped_lock lock(mutex_);
    FRESHET_CHECK(number > pack_);  // a number names one file for ever
    pack_ = number;
    is_sealed_ = false;
    return {};
}

/// All of a group side by side: most of them are one piece.
void Blobs::hash_group(const std::vector<Packing>& group) {
    std::vector<Md5Stream::Next> next;
    std::size_t longest = 0;
    for (const Packing& one : group) longest = std::max(longest, one.pieces.size());
    for (std::size_t i = 0; i < longest; ++i) {
        next.clear();
        for (const Packing& one : group) {
            if (one.md5 && i < one.pieces.size()) next.push_back({one.md5, one.pieces[i].view()});
        }
        Md5Stream::update_all(next);
    }
}

/// Who waits continues once the bytes are written: the sync runs beside what makes them visible.
void Blobs::write_group(std::vector<Packing>& group) {
    Result<> result;
    hash_group(group);
    if (pack_end_ >= limits::pack_bytes || current_pack() == 0) result = begin_pack();
    std::vector<Extent> extents;
    std::vector<std::string> headers;
    headers.reserve(group.size());
    std::vector<std::string_view> pieces;
    std::uint64_t end = pack_end_;
    for (const Packing& one : group) {
        FRESHET_CHECK(one.size > 0);
        headers.push_back(entry_header(one.pieces, one.size));
        pieces.push_back(headers.back());
        for (const Bytes& piece : one.pieces) pieces.push_back(piece.view());
        extents.push_back({0, pack_, end + headers.back().size(), one.size, {}});
        end += headers.back().size() + one.size;
    }
    pieces.push_back(room_.zeros_after(pack_end_, end));
    if (result) result = pack_file_->write_at(pack_end_, pieces);
    if (result) {
        FRESHET_CHECK(end > pack_end_);  // entries lie one after the other, none over another
        pack_end_ = end;
    }
    std::promise<void> synced;
    const std::shared_future<void> when = synced.get_future().share();
    for (std::size_t i = 0; i < group.size(); ++i) {
        group[i].done(result ? Result<Packed>({extents[i], when})
                             : std::unexpected(result.error()));
    }
    if (result) sync_or_stop(*pack_file_, path_of(pack_));
    synced.set_value();
}

io::Task<Result<Blobs::Packed>> Blobs::pack(std::vector<Bytes> pieces, std::uint64_t size,
                                            Md5Stream* md5) {
    io::Promise<Result<Packed>> done(*io::Core::current());
    bool wakes = false;
    {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back({std::move(pieces), size,
                            [done](Result<Packed> result) mutable { done.set(std::move(result)); },
                            md5});
        wakes = is_group_due();
    }
    if (wakes) wake_.notify_one();
    auto packed = co_await done.get();
    co_return packed;
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

io::Task<Result<std::vector<Blobs::Packed>>> Blobs::pack_all(std::vector<Bytes> entries) {
    std::vector<io::Promise<Result<Packed>>> waited;
    {
        const std::scoped_lock lock(mutex_);
        for (Bytes& entry : entries) {
            const std::uint64_t size = entry.size();
            io::Promise<Result<Packed>> done(*io::Core::current());
            std::vector<Bytes> pieces;
            pieces.push_back(std::move(entry));
            waiting_.push_back({std::move(pieces), size, [done](Result<Packed> result) mutable {
                                    done.set(std::move(result));
                                }});
            waited.push_back(std::move(done));
        }
    }
    wake_.notify_one();
    std::vector<Packed> packed;
    Result<> all;
    for (auto& done : waited) {
        auto one = co_await done.get();
        if (one)
            packed.push_back(std::move(*one));
        else
            all = pass(one);
    }
    if (!all) co_return pass(all);
    co_return packed;
}

}  // namespace freshet::objects
