// What must hold of an item: the tree that a ConditionExpression, a FilterExpression or the legacy
// Expected is parsed into, and whether an item fulfils it.
#pragma once
#include <variant>
#include <vector>

#include "tables/expression/path.h"

namespace freshet::tables {

struct SizeOf {
    Path path;
};
struct Operand {
    std::variant<Path, Value, SizeOf> held;
};

enum class Test {
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    between,      ///< three operands
    in,           ///< the first is one of the others
    exists,       ///< a path
    not_exists,   ///< a path
    has_type,     ///< a path; a value that holds the type's code
    begins_with,  ///< texts or binaries
    contains,     ///< a text in a text, a member in a set or a list
    all_of,       ///< AND over the parts
    any_of,       ///< OR
    none_of       ///< NOT, one part
};

struct Condition {
    Test test = Test::all_of;
    std::vector<Operand> operands = {};
    std::vector<Condition> parts = {};
};

/// False where an operand is missing or of another type, except for <>, which then holds.
bool holds(const Condition& condition, const Item& item);

/// Names of top-level attributes that the condition looks at.
std::vector<std::string> attributes_of(const Condition& condition);

}  // namespace freshet::tables
