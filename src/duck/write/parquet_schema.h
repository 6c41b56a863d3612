// The schema of a Parquet file as its footer has it: whether the engine reads a column as something
// else.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "duck/engine.h"

namespace freshet::duck {

struct SchemaNode {
    std::string name, repetition, converted, logical;
    std::int64_t children = 0;
    std::optional<std::int64_t> id;  ///< field_id; none when the file gives none
};

/// In order, children after their parent; the root is the first. Raises what the engine says.
std::vector<SchemaNode> schema_of(duckdb::Connection& connection, const std::string& path);

/// Why the engine reads a column of the file as something else; "" when it does not.
std::string misread(const std::vector<SchemaNode>& nodes);

}  // namespace freshet::duck
