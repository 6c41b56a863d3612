// `optimize` of a table in a pipeline file: the policy by which its objects are merged or become
// Parquet.
#pragma once
#include <optional>

#include "maintenance/types.h"
#include "pipeline/resource.h"

namespace freshet::pipeline {

/// Nothing when the table has no such key. `columns` are the table's, in lower case.
std::optional<maintenance::Policy> read_policy(Section& table, maintenance::TableKey key,
                                               const std::set<std::string>& columns);

/// "optimize.keep_raw" to "7d"; none of a table without a policy.
Fields fields_of(const std::optional<maintenance::Policy>& policy);
bool is_of_policy(const std::string& field);

io::Task<std::optional<maintenance::Policy>> find_policy(Calls& calls, maintenance::TableKey table);
/// Without a policy, the table has none afterwards.
io::Task<aws::Answer<void>> put_policy(Calls& calls, maintenance::TableKey table,
                                       std::optional<maintenance::Policy> policy);

}  // namespace freshet::pipeline
