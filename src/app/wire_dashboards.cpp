#include "app/wire_dashboards.h"

#include "aws/services/quicksight/quicksight.h"
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
    if (auto loaded = wired->dashboards_->load(); !loaded) return pass(loaded);
    wired->ingestions_ =
        std::make_unique<dashboards::Ingestions>(*wired->dashboards_, context.database);
    if (auto loaded = wired->ingestions_->load(); !loaded) return pass(loaded);
    aws::register_quicksight(context.router, *wired->dashboards_, *wired->ingestions_, query);
    return wired;
}

io::Task<void> WiredDashboards::stop() {
    co_await dashboards_->stop();
    co_await ingestions_->stop();
}

}  // namespace freshet::app
