#include "log/segments.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crypto/digest.h"
#include "base/log.h"
#include "io/faults/failpoint.h"
#include "log/sync.h"

namespace freshet::log {
namespace {

constexpr std::string_view magic = "FRSHSEG1";
constexpr std::size_t header_bytes = 36;  // magic, partition, first ordinal, first time, checksum
constexpr std::uint64_t index_stride_bytes = 64 * 1024;
constexpr std::size_t read_bytes = 256 * 1024;
constexpr std::size_t pieces_max = 512;  ///< frames of one write
// then a sync, so that puts do not wait for a long one
constexpr std::uint64_t write_bytes = 4 * 1024 * 1024;
constexpr std::uint64_t producers_bytes_max = 64ULL * 1024 * 1024;
constexpr std::string_view producers_magic = "FRSHPRD1";

std::string segment_header(PartitionId id, Ordinal first, Timestamp time) {
    std::string header(magic);
    put_number(header, *id);
    put_number(header, first);
    put_number(header, to_epoch_ms(time));
    put_number(header, crc32c(header));
    return header;
}

}  // namespace

Result<> Segments::restore(const Reach& reach) {
    unread_ = reach;
    checkpoint_tail_ = reach.tail_first;
    next_ = reach.next;
    last_time_ = reach.last_time;
    has_directory_ = true;
    note_first();
    return load_producers();
}

std::optional<Reach> Segments::reach() const {
    const std::scoped_lock lock(mutex_);
    if (unread_) return unread_;
    if (segments_.empty() || (segments_.back().size <= header_bytes && !segments_.back().is_anchor))
        return std::nullopt;
    return Reach{segments_.front().first, segments_.front().first_time, next_, last_time_,
                 segments_.back().first,  segments_.back().size};
}

Result<> Segments::find_segments() {
    if (!unread_) return {};
    auto names = disk_.list(directory_);
    if (!names) return pass(names);
    segments_.clear();
    for (const std::string& name : *names) {
        if (!name.ends_with(".segment")) continue;
        Segment segment;
        segment.path = directory_ + "/" + name;
        segment.first = std::strtoull(name.c_str(), nullptr, 16);
        if (segment.first < unread_->next || segment.first == unread_->tail_first) {
            segments_.push_back(std::move(segment));
            continue;
        }
        auto is_sound = ensure_open(segment);
        if (!is_sound) return pass(is_sound);
        if (*is_sound) {
            if (auto ours = check_surplus(segment, header_bytes, segment.size); !ours) return ours;
        }
        // The journal has what it holds.
        if (auto removed = disk_.remove(segment.path); !removed) return removed;
    }
    if (segments_.empty() || segments_.back().first != unread_->tail_first) {
        return fail(freshet::Errc::corrupt,
                    fmt::format("{}/{:016x}.segment is missing", directory_, unread_->tail_first));
    }
    // Both ends are known from now on: the first one's time, and how far the last one counts.
    if (auto opened = open_sound(segments_.front()); !opened) return opened;
    Segment& tail = segments_.back();
    if (auto opened = open_sound(tail); !opened) return opened;
    if (tail.size < unread_->tail_bytes) {
        return fail(freshet::Errc::corrupt, fmt::format("{} is damaged: it has {} of {} bytes",
                                                        tail.path, tail.size, unread_->tail_bytes));
    }
    tail.size = unread_->tail_bytes;
    tail.is_anchor = tail.size <= header_bytes;
    unread_.reset();
    note_first();
    return {};
}

Result<> Segments::recover() {
    auto there = disk_.exists(directory_);
    if (!there) return pass(there);
    if (!*there) return {};
    has_directory_ = true;
    auto names = disk_.list(directory_);
    if (!names) return pass(names);
    for (const std::string& name : *names) {
        if (!name.ends_with(".segment")) continue;
        Segment segment;
        segment.path = directory_ + "/" + name;
        segment.first = std::strtoull(name.c_str(), nullptr, 16);
        segments_.push_back(std::move(segment));
    }
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        auto is_sound = ensure_open(segments_[i]);
        if (!is_sound) return pass(is_sound);
        if (*is_sound) continue;
        if (i + 1 < segments_.size())
            return fail(freshet::Errc::corrupt,
                        fmt::format("{} is damaged in its header", segments_[i].path));
        doubt_ = {segments_[i].path, 0};
        next_ = segments_[i].first;
        segments_.pop_back();
    }
    if (!segments_.empty()) {
        auto scanned = scan(segments_.back());
        if (!scanned) return scanned;
    }
    note_first();
    return load_producers();
}

