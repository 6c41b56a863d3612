// Where a data set's rows come from, in QuickSight's words: physical tables to one SELECT, and
// back.
#pragma once
#include "aws/caller.h"
#include "aws/fault.h"
#include "aws/model/quicksight.h"
#include "dashboards/types.h"

namespace freshet::aws {

using PhysicalTables = std::vector<std::pair<std::string, quicksight::PhysicalTable>>;
using LogicalTables = std::vector<std::pair<std::string, quicksight::LogicalTable>>;

/// Fills source, database, SQL, columns and words of `set`.
Answer<void> read_tables(const Caller& caller, const PhysicalTables& physical,
                         const std::optional<LogicalTables>& logical, dashboards::DataSet& set);
/// As they were given; of a set that was made or changed elsewhere: its SQL.
quicksight::DataSet write_tables(const Caller& caller, const dashboards::DataSet& set);

}  // namespace freshet::aws
