// The dashboards service and QuickSight.
#include "dashboards/dashboards.h"

#include "app/part.h"
#include "app/ports/dashboards.h"
#include "aws/services/quicksight/quicksight.h"
#include "dashboards/ingestions.h"
#include "dashboards/store.h"

namespace freshet::app {
namespace {

class DashboardsPart final : public Part {
  public:
    DashboardsPart(const Foundation& foundation, Services& services)
        : Part(foundation.cores.main()),
          queries_(services.of<query::Query>()),
          dashboards_(home(), foundation.database, queries_),
          ingestions_(dashboards_, foundation.database) {}
    Result<> open(const Foundation& foundation, Services& services) {
        if (auto loaded = dashboards_.load(); !loaded) return loaded;
        if (auto loaded = ingestions_.load(); !loaded) return loaded;
        aws::register_quicksight(foundation.router, dashboards_, ingestions_,
                                 services.of<query::Query>());
        services.add(dashboards_);
        return {};
    }
    io::Task<void> stop() override {
        co_await dashboards_.stop();
        co_await ingestions_.stop();
    }

  private:
    DashboardQueries queries_;
    dashboards::Dashboards dashboards_;
    dashboards::Ingestions ingestions_;
};

}  // namespace

PartKind dashboards_part() {
    return {"dashboards", dashboards::store::migrations, make_part<DashboardsPart>};
}

}  // namespace freshet::app
