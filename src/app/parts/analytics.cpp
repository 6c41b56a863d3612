// The analytics service and Kinesis Data Analytics.
#include "analytics/analytics.h"

#include "analytics/limits.h"
#include "analytics/store.h"
#include "app/part.h"
#include "app/ports/analytics.h"
#include "aws/services/kinesisanalytics/kinesisanalytics.h"
#include "io/priority.h"

namespace freshet::app {
namespace {

class AnalyticsPart final : public Part {
  public:
    /// The home core of streams and deliveries, which the siblings read without waiting; runs have
    /// cores of their own.
    AnalyticsPart(const Foundation& foundation, Services& services)
        : Part(services.of<stream::Streams>().home()),
          engines_(analytics::limits::engine_threads, "engines"),
          snapshots_(1, "snapshots"),
          siblings_(services.of<stream::Streams>(),
                    at_home(home(), services.of<delivery::Deliveries>()),
                    services.of<functions::Functions>(), services.of<objects::Objects>(),
                    services.of<monitor::Logs>()),
          applications_(
              {home(), foundation.database, services.of<stream::Streams>().log(), engines_,
               snapshots_, siblings_, foundation.disk, foundation.config.data_dir + "/analytics"},
              foundation.cores) {
        snapshots_.submit(io::let_others_go_first);
    }
    Result<> open(const Foundation& foundation, Services& services) {
        if (auto loaded = applications_.load(); !loaded) return loaded;
        aws::register_kinesisanalytics(foundation.router, applications_);
        services.add(applications_);
        return {};
    }
    void start(const std::string&) override { applications_.start(); }
    io::Task<void> stop() override { return applications_.stop(); }

  private:
    io::Pool engines_, snapshots_;
    AnalyticsSiblings siblings_;
    analytics::Applications applications_;
};

}  // namespace

PartKind analytics_part() {
    return {"analytics", analytics::store::migrations, make_part<AnalyticsPart>,
            analytics::store::claims};
}

}  // namespace freshet::app
