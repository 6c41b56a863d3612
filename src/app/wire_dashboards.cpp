#include "app/wire_dashboards.h"

#include "dashboards/store.h"

namespace freshet::app {

std::vector<meta::Migration> WiredDashboards::migrations() {
    return dashboards::store::migrations();
}

Result<std::unique_ptr<WiredDashboards>> WiredDashboards::make(Context& context,
                                                               query::Query& query) {
    auto wired = std::make_unique<WiredDashboards>();
    wired->queries_ = std::make_unique<DashboardQueries>(query);
    wired->dashboards_ = std::make_unique<dashboards::Dashboards>(
        context.cores.main(), context.database, *wired->queries_);
    if (auto loaded = wired->dashboards_->load(); !loaded)
        return std::unexpected(std::move(loaded.error()));
    return wired;
}

}  // namespace freshet::app
