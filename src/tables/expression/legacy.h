// The parameters from before expressions, which the Kinesis Client Library still uses: Expected,
// AttributeUpdates, KeyConditions, QueryFilter, ScanFilter. They become the same trees.
#pragma once
#include "tables/errors.h"
#include "tables/expression/condition.h"
#include "tables/expression/update.h"

namespace freshet::tables {

/// One attribute of Expected or of a filter.
struct Demand {
    std::string attribute;
    std::optional<Value> value;   ///< Expected: equal to this
    std::optional<bool> exists;   ///< Expected
    std::string comparison;       ///< "EQ", "NOT_NULL", ...; "" when there is none
    std::vector<Value> operands;  ///< of the comparison
};

/// One attribute of AttributeUpdates.
struct Change {
    std::string attribute;
    std::string action;  ///< "PUT", "ADD", "DELETE"
    std::optional<Value> value;
};

/// `any`: ConditionalOperator OR.
Result<Condition> condition_of(const std::vector<Demand>& demands, bool is_any);
Result<Update> update_of(const std::vector<Change>& changes);

}  // namespace freshet::tables
