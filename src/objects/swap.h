// Many objects for many in one commit: what conversions and merges do to a partition.
#pragma once
#include <string>
#include <vector>

#include "objects/types.h"

namespace freshet::objects {

/// Names the bytes of an object that was found (find, list): another one after every replacement,
/// the same after compaction and after a change of its attributes.
std::string version_of(const ObjectInfo& object);

/// Objects that go, objects that get another key, objects that come; all keys differ. Applied whole
/// or not at all.
struct Swap {
    struct Removed {
        std::string key, version;
    };
    /// Keeps its bytes, attributes and time.
    struct Moved {
        std::string key, version;
        std::string bucket, to_key;
    };
    struct Added {
        std::string key;
        Staged staged;
        Attributes attributes;
    };
    std::string bucket;
    std::vector<Removed> removed;
    std::vector<Moved> moved;
    std::vector<Added> added;
};

}  // namespace freshet::objects
