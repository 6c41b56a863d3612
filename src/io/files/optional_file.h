// Small files that may not be there yet: what a part keeps from one run to the next.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "io/disk.h"

namespace freshet::io {

/// As read_file(); nothing when there is no `path`.
Result<std::optional<std::string>> read_optional_file(Disk& disk, const std::string& path,
                                                      std::uint64_t size_max);

}  // namespace freshet::io
