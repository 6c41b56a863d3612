#include "app/parts/list.h"

#include <vector>

namespace freshet::app {

// Each is in the file of its name.
PartKind analytics_part();
PartKind catalog_part();
PartKind clock_watch_part();
PartKind dashboards_part();
PartKind delivery_part();
PartKind functions_part();
PartKind identity_part();
PartKind jobs_part();
PartKind lake_part();
PartKind logs_part();
PartKind maintenance_part();
PartKind metrics_part();
PartKind objects_part();
PartKind query_part();
PartKind schedule_part();
PartKind service_metrics_part();
PartKind stream_metrics_part();
PartKind stream_part();
PartKind tables_part();

std::span<const PartKind> part_kinds() {
    static const std::vector<PartKind> kinds{
        metrics_part(),  // every other part may measure something until it has stopped
        stream_part(),   // checks the log before a part changes anything
        stream_metrics_part(),
        clock_watch_part(),  // before a loop asks for the time
        objects_part(),         logs_part(),        functions_part(), catalog_part(),
        delivery_part(),        analytics_part(),   identity_part(),  lake_part(),
        schedule_part(),        maintenance_part(), query_part(),     dashboards_part(),
        tables_part(),          jobs_part(),
        service_metrics_part(),  // its last figures are of services that still run
    };
    return kinds;
}

}  // namespace freshet::app