Result<> Segments::cut_torn() {
    if (!doubt_) return {};
    log_warn("log", "cut a torn segment", {{"file", doubt_->path}, {"at", doubt_->at}});
    auto cut =
        doubt_->at == 0 ? disk_.remove(doubt_->path) : segments_.back().file->truncate(doubt_->at);
    if (cut) doubt_.reset();
    return cut;
}

Result<bool> Segments::ensure_open(Segment& segment) {
    if (segment.file) return true;
    auto file = disk_.open(segment.path, io::OpenMode::read_write);
    if (!file) return pass(file);
    auto size = (*file)->size();
    if (!size) return pass(size);
    char buffer[header_bytes];
    auto got = (*file)->read_at(0, buffer);
    if (!got) return pass(got);
    const std::string_view header(buffer, *got);
    if (header.size() == header_bytes)
        segment.first_time = from_epoch_ms(get_number<std::int64_t>(header, 24));
    if (header.size() < header_bytes ||
        header != segment_header(id_, segment.first, segment.first_time))
        return false;
    segment.file = std::move(*file);
    segment.size = *size;
    return true;
}

Result<> Segments::open_sound(Segment& segment) {
    auto is_sound = ensure_open(segment);
    if (!is_sound) return pass(is_sound);
    if (!*is_sound)
        return fail(freshet::Errc::corrupt,
                    fmt::format("{} is damaged in its header", segment.path));
    return {};
}

Result<> Segments::walk(Segment& segment, std::uint64_t offset,
                        const std::function<bool(const Frame&, std::uint64_t)>& each) {
    Bytes window;
    while (offset < segment.size) {
        auto header = peek_frame(window.view());
        if (!header || header->length > window.size()) {
            const std::uint64_t want = std::min<std::uint64_t>(
                std::max<std::uint64_t>(header ? header->length : 0, read_bytes),
                segment.size - offset);
            if (window.size() >= want)
                return fail(freshet::Errc::corrupt,
                            fmt::format("{} is damaged at byte {}", segment.path, offset));
            std::string content(want, '\0');
            auto got = segment.file->read_at(offset, std::span(content.data(), content.size()));
            if (!got) return pass(got);
            content.resize(*got);
            if (content.size() < want)
                return fail(freshet::Errc::corrupt,
                            fmt::format("{} is shorter than it was", segment.path));
            window = Bytes::own(std::move(content));
            continue;
        }
        auto frame = parse_frame(window);
        if (!frame || frame->header.partition != id_) {
            return fail(freshet::Errc::corrupt,
                        fmt::format("{} is damaged at byte {}", segment.path, offset));
        }
        if (!each(*frame, offset)) return {};
        offset += frame->header.length;
        window = window.slice(frame->header.length);
    }
    return {};
}

void Segments::add_to_index(Segment& segment, const FrameHeader& header, std::uint64_t at) {
    if (segment.index.empty() || at - segment.index.back().offset >= index_stride_bytes)
        segment.index.push_back({header.first, header.time, at});
}

Result<> Segments::ensure_indexed(Segment& segment) {
    if (auto opened = open_sound(segment); !opened) return opened;
    if (segment.is_indexed) return {};
    auto entries = load_index(disk_, segment.path, id_, segment.size);
    if (!entries) return pass(entries);
    segment.index = std::move(*entries);
    segment.index_saved = segment.index.size();
    const std::uint64_t from = segment.index.empty() ? header_bytes : segment.index.back().offset;
    auto walked = walk(segment, from, [&](const Frame& frame, std::uint64_t at) {
        if (segment.index.empty() || at > segment.index.back().offset)
            add_to_index(segment, frame.header, at);
        return true;
    });
    if (!walked) return walked;
    segment.is_indexed = true;
    return {};
}

