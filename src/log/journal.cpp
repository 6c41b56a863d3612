#include "log/journal.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/check.h"
#include "base/crypto/cipher.h"
#include "base/crypto/digest.h"
#include "base/log.h"
#include "io/faults/failpoint.h"
#include "log/sync.h"

namespace freshet::log {
namespace {

constexpr std::string_view segment_magic = "FRSHJNL2", first_segment_magic = "FRSHJNL1";
constexpr std::size_t first_segment_header_bytes = 28;  // magic, number, first sequence, checksum
// magic, number, first sequence, salt, checksum
constexpr std::size_t segment_header_bytes = 36;
constexpr std::uint32_t batch_magic = 0x31425246;  // "FRB1"
constexpr std::size_t batch_header_bytes = 24;     // magic, crc, salted sequence, length
constexpr std::uint32_t end_magic = 0x31455246;    // "FRE1"
// magic, salted sequence of the batch to come
constexpr std::size_t end_mark_bytes = 12;
constexpr std::uint64_t batch_bytes_limit = 256ULL * 1024 * 1024;
/// A sequence further on than this is not one: some record's bytes look like a batch.
constexpr std::uint64_t sequence_step_limit = std::uint64_t{1} << 32;

/// What the head of a segment says. A file is used again with what it held still in it; the salt,
/// new with each use, separates the batches of this use from those and from records that imitate a
/// batch.
struct SegmentHead {
    std::uint64_t number = 0, first_sequence = 0, salt = 0;
    std::size_t bytes = segment_header_bytes;
};

std::string segment_header(const SegmentHead& head) {
    std::string header(segment_magic);
    put_number(header, head.number);
    put_number(header, head.first_sequence);
    put_number(header, head.salt);
    put_number(header, crc32c(header));
    FRESHET_CHECK(header.size() == segment_header_bytes);
    return header;
}

std::optional<SegmentHead> parse_segment_header(std::string_view data, std::uint64_t number) {
    SegmentHead head{number};
    const bool is_first_version = data.starts_with(first_segment_magic);
    if (is_first_version) head.bytes = first_segment_header_bytes;
    if ((!is_first_version && !data.starts_with(segment_magic)) || data.size() < head.bytes)
        return std::nullopt;
    const std::size_t covered = head.bytes - sizeof(std::uint32_t);
    if (get_number<std::uint32_t>(data, covered) != crc32c(data.substr(0, covered)) ||
        get_number<std::uint64_t>(data, 8) != number)
        return std::nullopt;
    head.first_sequence = get_number<std::uint64_t>(data, 16);
    if (!is_first_version) head.salt = get_number<std::uint64_t>(data, 24);
    return head;
}

/// Follows the last batch; the next batch overwrites it.
std::string end_mark(std::uint64_t next_sequence, std::uint64_t salt) {
    std::string mark;
    put_number(mark, end_magic);
    put_number(mark, next_sequence ^ salt);
    FRESHET_CHECK(mark.size() == end_mark_bytes);
    return mark;
}

std::string batch_header(std::uint64_t sequence, std::uint64_t salt,
                         std::span<const Frame> frames) {
    std::uint64_t length = 0;
    std::string covered;
    for (const Frame& frame : frames) length += frame.bytes.size();
    put_number(covered, sequence ^ salt);
    put_number(covered, length);
    std::uint32_t crc = crc32c(covered);
    // The frames' own checksums cover their bytes; chaining them here ties the batch together.
    for (const Frame& frame : frames) crc = crc32c(frame.bytes.view().substr(4, 4), crc);
    std::string header;
    put_number(header, batch_magic);
    put_number(header, crc);
    header += covered;
    FRESHET_CHECK(header.size() == batch_header_bytes);
    FRESHET_CHECK(length <= batch_bytes_limit);  // a reader takes a longer one for damage
    return header;
}

/// The whole batch at the start of `data`; nothing when it is cut or broken.
std::optional<std::vector<Frame>> parse_batch(const Bytes& data, std::uint64_t salted_sequence,
                                              std::uint64_t& size) {
    const std::string_view view = data.view();
    if (view.size() < batch_header_bytes || get_number<std::uint32_t>(view, 0) != batch_magic)
        return std::nullopt;
    const auto length = get_number<std::uint64_t>(view, 16);
    if (get_number<std::uint64_t>(view, 8) != salted_sequence || length > batch_bytes_limit ||
        length > view.size() - batch_header_bytes) {
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
bool has_later_batch(const Bytes& data, std::uint64_t sequence, std::uint64_t salt) {
    std::string mark;
    put_number(mark, batch_magic);
    for (std::size_t at = 1; (at = data.view().find(mark, at)) != std::string_view::npos; ++at) {
        if (data.size() - at < batch_header_bytes) return false;
        const auto salted = get_number<std::uint64_t>(data.view(), at + 8);
        const std::uint64_t later = salted ^ salt;
        std::uint64_t size = 0;
        if (later > sequence && later - sequence < sequence_step_limit &&
            parse_batch(data.slice(at), salted, size))
            return true;
    }
    return false;
}

/// Whether the batch at the start of `data` is whole but for one bit: then it was written, and
/// changed later. A crash leaves it short, or without some blocks.
bool is_batch_one_bit_off(const Bytes& data, std::uint64_t salted_sequence) {
    if (data.size() < batch_header_bytes) return false;
    std::string copy = data.str();
    std::uint64_t size = 0;
    for (std::size_t bit = 0; bit < batch_header_bytes * 8; ++bit) {
        const auto mask = static_cast<char>(1 << (bit % 8));
        copy[bit / 8] = static_cast<char>(copy[bit / 8] ^ mask);
        if (parse_batch(Bytes::share(nullptr, copy), salted_sequence, size)) return true;
        copy[bit / 8] = static_cast<char>(copy[bit / 8] ^ mask);
    }
    const Bytes frames = data.slice(batch_header_bytes, get_number<std::uint64_t>(data.view(), 16));
    for (std::uint64_t at = 0; at < frames.size();) {
        const auto frame = parse_frame(frames.slice(at));
        if (!frame) return is_one_bit_off(frames.slice(at));
        at += frame->header.length;
    }
    return false;
}

Result<Bytes> read_all(io::File& file, const std::string& path) {
    auto size = file.size();
    if (!size) return pass(size);
    std::string content(*size, '\0');
    auto got = file.read_at(0, std::span(content.data(), content.size()));
    if (!got) return pass(got);
    if (*got != *size)
        return fail(freshet::Errc::io,
                    fmt::format("{} was read by {} of {} bytes", path, *got, *size));
    return Bytes::own(std::move(content));
}

}  // namespace

std::string Journal::path_of(std::uint64_t number) const {
    return fmt::format("{}/{:016x}.journal", directory_, number);
}
std::string Journal::spare_path_of(std::uint64_t number) const {
    return fmt::format("{}/{:016x}.spare", directory_, number);
}

Result<std::optional<Journal::Span>> Journal::look() const {
    auto there = disk_.exists(directory_);
    if (!there) return pass(there);
    if (!*there) return std::nullopt;
    auto names = disk_.list(directory_);
    if (!names) return pass(names);
    std::optional<Span> span;
    for (const std::string& name : *names) {
        if (!name.ends_with(".journal")) continue;
        const std::uint64_t number = std::strtoull(name.c_str(), nullptr, 16);
        span = Span{span ? std::min(span->first, number) : number,
                    span ? std::max(span->last, number) : number};
    }
    return span;
}

Result<> Journal::recover(const std::function<Result<>(Frame)>& each) {
    if (auto made = disk_.make_directories(directory_); !made) return made;
    auto names = disk_.list(directory_);
    if (!names) return pass(names);
    std::vector<std::uint64_t> numbers;
    for (const std::string& name : *names) {
        const std::uint64_t number = std::strtoull(name.c_str(), nullptr, 16);
        if (name.ends_with(".journal")) numbers.push_back(number);
        if (name.ends_with(".spare")) spares_.push_back(number);
    }
    // A segment without a batch was created and never used: when that failed, later batches went to
    // the segment before it.
    for (; numbers.size() > 1; numbers.pop_back()) {
        auto is_empty = drop_empty(numbers.back());
        if (!is_empty) return pass(is_empty);
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
    if (!file) return pass(file);
    auto size = (*file)->size();
    if (!size) return pass(size);
    if (*size > segment_header_bytes + end_mark_bytes) return false;
    if (auto removed = disk_.remove(path_of(number)); !removed) return pass(removed);
    return true;
}

Result<> Journal::recover_segment(std::uint64_t number, bool is_last,
                                  const std::function<Result<>(Frame)>& each) {
    const std::string path = path_of(number);
    auto file = disk_.open(path, io::OpenMode::read_write);
    if (!file) return pass(file);
    const auto content = read_all(**file, path);
    if (!content) return pass(content);
    const Bytes& data = *content;
    const auto head = parse_segment_header(data.view(), number);
    // Nothing follows a header that a crash cut; any other broken header is damage.
    if (!head && (!is_last || data.size() > segment_header_bytes + end_mark_bytes)) {
        return fail(freshet::Errc::corrupt, fmt::format("{} is damaged in its header", path));
    }
    std::uint64_t at = 0;
    if (head && sequence_ != 0 && head->first_sequence != sequence_ + 1) {
        return fail(freshet::Errc::corrupt,
                    fmt::format("{} begins with batch {}, and the segment before it ends with {}: "
                                "a segment between them is missing",
                                path, head->first_sequence, sequence_));
    }
    if (head) {
        sequence_ = head->first_sequence - 1;
        salt_ = head->salt;
        at = head->bytes;
    }
    while (head && at < data.size()) {
        std::uint64_t taken = 0;
        auto frames = parse_batch(data.slice(at), (sequence_ + 1) ^ salt_, taken);
        if (!frames) break;
        for (Frame& frame : *frames) {
            auto done = each(std::move(frame));
            if (!done) return done;
        }
        ++sequence_;
        at += taken;
    }
    const bool is_marked = data.view().substr(at).starts_with(end_mark(sequence_ + 1, salt_));
    if (at < data.size() && !is_marked) {
        if (!is_last || has_later_batch(data.slice(at), sequence_, salt_)) {
            return fail(freshet::Errc::corrupt,
                        fmt::format("{} is damaged at byte {}: a batch before whole ones is broken",
                                    path, at));
        }
        if (is_batch_one_bit_off(data.slice(at), (sequence_ + 1) ^ salt_)) {
            return fail(freshet::Errc::corrupt,
                        fmt::format("{} is damaged at byte {}: one bit of its last batch is wrong",
                                    path, at));
        }
        log_warn("log", "cut a torn batch",
                 {{"file", path}, {"at", at}, {"bytes", data.size() - at}});
        io::failpoints::reach("recovery.before_truncate");
        if (auto cut = (*file)->truncate(at); !cut) return cut;
        if (auto synced = (*file)->sync(); !synced) return synced;
    }
    if (!is_last) return {};
    segment_ = number;
    file_ = std::move(*file);
    room_.begin(at);
    end_ = at;
    if (head) return {};
    auto salt = write_head(*file_, path, number);
    if (!salt) return pass(salt);
    salt_ = *salt;
    end_ = segment_header_bytes;
    return {};
}

Result<std::uint64_t> Journal::write_head(io::File& file, const std::string& path,
                                          std::uint64_t number) {
    const SegmentHead head{number, sequence_ + 1,
                           get_number<std::uint64_t>(secure_random(sizeof(std::uint64_t)), 0)};
    const std::string begun = segment_header(head) + end_mark(sequence_ + 1, head.salt);
    const std::string_view piece = begun;
    if (auto written = file.write_at(0, std::span(&piece, 1)); !written) return pass(written);
    sync_or_stop(file, path);
    return head.salt;
}

Result<> Journal::roll() {
    if (auto tidied = tidy(); !tidied) return tidied;
    const auto spare = take_spare();
    auto begun = begin_segment(segment_ + 1, spare);
    if (!begun && spare) put_spares({*spare});
    return begun;
}

Result<> Journal::begin_segment(std::uint64_t number, std::optional<std::uint64_t> spare) {
    // A spare gets its new head before its new name: what has a segment's name has its head.
    const std::string path = spare ? spare_path_of(*spare) : path_of(number);
    auto file = disk_.open(path, spare ? io::OpenMode::read_write : io::OpenMode::create);
    if (!file) return pass(file);
    if (!spare) {
        if (auto cut = (*file)->truncate(0); !cut) return cut;
    }
    auto salt = write_head(**file, path, number);
    if (!salt) return pass(salt);
    if (spare) {
        if (auto named = disk_.rename(path, path_of(number)); !named) return named;
    }
    sync_directory_or_stop(disk_, directory_);
    room_.begin((*file)->size().value_or(0));
    FRESHET_CHECK(number > segment_);  // recovery reads segments in order of number
    file_ = std::move(*file);
    salt_ = *salt;
    end_ = segment_header_bytes;
    segment_ = number;
    if (first_ == 0) first_ = number;
    return {};
}

std::optional<std::uint64_t> Journal::take_spare() {
    const std::scoped_lock lock(spares_mutex_);
    if (spares_.empty()) return std::nullopt;
    const std::uint64_t number = spares_.back();
    spares_.pop_back();
    return number;
}

void Journal::put_spares(std::vector<std::uint64_t> numbers) {
    const std::scoped_lock lock(spares_mutex_);
    spares_.insert(spares_.end(), numbers.begin(), numbers.end());
}

std::size_t Journal::spare_count() {
    const std::scoped_lock lock(spares_mutex_);
    return spares_.size();
}

Result<> Journal::tidy() {
    if (is_untidy_) {
        if (auto cut = file_->truncate(end_); !cut) return cut;
        room_.begin(end_);
    }
    is_untidy_ = false;
    return {};
}

Result<> Journal::append(std::span<const Frame> frames) {
    if (auto tidied = tidy(); !tidied) return tidied;
    const std::string header = batch_header(sequence_ + 1, salt_, frames),
                      mark = end_mark(sequence_ + 2, salt_);
    std::vector<std::string_view> pieces{header};
    std::uint64_t size = header.size();
    for (const Frame& frame : frames) {
        pieces.push_back(frame.bytes.view());
        size += frame.bytes.size();
    }
    pieces.push_back(mark);
    pieces.push_back(room_.zeros_after(end_, end_ + size + mark.size()));
    // After the head of the segment, whose number and salt recovery reads the batch by.
    FRESHET_CHECK(file_ && end_ >= first_segment_header_bytes);
    io::failpoints::reach("log.before_write");
    if (auto written = file_->write_at(end_, pieces); !written) {
        is_untidy_ = true;
        (void)tidy();
        return written;
    }
    io::failpoints::reach("log.after_write");
    sync_or_stop(*file_, path_of(segment_));
    io::failpoints::reach("log.after_sync");
    end_ += size;
    ++sequence_;
    return {};
}

Result<> Journal::remove_through(std::uint64_t segment) {
    std::vector<std::uint64_t> spares;
    for (; first_ <= segment && first_ < segment_; ++first_) {
        io::failpoints::reach("log.before_unlink");
        const bool is_kept = spare_count() + spares.size() < spares_max;
        auto done = is_kept ? disk_.rename(path_of(first_), spare_path_of(first_))
                            : disk_.remove(path_of(first_));
        if (!done) return done;
        if (is_kept) spares.push_back(first_);
    }
    // Only now: were a spare's head overwritten before its name is on disk, a crash would leave a
    // broken segment.
    if (auto synced = disk_.sync_directory(directory_); !synced) return synced;
    put_spares(std::move(spares));
    return {};
}

}  // namespace freshet::log
