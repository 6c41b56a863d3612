#include "duck/scan/object_stream.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "base/crypto/sealed_chunks.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;
constexpr std::size_t line_bytes_max = 64 * 1024 * 1024;

}  // namespace

ObjectFile::ObjectFile(const sql::plan::File& file) : file_(file) {
    for (const auto& extent : file.extents) {
        descriptors_.push_back(::open(extent.path.c_str(), O_RDONLY | O_CLOEXEC));
        if (descriptors_.back() < 0)
            raise(sql::ErrorCode::hive_cannot_open_split,
                  "Error opening " + file.name + ": " + std::strerror(errno));
        size_ += extent.size;
    }
}

ObjectFile::~ObjectFile() {
    for (const int descriptor : descriptors_) {
        if (descriptor >= 0) ::close(descriptor);
    }
}

std::size_t ObjectFile::read_at(std::uint64_t offset, char* out, std::size_t size) {
    std::size_t done = 0;
    for (std::size_t i = 0; i < descriptors_.size() && done < size; ++i) {
        const auto& extent = file_.extents[i];
        if (offset >= extent.size) {
            offset -= extent.size;
            continue;
        }
        const std::size_t wanted = std::min<std::uint64_t>(size - done, extent.size - offset);
        if (extent.key.empty()) {
            read_stored(i, offset, out + done, wanted);
        } else {
            read_sealed(i, offset, out + done, wanted);
        }
        done += wanted;
        offset = 0;
    }
    return done;
}

void ObjectFile::read_stored(std::size_t index, std::uint64_t offset, char* out, std::size_t size) {
    std::uint64_t at = file_.extents[index].offset + offset;
    while (size > 0) {
        const ssize_t got = ::pread(descriptors_[index], out, size, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0)
            raise(sql::ErrorCode::hive_cursor_error,
                  "Failed to read " + file_.name + ": " +
                      (got < 0 ? std::strerror(errno) : "the file is too short"));
        out += got;
        size -= static_cast<std::size_t>(got);
        at += static_cast<std::uint64_t>(got);
    }
}

void ObjectFile::read_sealed(std::size_t index, std::uint64_t offset, char* out, std::size_t size) {
    const auto& extent = file_.extents[index];
    const auto read = [&](std::uint64_t at, std::uint64_t count) -> Result<std::string> {
        std::string sealed(count, '\0');
        read_stored(index, at, sealed.data(), count);
        return sealed;
    };
    const auto plain = SealedChunks(extent.key).open(extent.size, offset, size, read);
    if (!plain)
        raise(sql::ErrorCode::hive_cursor_error,
              "Failed to read " + file_.name + ": " + plain.error().message());
    std::memcpy(out, plain->data(), size);
}

struct LineReader::Inflater {
    z_stream stream{};
    std::string input;
    Inflater() {
        if (inflateInit2(&stream, 15 + 16) != Z_OK)
            raise(sql::ErrorCode::generic_internal_error, "inflate could not start");
    }
    Inflater(const Inflater&) = delete;
    ~Inflater() { inflateEnd(&stream); }
};

bool is_splittable(const sql::plan::File& file) { return !file.name.ends_with(".gz"); }

LineReader::LineReader(const sql::plan::File& file, std::atomic<std::uint64_t>& scanned,
                       ByteRange range)
    : object_(file), file_(file), scanned_(scanned) {
    if (file.name.ends_with(".gz")) inflater_ = std::make_unique<Inflater>();
    for (const std::string_view ending : {".bz2", ".zst", ".snappy", ".lzo", ".lz4", ".xz"}) {
        if (file.name.ends_with(ending))
            raise(sql::ErrorCode::not_supported,
                  "The compression of " + file.name + " is not supported");
    }
    if (inflater_) return;
    end_ = range.end;
    if (range.begin == 0) return;
    // The line that holds the byte before the range belongs to another reader.
    offset_ = range.begin - 1;
    std::string_view other;
    take_line(other);
    first_line_ = offset_ - (buffer_.size() - begin_);
}

