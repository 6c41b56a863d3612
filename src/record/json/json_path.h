// The subset of JSONPath that input schemas use: $.a.b, $.list[0:], $.list[0:].x.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace freshet::record {

struct JsonStep {
    std::string key;       ///< of an object
    bool is_each = false;  ///< then every element of the array found under `key`
};

/// Errc::invalid when `text` is of no such form. At most one step is_each.
Result<std::vector<JsonStep>> parse_json_path(std::string_view text);

}  // namespace freshet::record
