#include "log/journal.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/digest.h"
#include "base/log.h"

namespace freshet::log {
namespace {

constexpr std::string_view segment_magic = "FRSHJNL1";
constexpr std::size_t segment_header_bytes = 28;  // magic, number, first sequence, checksum
constexpr std::uint32_t batch_magic = 0x31425246;  // "FRB1"
constexpr std::size_t batch_header_bytes = 24;     // magic, crc, sequence, length
constexpr std::uint64_t batch_bytes_limit = 256ULL * 1024 * 1024;

std::string segment_header(std::uint64_t number, std::uint64_t first_sequence) {
    std::string header(segment_magic);
    put_number(header, number);
    put_number(header, first_sequence);
    put_number(header, crc32c(header));
    return header;
}

bool is_segment_header(std::string_view data, std::uint64_t number) {
    return data.size() >= segment_header_bytes &&
           data.starts_with(segment_header(number, get_number<std::uint64_t>(data, 16)));
}

std::string batch_header(std::uint64_t sequence, std::span<const Frame> frames) {
    std::uint64_t length = 0;
    std::string covered;
    for (const Frame& frame : frames) length += frame.bytes.size();
    put_number(covered, sequence);
    put_number(covered, length);
    std::uint32_t crc = crc32c(covered);
    // The frames' own checksums cover their bytes; chaining them here ties the batch together.
    for (const Frame& frame : frames) crc = crc32c(frame.bytes.view().substr(4, 4), crc);
    std::string header;
    put_number(header, batch_magic);
    put_number(header, crc);
    return header + covered;
}

/// The whole batch at the start of `data`; nothing when it is cut or broken.
std::optional<std::vector<Frame>> parse_batch(const Bytes& data, std::uint64_t sequence, std::uint64_t& size) {
    const std::string_view view = data.view();
    if (view.size() < batch_header_bytes || get_number<std::uint32_t>(view, 0) != batch_magic) return std::nullopt;
    const auto length = get_number<std::uint64_t>(view, 16);
    if (get_number<std::uint64_t>(view, 8) != sequence || length > batch_bytes_limit || length > view.size() - batch_header_bytes) {
        return std::nullopt;
    }
    std::vector<Frame> frames;
    std::uint32_t crc = crc32c(view.substr(8, 16));
    for (std::uint64_t at = 0; at < length;) {
        auto frame = parse_frame(data.slice(batch_header_bytes + at, length - at));
        if (!frame) return std::nullopt;
        crc = crc32c(frame->bytes.view().substr(4, 4), crc);
        at += frame->header.length;
        frames.push_back(std::move(*frame));
    }
    if (crc != get_number<std::uint32_t>(view, 4)) return std::nullopt;
    size = batch_header_bytes + length;
    return frames;
}

/// Whether a whole batch of a later sequence begins anywhere in `view`.
bool has_later_batch(const Bytes& data, std::uint64_t sequence) {
    std::string mark;
    put_number(mark, batch_magic);
    for (std::size_t at = 1; (at = data.view().find(mark, at)) != std::string_view::npos; ++at) {
        if (data.size() - at < batch_header_bytes) return false;
        const auto later = get_number<std::uint64_t>(data.view(), at + 8);
        std::uint64_t size = 0;
        if (later > sequence && parse_batch(data.slice(at), later, size)) return true;
    }
    return false;
}

}  // namespace

std::string Journal::path_of(std::uint64_t number) const { return fmt::format("{}/{:016x}.journal", directory_, number); }

Result<> Journal::recover(const std::function<Result<>(Frame)>& each) {
    if (auto made = disk_.make_directories(directory_); !made) return made;
    auto names = disk_.list(directory_);
    if (!names) return std::unexpected(std::move(names.error()));
    std::vector<std::uint64_t> numbers;
    for (const std::string& name : *names) {
        if (name.ends_with(".journal")) numbers.push_back(std::strtoull(name.c_str(), nullptr, 16));
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        auto done = recover_segment(numbers[i], i + 1 == numbers.size(), each);
        if (!done) return done;
    }
    if (numbers.empty()) return roll();
    first_ = numbers.front();
    return {};
}

Result<> Journal::recover_segment(std::uint64_t number, bool is_last, const std::function<Result<>(Frame)>& each) {
    const std::string path = path_of(number);
    auto file = disk_.open(path, io::OpenMode::read_write);
    if (!file) return std::unexpected(std::move(file.error()));
    auto size = (*file)->size();
    if (!size) return std::unexpected(std::move(size.error()));
    std::string content(*size, '\0');
    auto got = (*file)->read_at(0, std::span(content.data(), content.size()));
    if (!got) return std::unexpected(std::move(got.error()));
    const Bytes data = Bytes::own(std::move(content));
    std::uint64_t at = segment_header_bytes;
    const bool headed = is_segment_header(data.view(), number);
    // A header that a crash cut has nothing behind it; any other broken header is damage.
    if (!headed && (!is_last || data.size() > segment_header_bytes)) {
        return fail(freshet::Errc::corrupt, fmt::format("{} is damaged in its header", path));
    }
    if (headed) sequence_ = get_number<std::uint64_t>(data.view(), 16) - 1;
    else at = 0;
    while (headed && at < data.size()) {
        std::uint64_t taken = 0;
        auto frames = parse_batch(data.slice(at), sequence_ + 1, taken);
        if (!frames) break;
        for (Frame& frame : *frames) {
            auto done = each(std::move(frame));
            if (!done) return done;
        }
        ++sequence_;
        at += taken;
    }
    if (at < data.size()) {
        if (!is_last || has_later_batch(data.slice(at), sequence_)) {
            return fail(freshet::Errc::corrupt, fmt::format("{} is damaged at byte {}: a batch before whole ones is broken", path, at));
        }
        log_warn("log", "cut a torn batch", {{"file", path}, {"at", at}, {"bytes", data.size() - at}});
        if (auto cut = (*file)->truncate(at); !cut) return cut;
        if (auto synced = (*file)->sync(); !synced) return synced;
    }
    if (!is_last) return {};
    segment_ = number;
    if (!headed) {
        const std::string header = segment_header(number, sequence_ + 1);
        const std::string_view piece = header;
        if (auto written = (*file)->write_at(0, std::span(&piece, 1)); !written) return written;
        if (auto synced = (*file)->sync(); !synced) return synced;
        at = segment_header_bytes;
    }
    file_ = std::move(*file);
    end_ = at;
    return {};
}

Result<> Journal::roll() {
    const std::uint64_t number = segment_ + 1;
    auto file = disk_.open(path_of(number), io::OpenMode::create);
    if (!file) return std::unexpected(std::move(file.error()));
    const std::string header = segment_header(number, sequence_ + 1);
    const std::string_view piece = header;
    if (auto cut = (*file)->truncate(0); !cut) return cut;
    if (auto written = (*file)->write_at(0, std::span(&piece, 1)); !written) return written;
    if (auto synced = (*file)->sync(); !synced) return synced;
    if (auto synced = disk_.sync_directory(directory_); !synced) return synced;
    file_ = std::move(*file);
    segment_ = number;
    if (first_ == 0) first_ = number;
    end_ = header.size();
    return {};
}

Result<> Journal::append(std::span<const Frame> frames) {
    const std::string header = batch_header(sequence_ + 1, frames);
    std::vector<std::string_view> pieces{header};
    std::uint64_t size = header.size();
    for (const Frame& frame : frames) {
        pieces.push_back(frame.bytes.view());
        size += frame.bytes.size();
    }
    if (auto written = file_->write_at(end_, pieces); !written) {
        if (auto cut = file_->truncate(end_); !cut) log_warn("log", "could not cut an unfinished batch", {{"reason", cut.error().message()}});
        return written;
    }
    if (auto synced = file_->sync(); !synced) {
        // What the disk now holds is unknown, and a second fsync would not tell: stop before anyone is told.
        log_error("log", "fsync failed, stopping", {{"file", path_of(segment_)}, {"reason", synced.error().message()}});
        std::abort();
    }
    end_ += size;
    ++sequence_;
    return {};
}

Result<> Journal::remove_through(std::uint64_t segment) {
    for (; first_ <= segment && first_ < segment_; ++first_) {
        if (auto removed = disk_.remove(path_of(first_)); !removed) return removed;
    }
    return disk_.sync_directory(directory_);
}

}  // namespace freshet::log
