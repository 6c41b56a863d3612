#include "io/optional_file.h"

namespace freshet::io {

Result<std::optional<std::string>> read_optional_file(Disk& disk, const std::string& path,
                                                      std::uint64_t size_max) {
    auto there = disk.exists(path);
    if (!there) return std::unexpected(std::move(there.error()));
    if (!*there) return std::nullopt;
    auto text = read_file(disk, path, size_max);
    if (!text) return std::unexpected(std::move(text.error()));
    return std::optional(std::move(*text));
}

}  // namespace freshet::io
