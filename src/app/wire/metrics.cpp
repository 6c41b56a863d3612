#include "app/wire/metrics.h"

#include "aws/services/cloudwatch/cloudwatch.h"
#include "monitor/metric_store.h"

namespace freshet::app {

std::vector<meta::Migration> WiredMetrics::migrations() {
    return monitor::metric_store::migrations();
}

std::unique_ptr<WiredMetrics> WiredMetrics::make(Context& context) {
    auto wired = std::make_unique<WiredMetrics>();
    wired->metrics_ = std::make_unique<monitor::Metrics>(context.cores.main(), context.database);
    aws::register_cloudwatch(context.router, *wired->metrics_);
    return wired;
}

}  // namespace freshet::app
