// Makes the dashboards service and QuickSight.
#pragma once
#include <memory>

#include "app/context.h"
#include "app/ports/dashboards.h"
#include "dashboards/dashboards.h"
#include "dashboards/ingestions.h"

namespace freshet::app {

class WiredDashboards {
  public:
    static std::vector<meta::Migration> migrations();
    static Result<std::unique_ptr<WiredDashboards>> make(Context& context, query::Query& query);
    io::Task<void> stop();
    dashboards::Dashboards& dashboards() { return *dashboards_; }

  private:
    std::unique_ptr<DashboardQueries> queries_;
    std::unique_ptr<dashboards::Dashboards> dashboards_;
    std::unique_ptr<dashboards::Ingestions> ingestions_;
};

}  // namespace freshet::app
