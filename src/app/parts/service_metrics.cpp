// What the services measure and what is wrong with them: to Prometheus, the metric store and the
// health.
#include "app/metrics/service_metrics.h"

#include "app/health/service_health.h"
#include "app/part.h"

namespace freshet::app {
namespace {

class ServiceMetricsPart final : public Part {
  public:
    /// The home core of applications, deliveries and functions, which it reads without waiting.
    ServiceMetricsPart(const Foundation&, Services& services)
        : Part(services.of<monitor::Metrics>().home()),
          applications_(at_home(home(), services.of<analytics::Applications>())),
          deliveries_(at_home(home(), services.of<delivery::Deliveries>())),
          metrics_({applications_, deliveries_,
                    at_home(home(), services.of<functions::Functions>()),
                    services.of<query::Query>(), services.of<catalog::Catalog>(),
                    services.of<monitor::Metrics>()}) {}
    Result<> open(const Foundation&, Services&) { return {}; }
    void start(const std::string&) override { metrics_.start(); }
    io::Task<void> stop() override { return metrics_.stop(); }
    io::Task<std::string> figures() override { return metrics_.lines(); }
    io::Task<std::vector<Trouble>> troubles() override {
        return service_troubles(applications_, deliveries_);
    }

  private:
    analytics::Applications& applications_;
    delivery::Deliveries& deliveries_;
    ServiceMetrics metrics_;
};

}  // namespace

PartKind service_metrics_part() {
    return {"service metrics", nullptr, make_part<ServiceMetricsPart>};
}

}  // namespace freshet::app
