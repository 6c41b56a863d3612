// The services that the console looks at. Their home core is that of the console, but for those
// whose verbs are tasks of any core (catalog), and for queries and the maintenance of tables, which
// are asked on theirs.
#pragma once
#include <string>

#include "analytics/analytics.h"
#include "base/resource.h"
#include "catalog/catalog.h"
#include "dashboards/dashboards.h"
#include "delivery/delivery.h"
#include "functions/functions.h"
#include "jobs/jobs.h"
#include "jobs/triggers.h"
#include "lake/lake.h"
#include "maintenance/maintenance.h"
#include "monitor/logs.h"
#include "query/query.h"
#include "schedule/schedule.h"
#include "stream/stream.h"

namespace freshet::console {

struct Parts {
    io::Core& home;
    stream::Streams& streams;
    delivery::Deliveries& deliveries;
    functions::Functions& functions;
    analytics::Applications& applications;
    schedule::Schedules& schedules;
    catalog::Catalog& catalog;
    lake::Crawlers& crawlers;
    query::Query& queries;
    dashboards::Dashboards& dashboards;
    maintenance::Maintenance& maintenance;
    jobs::Jobs& jobs;
    jobs::Triggers& triggers;
    monitor::Logs& logs;
    std::string account;  ///< shown before there is anything
};

}  // namespace freshet::console
