// Files and bytes of a table's partitions as they are now, for people who look at it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "maintenance/ports.h"

namespace freshet::maintenance {

struct PartSize {
    std::string name;  ///< "year=2026/month=01"; "" of a table without partitions
    Storage storage;
    std::int64_t files = 0, bytes = 0;
    std::int64_t small_files = 0;     ///< smaller than SizesPage::small_under
    std::optional<Timestamp> newest;  ///< of its files
};

struct SizesPage {
    std::vector<PartSize> parts;      ///< in order of values
    std::optional<std::string> next;  ///< `after` of the next page; none at the end
    std::uint64_t small_under = 0;    ///< bytes: what the table's policy, or a new one, calls small
};

}  // namespace freshet::maintenance
