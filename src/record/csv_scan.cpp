#include "record/csv_scan.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace freshet::record {
namespace {

constexpr std::size_t block_bytes = 16;

/// Sixteen characters; a bit for each in a mask.
class Block {
  public:
#if defined(__SSE2__)
    explicit Block(const char* from)
        : bytes_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))) {}
    std::uint32_t equal(char c) const {
        return static_cast<std::uint32_t>(
            _mm_movemask_epi8(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c))));
    }
    std::uint32_t not_ascii() const {
        return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes_));
    }

  private:
    __m128i bytes_;
#else
    explicit Block(const char* from) { std::memcpy(bytes_.data(), from, block_bytes); }
    std::uint32_t equal(char c) const {
        return mask([c](char one) { return one == c; });
    }
    std::uint32_t not_ascii() const {
        return mask([](char one) { return (static_cast<unsigned char>(one) & 0x80) != 0; });
    }

  private:
    template <class Is>
    std::uint32_t mask(const Is& is) const {
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < block_bytes; ++i) bits |= std::uint32_t{is(bytes_[i])} << i;
        return bits;
    }
    std::array<char, block_bytes> bytes_;
#endif
};

std::size_t first_of(std::uint32_t mask) {
    return static_cast<std::size_t>(std::countr_zero(mask));
}

}  // namespace

std::optional<CsvScan> CsvScan::make(std::string_view row_delimiter,
                                     std::string_view column_delimiter, std::size_t cells_max) {
    if (row_delimiter.size() != 1 || column_delimiter.size() != 1) return std::nullopt;
    const char row = row_delimiter[0], column = column_delimiter[0];
    if (row == column || row == '"' || column == '"' || column == '\r') return std::nullopt;
    return CsvScan(row, column, cells_max);
}

bool CsvScan::next(std::string_view text, std::size_t& at) {
    begin_ = text.data() + at;
    size_ = text.size() - at;
    count_ = from_ = closed_ = 0;
    is_quoted_ = false;
    is_ascii_ = true;
    std::optional<std::size_t> row_end;
    for (std::size_t place = 0; !row_end; place += block_bytes) {
        // After the end of the text come delimiters of rows.
        std::array<char, block_bytes> last;
        const char* bytes = begin_ + place;
        if (place + block_bytes > size_) {
            if (place > size_) return false;  // a quote that is never closed
            last.fill(row_delimiter_);
            std::copy(bytes, begin_ + size_, last.data());
            bytes = last.data();
        }
        const Block block(bytes);
        is_ascii_ = is_ascii_ && block.not_ascii() == 0;
        const Marks marks{block.equal(row_delimiter_), block.equal(column_delimiter_),
                          block.equal('"')};
        if (marks.quotes == 0 && !is_quoted_)
            row_end = look(place, marks);
        else if (!passes_quotes(place, marks, row_end))
            return false;
    }
    row_ = {begin_, *row_end};
    at = std::min(at + row_.size() + 1, text.size());
    if (row_delimiter_ == '\n' && row_.ends_with('\r')) row_.remove_suffix(1);
    end_cell(row_.size());
    return true;
}

/// The end of the row, when it is in this block.
std::optional<std::size_t> CsvScan::look(std::size_t place, const Marks& marks) {
    const std::uint32_t mine = marks.rows != 0 ? (marks.rows & -marks.rows) - 1 : ~std::uint32_t{0};
    for (std::uint32_t cells = marks.cells & mine; cells != 0; cells &= cells - 1) {
        const std::size_t end = place + first_of(cells);
        end_cell(end);
        from_ = end + 1;
    }
    if (marks.rows == 0) return std::nullopt;
    return place + first_of(marks.rows);
}

/// The same, mark by mark. False for what is left to others.
bool CsvScan::passes_quotes(std::size_t place, const Marks& marks,
                            std::optional<std::size_t>& row_end) {
    std::uint32_t left = marks.rows | marks.cells | marks.quotes;
    for (; left != 0; left &= left - 1) {
        const std::uint32_t mark = left & -left;
        const std::size_t at = place + first_of(left);
        const bool is_quote = (marks.quotes & mark) != 0;
        if (is_quoted_) {
            if (!is_quote) continue;
            if (!is_end_of_cell(at + 1)) return false;  // a doubled quote, or damage
            is_quoted_ = false;
            closed_ = at;
        } else if (is_quote) {
            is_quoted_ = at == from_;  // elsewhere it is a character like others
        } else if ((marks.cells & mark) != 0) {
            end_cell(at);
            from_ = at + 1;
        } else {
            row_end = at;
            return true;
        }
    }
    return true;
}

bool CsvScan::is_end_of_cell(std::size_t at) const {
    if (at < size_ && row_delimiter_ == '\n' && begin_[at] == '\r' &&
        (at + 1 == size_ || begin_[at + 1] == '\n'))
        return true;
    return at >= size_ || begin_[at] == row_delimiter_ || begin_[at] == column_delimiter_;
}

void CsvScan::end_cell(std::size_t end) {
    const bool was_quoted = closed_ > from_;
    const char* const first = begin_ + from_;
    if (count_ == cells_.size()) return;
    cells_[count_++] = was_quoted ? std::string_view(first + 1, closed_ - from_ - 1)
                                  : std::string_view(first, end - from_);
}

}  // namespace freshet::record
