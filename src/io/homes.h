// Where things with a name are at home: by a hash of the name, so that the cores share them evenly
// and each thing is found without a table. Nothing on disk depends on it: another number of cores
// or another build may place them differently.
#pragma once
#include <functional>
#include <string_view>

#include "base/check.h"
#include "io/core.h"

namespace freshet::io {

/// The home of `name`, of all cores: always the same one while the program runs. Names of different
/// kinds get a prefix, as "function/", so that things of one name do not all share a core.
inline Core& home_of_name(Cores& cores, std::string_view name) {
    return cores.home_of(std::hash<std::string_view>()(name));
}

/// As home_of_name(), but never main(), where records flow, when there is another core: for what
/// computes long enough that a put would notice.
inline Core& home_beside_main(Cores& cores, std::string_view name) {
    if (cores.size() == 1) return cores.main();
    const std::size_t hash = std::hash<std::string_view>()(name);
    Core& home = cores.at(1 + hash % (cores.size() - 1));
    FRESHET_CHECK(&home != &cores.main());  // a put does not wait for what runs there
    return home;
}

}  // namespace freshet::io
