#include "lake/formats/lines.h"

#include <algorithm>

#include "base/text/utf8.h"
#include "lake/limits.h"

namespace freshet::lake {

Lines count_lines(const Grok& grok, std::string_view text, bool is_whole) {
    Lines found;
    if (!is_whole) text = text.substr(0, text.rfind('\n') + 1);
    while (!text.empty() && found.all < limits::records_max) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) continue;
        if (line.find('\0') != std::string_view::npos || !is_utf8(line)) return {};
        ++found.all;
        if (grok.matches(line)) ++found.matched;
    }
    return found;
}

}  // namespace freshet::lake
