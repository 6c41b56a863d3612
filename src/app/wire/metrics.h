// Makes the metric store.
#pragma once
#include <memory>

#include "app/context.h"
#include "monitor/metrics.h"

namespace freshet::app {

class WiredMetrics {
  public:
    static std::vector<meta::Migration> migrations();
    static std::unique_ptr<WiredMetrics> make(Context& context);
    /// For the counters of other parts: monitor::Metrics::record().
    monitor::Metrics& metrics() { return *metrics_; }
    io::Task<void> stop() { co_await metrics_->stop(); }

  private:
    std::unique_ptr<monitor::Metrics> metrics_;
};

}  // namespace freshet::app
