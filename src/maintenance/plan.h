// Which objects of a partition are merged or converted together: plain functions over a listing.
// The objects of a group lie in one folder and are stored alike; no object is in two groups.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sql/plan/plan.h"

namespace freshet::maintenance {

struct Listed {
    std::string key;
    std::uint64_t size = 0;
    std::string version;  ///< names these bytes of the key (objects/)
    Timestamp modified;
    bool operator==(const Listed&) const = default;
};

struct Group {
    std::vector<Listed> sources;  ///< in order of keys, none of no bytes
    std::string folder;           ///< of their keys: "crimes/year=2026/"
    std::string ending;           ///< of the names of what replaces them: ".csv.gz"
    bool is_gzip = false;
    std::uint64_t bytes() const;
};

struct LeftAlone {
    std::string key, why;
};

struct Plan {
    std::vector<Group> groups;
    std::vector<LeftAlone> left;
    std::int64_t files = 0, bytes = 0;  ///< all data of the partition that was listed
    std::int64_t young = 0;             ///< left to a later run
};

struct PlanRules {
    std::size_t prefix = 0;  ///< length of the location's key: what comes before is not looked at
    std::optional<sql::plan::Format> format;  ///< none: a format that is not rewritten
    std::string serde;                        ///< for the reason
    std::uint64_t target_bytes = 0;
    bool has_text_beside = false;              ///< only what is Parquet by its name is merged
    std::optional<Timestamp> before;           ///< younger objects are left alone
    std::map<std::string, std::string> unfit;  ///< keys that a try has refused, with reasons
};

/// A query reads it: a name that begins with '_' or '.' is hidden, and so is a folder's marker.
bool is_data(std::string_view key, std::size_t prefix);

/// Small objects into ones of the target size. An object that is large already, or that would be
/// alone, is in no group.
Plan plan_merge(const std::vector<Listed>& objects, const PlanRules& rules);
/// All text objects; what is Parquet by its name is converted already.
Plan plan_convert(const std::vector<Listed>& objects, const PlanRules& rules);

}  // namespace freshet::maintenance
