#include "delivery/conversion/row_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/check.h"
#include "delivery/limits.h"

namespace freshet::delivery {

Result<> RowText::add(std::string_view record) {
    if (piece_.capacity() == 0) piece_.reserve(limits::piece_bytes + limits::piece_bytes / 4);
    if (!lines_.add(record, piece_)) refused_.push_back(lines_.records() - 1);
    if (piece_.size() < limits::piece_bytes) return {};
    return flush();
}

Result<> RowText::flush() {
    if (!file_) {
        if (auto created = directory_->create(); !created) return created;
        file_.emplace(path_);
    }
    if (auto written = file_->write(piece_); !written) return written;
    piece_.clear();
    if (file_->size() > (marks_.empty() ? 0 : marks_.back().offset))
        marks_.push_back({lines_.lines(), file_->size()});
    return {};
}

Result<RowText::Part> RowText::part(std::size_t from, std::size_t to) const {
    FRESHET_CHECK(piece_.empty() && from <= to && to <= records());
    const std::uint64_t before = lines_.lines_before(from), end = lines_.lines_before(to);
    FRESHET_TRY(offset, offset_after(before));
    FRESHET_TRY(end_offset, offset_after(end));
    return Part{before, end - before, *offset, *end_offset - *offset};
}

/// Where the line after so many lines begins.
Result<std::uint64_t> RowText::offset_after(std::uint64_t lines) const {
    const auto after = std::ranges::upper_bound(marks_, lines, {}, &Mark::lines);
    const Mark mark = after == marks_.begin() ? Mark() : *std::prev(after);
    std::uint64_t left = lines - mark.lines, offset = mark.offset;
    if (left == 0) return offset;
    FRESHET_CHECK(after != marks_.end());
    std::ifstream file(path_, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    std::string piece(after->offset - offset, '\0');
    if (!file.read(piece.data(), static_cast<std::streamsize>(piece.size())))
        return fail(freshet::Errc::io, fmt::format("{}: {}", path_, std::strerror(errno)));
    std::size_t at = 0;
    for (; left > 0; --left) {
        at = piece.find('\n', at);
        FRESHET_CHECK(at != std::string::npos);  // as it was written
        ++at;
    }
    return offset + at;
}

}  // namespace freshet::delivery