/// What cannot be written now is written with the next ones, or read from the segment.
void Segments::save_index(Segment& segment) {
    if (segment.index_saved == segment.index.size()) return;
    const auto unsaved = std::span(segment.index).subspan(segment.index_saved);
    auto saved = append_index(disk_, segment.path, id_, segment.index_saved, unsaved,
                              !segment.has_touched_index);
    if (!saved)
        return log_warn(
            "log", "could not write an index",
            {{"file", index_path_of(segment.path)}, {"reason", saved.error().message()}});
    segment.has_touched_index = true;
    segment.index_saved = segment.index.size();
}

Result<> Segments::scan(Segment& segment) {
    std::uint64_t end = header_bytes;
    segment.index.clear();
    next_ = segment.first;
    last_time_ = segment.first_time;
    segment.is_anchor = segment.size <= header_bytes;
    auto walked = walk(segment, header_bytes, [&](const Frame& frame, std::uint64_t at) {
        add_to_index(segment, frame.header, at);
        end = at + frame.header.length;
        next_ = frame.header.first + frame.header.count;
        last_time_ = frame.header.time;
        if (frame.header.token.producer) {
            auto& last = producers_[frame.header.token.producer];
            last = std::max(last, frame.header.token.sequence);
        }
        return true;
    });
    if (!walked) {
        // What was written after the last sync may be torn; then the journal still has it all.
        // Log::open() looks.
        if (!walked.error().is(freshet::Errc::corrupt)) return walked;
        doubt_ = {segment.path, end};
        segment.size = end;
    }
    segment.is_indexed = true;
    return {};
}

Result<> Segments::begin_segment(Ordinal first, Timestamp time) {
    if (!has_directory_) {
        if (auto made = disk_.make_directories(directory_); !made) return made;
        has_directory_ = true;
    }
    io::failpoints::reach("segments.rotate");
    Segment segment;
    segment.path = fmt::format("{}/{:016x}.segment", directory_, first);
    segment.first = first;
    segment.first_time = time;
    segment.is_indexed = true;
    auto file = disk_.open(segment.path, io::OpenMode::create);
    if (!file) return pass(file);
    const std::string header = segment_header(id_, first, time);
    const std::string_view piece = header;
    if (auto cut = (*file)->truncate(0); !cut) return cut;
    if (auto written = (*file)->write_at(0, std::span(&piece, 1)); !written) return written;
    segment.size = header.size();
    segment.file = std::move(*file);
    sync_directory_or_stop(disk_, directory_);
    segments_.push_back(std::move(segment));
    note_first();
    return {};
}

Result<> Segments::append(std::span<const Frame> frames, const Limits& limits, Timestamp now) {
    const std::scoped_lock lock(mutex_);
    // A flush that was refused half way is retried.
    while (!frames.empty() && frames.front().header.first < next_) frames = frames.subspan(1);
    if (auto found = find_segments(); !found) return found;
    if (!segments_.empty()) {
        if (auto tidied = tidy(segments_.back()); !tidied) return tidied;
    }
    recovered_end_.reset();
    for (std::size_t i = 0; i < frames.size();) {
        const FrameHeader& head = frames[i].header;
        if (segments_.empty() || segments_.back().size >= limits.segment_bytes ||
            now - segments_.back().first_time >= limits.segment_age_max) {
            if (segments_.empty() || segments_.back().size > header_bytes) {
                if (auto begun = begin_segment(head.first, head.time); !begun) return begun;
            }
        }
        Segment& segment = segments_.back();
        std::vector<std::string_view> pieces;
        std::uint64_t size = segment.size;
        const std::uint64_t enough = std::min(segment.size + write_bytes, limits.segment_bytes);
        for (; i < frames.size() && pieces.size() < pieces_max && (pieces.empty() || size < enough);
             ++i) {
            const Frame& frame = frames[i];
            add_to_index(segment, frame.header, size);
            pieces.push_back(frame.bytes.view());
            size += frame.bytes.size();
        }
        if (auto written = segment.file->write_at(segment.size, pieces); !written) {
            while (!segment.index.empty() && segment.index.back().offset >= segment.size)
                segment.index.pop_back();
            return written;
        }
        segment.size = size;
        next_ = frames[i - 1].header.first + frames[i - 1].header.count;
        last_time_ = frames[i - 1].header.time;
        io::failpoints::reach("segments.after_write");
        sync_or_stop(*segment.file, segment.path);
        io::failpoints::reach("segments.after_sync");
        save_index(segment);
    }
    return {};
}

