// Amazon QuickSight: AWS's words to dashboards/, and back.
#pragma once
#include "aws/router.h"
#include "dashboards/dashboards.h"
#include "dashboards/ingestions.h"
#include "query/query.h"

namespace freshet::aws {
/// `query` knows the work groups.
void register_quicksight(Router& router, dashboards::Dashboards& dashboards,
                         dashboards::Ingestions& ingestions, query::Query& query);
}  // namespace freshet::aws
