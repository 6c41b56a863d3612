#include "io/files/optional_file.h"

namespace freshet::io {

Result<std::optional<std::string>> read_optional_file(Disk& disk, const std::string& path,
                                                      std::uint64_t size_max) {
    auto there = disk.exists(path);
    if (!there) return pass(there);
    if (!*there) return std::nullopt;
    auto text = read_file(disk, path, size_max);
    if (!text) return pass(text);
    return std::optional(std::move(*text));
}

}  // namespace freshet::io