Result<> Segments::tidy(Segment& segment) {
    if (auto indexed = ensure_indexed(segment); !indexed) return indexed;
    auto size = segment.file->size();
    if (!size) return pass(size);
    if (*size <= segment.size) return {};
    if (auto ours = check_surplus(segment, segment.size, *size); !ours) return ours;
    return segment.file->truncate(segment.size);
}

Result<> Segments::check_surplus(Segment& segment, std::uint64_t from, std::uint64_t size) {
    if (!recovered_end_) return {};  // a refused write of this process
    Segment whole = segment;
    whole.size = size;
    Ordinal end = 0;
    auto walked = walk(whole, from, [&](const Frame& frame, std::uint64_t) {
        end = frame.header.first + frame.header.count;
        return end <= *recovered_end_;
    });
    // torn is as good as none
    if (!walked && !walked.error().is(freshet::Errc::corrupt)) return walked;
    if (end <= *recovered_end_) return {};
    return fail(
        freshet::Errc::corrupt,
        fmt::format("{} is newer than the checkpoint and the journal: they are of different copies",
                    segment.path));
}

Result<> Segments::save_producers() {
    io::failpoints::reach("segments.before_producers");
    if (producers_.empty()) return {};
    std::string text(producers_magic);
    put_number(text, static_cast<std::uint64_t>(producers_.size()));
    for (const auto& [producer, sequence] : producers_) {
        put_number(text, producer);
        put_number(text, sequence);
    }
    put_number(text, crc32c(text));
    return io::write_file(disk_, directory_ + "/producers", text);
}

Result<> Segments::load_producers() {
    const std::string path = directory_ + "/producers";
    auto there = disk_.exists(path);
    if (!there) return pass(there);
    if (!*there) return {};
    auto text = io::read_file(disk_, path, producers_bytes_max);
    if (!text) return pass(text);
    const bool is_whole = text->size() >= 20 && text->starts_with(producers_magic) &&
                          crc32c(std::string_view(*text).substr(0, text->size() - 4)) ==
                              get_number<std::uint32_t>(*text, text->size() - 4);
    if (!is_whole) return fail(freshet::Errc::corrupt, fmt::format("{} is damaged", path));
    for (std::size_t at = 16; at + 20 <= text->size(); at += 16) {
        auto& last = producers_[get_number<std::uint64_t>(*text, at)];
        last = std::max(last, get_number<std::uint64_t>(*text, at + 8));
    }
    return {};
}

Result<std::vector<Record>> Segments::read(Ordinal from, std::size_t records_max,
                                           std::size_t bytes_max) {
    const std::scoped_lock lock(mutex_);
    std::vector<Record> records;
    std::size_t bytes = 0;
    if (auto found = find_segments(); !found) return pass(found);
    if (!segments_.empty()) from = std::max(from, segments_.front().first);
    auto at = std::upper_bound(segments_.begin(), segments_.end(), from,
                               [](Ordinal o, const Segment& s) { return o < s.first; });
    if (at != segments_.begin()) --at;
    for (; at != segments_.end() && records.size() < records_max && bytes < bytes_max; ++at) {
        if (auto indexed = ensure_indexed(*at); !indexed) return pass(indexed);
        auto entry = std::upper_bound(at->index.begin(), at->index.end(), from,
                                      [](Ordinal o, const IndexEntry& e) { return o < e.first; });
        if (entry != at->index.begin()) --entry;
        if (entry == at->index.end()) continue;
        bool has_gap = false;
        auto walked = walk(*at, entry->offset, [&](const Frame& frame, std::uint64_t) {
            if (frame.header.first + frame.header.count <= from) return true;
            has_gap = frame.header.first > from;
            if (has_gap) return false;
            append_records(frame, from, records_max - records.size(), records);
            if (!records.empty()) from = records.back().ordinal + 1;
            bytes += frame.header.length;
            return records.size() < records_max && bytes < bytes_max;
        });
        if (!walked) return pass(walked);
        if (has_gap)
            return fail(freshet::Errc::corrupt, fmt::format("{} lacks record {}", at->path, from));
    }
    return records;
}

