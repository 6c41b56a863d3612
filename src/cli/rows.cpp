#include "cli/rows.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <zlib.h>

namespace freshet::cli {
namespace {
constexpr std::size_t chunk = 1024 * 1024;
}

/// zlib reads plain files as they are.
struct Rows::Source {
    gzFile file = nullptr;
    std::string name;
    ~Source() {
        if (file) gzclose(file);
    }
};

Rows::Rows(std::vector<std::string> files, bool is_csv, bool skip_header)
    : files_(std::move(files)), is_csv_(is_csv), skip_header_(skip_header) {
    for (const std::string& name : files_) {
        struct stat facts{};
        if (name != "-" && ::stat(name.c_str(), &facts) == 0)
            bytes_total_ += static_cast<std::uint64_t>(facts.st_size);
    }
}
Rows::~Rows() = default;

std::uint64_t Rows::bytes_read() const {
    return bytes_before_ +
           (source_ && source_->file
                ? static_cast<std::uint64_t>(std::max<z_off_t>(0, gzoffset(source_->file)))
                : 0);
}

/// False when there is no file left.
Result<bool> Rows::open_next() {
    if (source_) bytes_before_ = bytes_read();
    source_.reset();
    if (next_file_ == files_.size()) return false;
    source_ = std::make_unique<Source>();
    source_->name = files_[next_file_++];
    source_->file = source_->name == "-" ? gzdopen(0, "rb") : gzopen(source_->name.c_str(), "rb");
    if (!source_->file) return fail(Errc::io, fmt::format("{} cannot be opened", source_->name));
    gzbuffer(source_->file, 256 * 1024);
    row_ = 0;
    buffer_.clear();
    at_ = 0;
    return true;
}

/// False at the end of the file.
Result<bool> Rows::fill() {
    buffer_.erase(0, at_);
    at_ = 0;
    const std::size_t have = buffer_.size();
    buffer_.resize(have + chunk);
    const int got = gzread(source_->file, buffer_.data() + have, chunk);
    buffer_.resize(have + static_cast<std::size_t>(std::max(got, 0)));
    if (got < 0) {
        int code = 0;
        return fail(Errc::io, fmt::format("{}: {}", source_->name, gzerror(source_->file, &code)));
    }
    return got > 0;
}

Result<std::optional<std::string>> Rows::next() {
    while (true) {
        if (!source_) {
            auto opened = open_next();
            if (!opened) return std::unexpected(std::move(opened.error()));
            if (!*opened) return std::nullopt;
        }
        bool quoted = false, at_end = false;
        std::size_t scan = at_;
        while (true) {
            while (scan < buffer_.size() && (quoted || buffer_[scan] != '\n')) {
                if (is_csv_ && buffer_[scan] == '"') quoted = !quoted;
                ++scan;
            }
            if (scan < buffer_.size() || at_end) break;
            if (scan - at_ > row_bytes_max) break;
            scan -= at_;
            auto more = fill();
            if (!more) return std::unexpected(std::move(more.error()));
            at_end = !*more;
        }
        if (at_end && scan == at_) {
            auto opened = open_next();
            if (!opened) return std::unexpected(std::move(opened.error()));
            if (!*opened) return std::nullopt;
            continue;
        }
        ++row_;
        if (scan - at_ > row_bytes_max) {
            return fail(Errc::invalid,
                        fmt::format("{}: row {} is longer than {} bytes{}", source_->name, row_,
                                    row_bytes_max, quoted ? "; a quote that does not end?" : ""));
        }
        std::string row = buffer_.substr(at_, scan - at_);
        at_ = std::min(scan + 1, buffer_.size());
        if (row.ends_with('\r')) row.pop_back();
        if ((skip_header_ && row_ == 1) || row.empty()) continue;
        return row;
    }
}

}  // namespace freshet::cli
