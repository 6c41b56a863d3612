#include "maintenance/text/text_join.h"

#include <algorithm>

#include "base/check.h"
#include "maintenance/errors.h"

namespace freshet::maintenance {

void TextJoin::begin() {
    FRESHET_CHECK(!is_in_source_);
    is_in_source_ = true;
    header_left_ = rules_.header_lines;
    ends_in_line_ = has_open_quote_ = false;
}

void TextJoin::add(std::string_view piece, std::string& out) {
    FRESHET_CHECK(is_in_source_);
    while (header_left_ > 0 && !piece.empty()) {
        const auto end = piece.find('\n');
        const std::string_view part = piece.substr(0, end == piece.npos ? end : end + 1);
        if (keeps_header_) out += part;
        ends_in_line_ = end == piece.npos;
        if (!ends_in_line_) --header_left_;
        piece.remove_prefix(part.size());
    }
    if (piece.empty()) return;
    lines_ += std::ranges::count(piece, '\n');
    if (rules_.quote && std::ranges::count(piece, *rules_.quote) % 2 != 0)
        has_open_quote_ = !has_open_quote_;
    ends_in_line_ = piece.back() != '\n';
    out += piece;
}

Result<> TextJoin::end(std::string& out) {
    FRESHET_CHECK(is_in_source_);
    is_in_source_ = false;
    if (has_open_quote_) return fail(Errc::unfit, "a quote is open at its end");
    const bool is_in_header = header_left_ > 0;
    if (ends_in_line_) {
        if (!is_in_header || keeps_header_) out += '\n';
        if (!is_in_header) ++lines_;
    }
    keeps_header_ = false;
    return {};
}

}  // namespace freshet::maintenance
