// A document path, a.b[2]: where a value lies in an item.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tables/value.h"

namespace freshet::tables {

/// A name in a map, or a place in a list.
struct Step {
    std::string name;
    std::optional<std::size_t> index;
    bool operator==(const Step&) const = default;
};

/// The first step is the attribute's name.
using Path = std::vector<Step>;

Path path_to(std::string attribute);
/// "[a, b, [2]]", as DynamoDB's messages show paths.
std::string shown(const Path& path);

const Value* find(const Item& item, std::span<const Step> path);
Value* find(Item& item, std::span<const Step> path);

/// The parts of `item` at `paths`, each in its map or list; lists close the gaps.
Item pick(const Item& item, std::span<const Path> paths);

/// What is wrong with two paths of one expression, in DynamoDB's words; nothing when they are
/// apart.
std::optional<std::string> clash(const Path& one, const Path& two);

}  // namespace freshet::tables
