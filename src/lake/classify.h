// What a file is: JSON or CSV, its columns, and why. Plain functions over a sample.
#pragma once
#include <expected>
#include <string>

#include "base/bytes.h"
#include "lake/types.h"

namespace freshet::lake {

struct Classified {
    Format format;
    std::string reason;
};

/// `sample` is the front of the file, `is_whole` when it is all of it. The error is the reason why
/// it is nothing known.
std::expected<Classified, std::string> classify(const Bytes& sample, bool is_whole);

/// One format for two files of a table; the error says what differs.
std::expected<Format, std::string> merged(const Format& a, const Format& b);

/// Lower case, of a-z, 0-9 and '_', not empty: "Location Description" is "location_description".
std::string safe_name(std::string_view name, std::size_t position);

}  // namespace freshet::lake
