// Amazon QuickSight: registers its operations.
#include "aws/http/rim.h"
#include "aws/model/quicksight.h"
#include "aws/services/quicksight/handlers.h"
#include "aws/services/quicksight/quicksight.h"

namespace freshet::aws {

void register_quicksight(Router& router, dashboards::Dashboards& dashboards,
                         dashboards::Ingestions& ingestions, query::Query& query) {
    router.add_service(std::make_unique<ServiceRim>(quicksight::service_info()));
    quicksight_handlers::add_sources(router, dashboards, query);
    quicksight_handlers::add_data_sets(router, dashboards, ingestions);
    quicksight_handlers::add_dashboards(router, dashboards);
}

}  // namespace freshet::aws
