#include "aws/services/quicksight/quicksight.h"

#include "aws/services/quicksight/handlers.h"

namespace freshet::aws {

void register_quicksight(Router& router, dashboards::Dashboards& dashboards,
                         dashboards::Ingestions& ingestions, query::Query& query) {
    quicksight_handlers::add_sources(router, dashboards, query);
    quicksight_handlers::add_data_sets(router, dashboards, ingestions);
    quicksight_handlers::add_dashboards(router, dashboards);
}

}  // namespace freshet::aws
