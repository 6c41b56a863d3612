#include "base/text/time_pattern.h"

#include <algorithm>

#include "base/check.h"

namespace freshet {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

PatternPart take_pattern_part(std::string_view& pattern) {
    FRESHET_CHECK(!pattern.empty());
    PatternPart part;
    const char first = pattern[0];
    if (first == '\'') {
        const std::size_t end = pattern.find('\'', 1);
        part.is_quoted = true;
        part.is_cut = end == std::string_view::npos;
        part.text = end == 1 ? "'" : pattern.substr(1, part.is_cut ? end : end - 1);
        pattern.remove_prefix(part.is_cut ? pattern.size() : end + 1);
        return part;
    }
    if (!is_letter(first)) {
        part.text = first;
        pattern.remove_prefix(1);
        return part;
    }
    part.letter = first;
    part.count = std::min(pattern.find_first_not_of(first), pattern.size());
    pattern.remove_prefix(part.count);
    return part;
}

}  // namespace freshet
