// The lines of a text, as log formats are judged by them.
#pragma once
#include <string_view>

#include "lake/formats/grok.h"

namespace freshet::lake {

struct Lines {
    std::size_t all = 0, matched = 0;
};

/// Of the first limits::records_max lines that are not empty; the last one counts only when the
/// text is whole. All of them is 0 for what is not text.
Lines count_lines(const Grok& grok, std::string_view text, bool is_whole);

}  // namespace freshet::lake
