// What an UpdateExpression or the legacy AttributeUpdates is parsed into, and the item after it.
#pragma once
#include <vector>

#include "tables/expression/path.h"

namespace freshet::tables {

/// The right side of SET.
struct Term {
    enum class Form { value, path, if_not_exists, list_append, plus, minus };
    Form form = Form::value;
    Value value = {};
    Path path = {};  ///< of `path` and `if_not_exists`
    std::vector<Term> parts = {};
};

enum class Verb { set, remove, add, subtract };  ///< subtract: DELETE, members from a set

struct Action {
    Verb verb;
    Path path;
    Term term = {};  ///< of set: anything; of add and subtract: a value
};

using Update = std::vector<Action>;

/// The item after `update`: right sides see the item before it, places in lists too. Errc::invalid,
/// in DynamoDB's words, when it does not fit the item.
Result<Item> apply_update(const Update& update, const Item& before);

std::vector<Path> touched_by(const Update& update);

}  // namespace freshet::tables
