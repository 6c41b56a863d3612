#include "sandbox/output.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace freshet::sandbox {

void Output::end_line() {
    if (rest_.empty()) return;
    FRESHET_CHECK(rest_.size() <= line_bytes_max);
    lines_.bytes += rest_.size() + line_bytes_extra;
    lines_.texts.push_back(std::exchange(rest_, {}));
}

void Output::add(std::string_view piece) {
    while (!piece.empty()) {
        const std::size_t left = left_.load();
        const auto newline = piece.find('\n');
        const bool ends = newline != std::string_view::npos;
        const std::string_view text = piece.substr(0, newline);
        const std::size_t wanted = ends ? text.size() + line_bytes_extra : text.size();
        const std::size_t fits = std::min({text.size(), left, line_bytes_max - rest_.size()});
        rest_ += text.substr(0, fits);
        if (wanted > left) {  // the last that this call may print; a newline alone is not a loss
            dropped_ += piece.size() - fits;
            left_ = 0;
            return end_line();
        }
        const bool is_whole = fits == text.size();
        left_ -= is_whole ? wanted : fits;
        if (!is_whole || ends) end_line();
        piece.remove_prefix(is_whole && ends ? fits + 1 : fits);
    }
}

Output::Lines Output::take() { return std::exchange(lines_, {}); }

void Output::begin_call() {
    dropped_ = 0;
    left_ = bytes_max_;
}

}  // namespace freshet::sandbox
