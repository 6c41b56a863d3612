// Makes the analytics service.
#pragma once
#include <memory>

#include "analytics/analytics.h"
#include "app/context.h"
#include "app/ports/analytics.h"

namespace freshet::app {

class WiredAnalytics {
  public:
    static std::vector<meta::Migration> migrations();
    static Result<std::unique_ptr<WiredAnalytics>> make(Context& context, stream::Streams& streams,
                                                        delivery::Deliveries& deliveries,
                                                        functions::Functions& functions,
                                                        objects::Objects& objects,
                                                        monitor::Logs& logs);
    /// The streams' home core.
    void start() { applications_->start(); }
    io::Task<void> stop() { co_await applications_->stop(); }
    analytics::Applications& applications() { return *applications_; }

  private:
    WiredAnalytics();
    io::Pool engines_, snapshots_;
    std::unique_ptr<AnalyticsSiblings> siblings_;
    std::unique_ptr<analytics::Applications> applications_;
};

}  // namespace freshet::app