Result<Ordinal> Segments::find_time(Timestamp time) {
    const std::scoped_lock lock(mutex_);
    if (unread_ && time <= unread_->first_time) return unread_->first;
    if (unread_ && time > unread_->last_time) return next_;
    if (auto found = find_segments(); !found) return pass(found);
    Result<> opened;
    auto at = std::partition_point(segments_.begin(), segments_.end(), [&](Segment& segment) {
        if (opened) opened = open_sound(segment);
        return opened && segment.first_time < time;
    });
    if (!opened) return pass(opened);
    if (at != segments_.begin()) --at;
    for (; at != segments_.end(); ++at) {
        if (auto indexed = ensure_indexed(*at); !indexed) return pass(indexed);
        auto entry = std::partition_point(at->index.begin(), at->index.end(),
                                          [&](const IndexEntry& e) { return e.time < time; });
        if (entry != at->index.begin()) --entry;
        if (entry == at->index.end()) continue;
        std::optional<Ordinal> found;
        auto walked = walk(*at, entry->offset, [&](const Frame& frame, std::uint64_t) {
            if (frame.header.time < time) return true;
            found = frame.header.first;
            return false;
        });
        if (!walked) return pass(walked);
        if (found) return *found;
    }
    return next_;
}

Result<bool> Segments::seal(Ordinal before) {
    const std::scoped_lock lock(mutex_);
    if (before < next_) return false;
    if (auto found = find_segments(); !found) return pass(found);
    if (segments_.empty() || segments_.back().size <= header_bytes) return false;
    if (auto tidied = tidy(segments_.back()); !tidied) return pass(tidied);
    if (auto begun = begin_segment(next_, last_time_); !begun) return pass(begun);
    sync_or_stop(*segments_.back().file, segments_.back().path);
    segments_.back().is_anchor = true;
    return true;
}

Result<> Segments::begin_at(Ordinal next, Timestamp time) {
    const std::scoped_lock lock(mutex_);
    next_ = next;
    last_time_ = time;
    if (auto begun = begin_segment(next, time); !begun) return begun;
    sync_or_stop(*segments_.back().file, segments_.back().path);
    segments_.back().is_anchor = true;
    return {};
}

void Segments::set_checkpoint_tail(Ordinal tail) {
    const std::scoped_lock lock(mutex_);
    checkpoint_tail_ = tail;
}

Result<> Segments::trim(Ordinal before) {
    const std::scoped_lock lock(mutex_);
    bool is_any_removed = false;
    if (unread_ && (before <= unread_->first || unread_->first == unread_->tail_first)) return {};
    if (auto found = find_segments(); !found) return found;
    while (segments_.size() > 1 && segments_[1].first <= before &&
           segments_.front().first != checkpoint_tail_) {
        io::failpoints::reach("retention.unlink");
        if (auto done = disk_.remove(segments_.front().path); !done) return done;
        if (auto done = remove_index(disk_, segments_.front().path); !done) return done;
        segments_.pop_front();
        note_first();
        is_any_removed = true;
    }
    return is_any_removed ? disk_.sync_directory(directory_) : Result<>();
}

Result<> Segments::remove_all() {
    const std::scoped_lock lock(mutex_);
    segments_.clear();
    unread_.reset();
    auto there = disk_.exists(directory_);
    if (!there) return pass(there);
    if (!*there) return {};
    auto names = disk_.list(directory_);
    if (!names) return pass(names);
    for (const std::string& name : *names) {
        if (auto done = disk_.remove(directory_ + "/" + name); !done) return done;
    }
    return disk_.remove(directory_);
}

}  // namespace freshet::log
