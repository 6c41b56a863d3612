// The embedded files of the user interface.
#pragma once
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace freshet::console {

struct Page {
    std::string_view name;  ///< "index.html", "main-QWERTY.js"
    const char* type;
    std::string_view plain, brotli;
};

/// Null for a name that there is not.
const Page* find_page(std::string_view name);

}  // namespace freshet::console
