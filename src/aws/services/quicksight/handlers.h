// The families of QuickSight's operations, a file each.
#pragma once
#include "aws/router.h"
#include "dashboards/ingestions.h"
#include "query/query.h"

namespace freshet::aws::quicksight_handlers {

void add_sources(Router& router, dashboards::Dashboards& dashboards, query::Query& query);
void add_data_sets(Router& router, dashboards::Dashboards& dashboards,
                   dashboards::Ingestions& ingestions);
void add_dashboards(Router& router, dashboards::Dashboards& dashboards);

}  // namespace freshet::aws::quicksight_handlers
