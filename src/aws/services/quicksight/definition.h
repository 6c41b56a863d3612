// A dashboard's definition in QuickSight's words: one sheet with one visual, to a dashboard and
// back.
#pragma once
#include "aws/caller.h"
#include "aws/fault.h"
#include "aws/model/quicksight.h"
#include "dashboards/types.h"

namespace freshet::aws {

/// Fills data set, category, bars, lines and words of `dashboard`. What tools/awsgen/members
/// refuses is not in the definition.
Answer<void> read_definition(const Caller& caller,
                             const quicksight::DashboardVersionDefinition& definition,
                             const std::optional<quicksight::DashboardPublishOptions>& options,
                             dashboards::Dashboard& dashboard);

struct WrittenDefinition {
    quicksight::DashboardVersionDefinition definition;
    std::optional<quicksight::DashboardPublishOptions> options;
};
/// As it was given; of a dashboard that was made or changed elsewhere: one that draws the same.
WrittenDefinition write_definition(const Caller& caller, const dashboards::Dashboard& dashboard,
                                   const dashboards::DataSet& set);

}  // namespace freshet::aws
