// The metric store and CloudWatch.
#include "monitor/metrics.h"

#include "app/part.h"
#include "aws/services/cloudwatch/cloudwatch.h"
#include "monitor/metric_store.h"

namespace freshet::app {
namespace {

class MetricsPart final : public Part {
  public:
    MetricsPart(const Foundation& foundation, Services&)
        : Part(foundation.cores.main()), metrics_(home(), foundation.database) {}
    Result<> open(const Foundation& foundation, Services& services) {
        aws::register_cloudwatch(foundation.router, metrics_);
        services.add(metrics_);
        return {};
    }
    io::Task<void> stop() override { return metrics_.stop(); }

  private:
    monitor::Metrics metrics_;
};

}  // namespace

PartKind metrics_part() {
    return {"metrics", monitor::metric_store::migrations, make_part<MetricsPart>};
}

}  // namespace freshet::app
