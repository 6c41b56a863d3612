#include "log/journal.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/digest.h"
#include "base/log.h"
#include "io/faults/failpoint.h"
#include "log/sync.h"

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
    const bool is_whole = crc == get_number<std::uint32_t>(view, 4) || io::failpoints::is_on("mutant.skip_checksum");
    if (!is_whole) return std::nullopt;
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
    // A segment without a batch was begun and no more; what came after it, had the disk refused, is in the one before.
    for (; numbers.size() > 1; numbers.pop_back()) {
        auto is_empty = drop_empty(numbers.back());
        if (!is_empty) return std::unexpected(std::move(is_empty.error()));
        if (!*is_empty) break;
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        auto done = recover_segment(numbers[i], i + 1 == numbers.size(), each);
        if (!done) return done;
    }
    if (numbers.empty()) return roll();
    first_ = numbers.front();
    return {};
}

Result<bool> Journal::drop_empty(std::uint64_t number) {
    auto file = disk_.open(path_of(number), io::OpenMode::read);
    if (!file) return std::unexpected(std::move(file.error()));
    auto size = (*file)->size();
    if (!size) return std::unexpected(std::move(size.error()));
    if (*size > segment_header_bytes) return false;
    if (auto removed = disk_.remove(path_of(number)); !removed) return std::unexpected(std::move(removed.error()));
    return true;
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
    if (*got != *size) return fail(freshet::Errc::io, fmt::format("{} was read by {} of {} bytes", path, *got, *size));
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
        io::failpoints::reach("recovery.before_truncate");
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
    sync_or_stop(**file, path_of(number));
    sync_directory_or_stop(disk_, directory_);
    file_ = std::move(*file);
    segment_ = number;
    if (first_ == 0) first_ = number;
    end_ = header.size();
    return {};
}

Result<> Journal::append(std::span<const Frame> frames) {
    if (is_untidy_) {
        if (auto cut = file_->truncate(end_); !cut) return cut;
        is_untidy_ = false;
    }
    const std::string header = batch_header(sequence_ + 1, frames);
    std::vector<std::string_view> pieces{header};
    std::uint64_t size = header.size();
    for (const Frame& frame : frames) {
        pieces.push_back(frame.bytes.view());
        size += frame.bytes.size();
    }
    io::failpoints::reach("log.before_write");
    if (auto written = file_->write_at(end_, pieces); !written) {
        is_untidy_ = true;
        if (auto cut = file_->truncate(end_); cut) is_untidy_ = false;
        return written;
    }
    io::failpoints::reach("log.after_write");
    if (!io::failpoints::is_on("mutant.ack_before_sync")) sync_or_stop(*file_, path_of(segment_));
    io::failpoints::reach("log.after_sync");
    end_ += size;
    ++sequence_;
    return {};
}

Result<> Journal::remove_through(std::uint64_t segment) {
    for (; first_ <= segment && first_ < segment_; ++first_) {
        io::failpoints::reach("log.before_unlink");
        if (auto removed = disk_.remove(path_of(first_)); !removed) return removed;
    }
    return disk_.sync_directory(directory_);
}

}  // namespace freshet::log
