// The words of the table service.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/resource.h"
#include "base/time.h"
#include "tables/value.h"

namespace freshet::tables {

struct Table;
using TableKey = ResourceName<Table>;

struct KeyPart {
    std::string name;
    Kind kind = Kind::string;  ///< string, number or binary
};

/// Hash key and, where there is one, range key.
struct KeySchema {
    KeyPart hash;
    std::optional<KeyPart> range;
    bool has(std::string_view attribute) const {
        return hash.name == attribute || (range && range->name == attribute);
    }
};

struct Throughput {
    std::int64_t reads = 0, writes = 0;  ///< units; 0 when paid by the request
    bool operator==(const Throughput&) const = default;
};

enum class Projection : std::uint8_t { all, keys_only, include };

struct Index {
    std::int64_t id = 0;
    std::string name;  ///< "" of a table's own keys
    bool is_local = false;
    KeySchema keys;
    Projection projection = Projection::all;
    std::vector<std::string> included;
    Throughput throughput;
    std::int64_t items = 0, bytes = 0;
};

using Tags = std::map<std::string, std::string>;

struct Table {
    std::int64_t id = 0;
    TableKey key;
    std::string uuid;
    Timestamp created;
    bool is_provisioned = false;
    bool is_protected = false;  ///< from deletion
    std::string table_class;    ///< "STANDARD" or "STANDARD_INFREQUENT_ACCESS"
    Index primary;
    std::vector<Index> indexes;

    const Index* find(std::string_view index) const {
        for (const Index& one : indexes)
            if (one.name == index) return &one;
        return nullptr;
    }
};

/// What UpdateTable changes; what is not there stays.
struct TableChange {
    std::optional<bool> is_provisioned, is_protected;
    std::optional<std::string> table_class;
    std::optional<Throughput> throughput;
    std::vector<KeyPart> attributes;  ///< of the new indexes' keys
    std::vector<Index> added;
    std::vector<std::string> removed;
    std::vector<std::pair<std::string, Throughput>> rated;  ///< of indexes
};

}  // namespace freshet::tables