std::int64_t LineReader::lines_before() {
    std::string piece(piece_bytes, '\0');
    std::int64_t lines = 0;
    for (std::uint64_t at = 0; at < first_line_;) {
        const std::size_t got = object_.read_at(
            at, piece.data(), std::min<std::uint64_t>(piece.size(), first_line_ - at));
        if (got == 0) break;
        lines += std::count(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(got), '\n');
        at += got;
    }
    return lines;
}

LineReader::~LineReader() = default;

bool LineReader::fill() {
    if (begin_ > 0) {
        buffer_.erase(0, begin_);
        begin_ = 0;
    }
    if (buffer_.size() > line_bytes_max)
        raise(sql::ErrorCode::hive_cursor_error, "Line too long in text file: " + file_.name);
    const std::size_t before = buffer_.size();
    const auto read_piece = [&](std::string& into, std::size_t at) {
        into.resize(at + piece_bytes);
        const std::size_t got = object_.read_at(offset_, into.data() + at, piece_bytes);
        into.resize(at + got);
        offset_ += got;
        scanned_ += got;
        return got;
    };
    if (!inflater_) return read_piece(buffer_, before) > 0;
    while (true) {
        z_stream& z = inflater_->stream;
        if (z.avail_in == 0) {
            if (read_piece(inflater_->input, 0) == 0) {
                // A member that has begun and not ended: rows are missing, which must not pass for
                // the whole.
                if (z.total_in > 0)
                    raise(sql::ErrorCode::hive_cursor_error,
                          "Failed to read " + file_.name + ": unexpected end of gzip data");
                return false;
            }
            z.next_in = reinterpret_cast<Bytef*>(inflater_->input.data());
            z.avail_in = static_cast<uInt>(inflater_->input.size());
        }
        buffer_.resize(before + piece_bytes);
        z.next_out = reinterpret_cast<Bytef*>(buffer_.data() + before);
        z.avail_out = piece_bytes;
        const int code = inflate(&z, Z_NO_FLUSH);
        buffer_.resize(before + piece_bytes - z.avail_out);
        if (code == Z_STREAM_END) inflateReset(&z);  // the next member, when there is one
        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
            raise(sql::ErrorCode::hive_cursor_error,
                  "Failed to read " + file_.name + ": incorrect gzip data");
        if (buffer_.size() > before) return true;
    }
}

bool LineReader::is_past_range() const {
    return !inflater_ && offset_ - (buffer_.size() - begin_) >= end_;
}

bool LineReader::next(std::string_view& line) { return !is_past_range() && take_line(line); }

std::span<const std::string_view> LineReader::next_lines(std::size_t most) {
    lines_.clear();
    std::string_view line;
    if (most == 0 || !next(line)) return lines_;
    lines_.push_back(line);
    // The others are those that lie in the buffer whole: it stays as it is.
    while (lines_.size() < most && !is_past_range()) {
        const char* const from = buffer_.data() + begin_;
        const void* found = std::memchr(from, '\n', buffer_.size() - begin_);
        if (found == nullptr) break;
        const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - from);
        line = std::string_view(from, size);
        begin_ += size + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines_.push_back(line);
    }
    return lines_;
}

bool LineReader::take_line(std::string_view& line) {
    std::size_t from = begin_;
    while (true) {
        const void* found = std::memchr(buffer_.data() + from, '\n', buffer_.size() - from);
        if (found) {
            const auto end =
                static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
            line = std::string_view(buffer_).substr(begin_, end - begin_);
            begin_ = end + 1;
            if (line.ends_with('\r')) line.remove_suffix(1);
            return true;
        }
        from = buffer_.size() - begin_;
        if (!has_ended_ && fill()) continue;
        has_ended_ = true;
        if (begin_ >= buffer_.size()) return false;
        line = std::string_view(buffer_).substr(begin_);
        begin_ = buffer_.size();
        if (line.ends_with('\r')) line.remove_suffix(1);
        return true;
    }
}

}  // namespace freshet::duck
