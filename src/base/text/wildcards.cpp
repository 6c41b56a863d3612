#include "base/text/wildcards.h"

namespace freshet {

bool is_like(std::string_view text, std::string_view pattern, Wildcards wildcards) {
    std::size_t at = 0, in = 0;
    std::size_t any = std::string_view::npos, resume = 0;  // the last any text, and where it ends
    while (at < text.size()) {
        if (in < pattern.size() && pattern[in] == wildcards.text) {
            any = in++;
            resume = at;
        } else if (in < pattern.size() &&
                   (pattern[in] == wildcards.character || pattern[in] == text[at])) {
            ++in;
            ++at;
        } else if (any != std::string_view::npos) {
            in = any + 1;
            at = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of(wildcards.text, in) == std::string_view::npos;
}

}  // namespace freshet
