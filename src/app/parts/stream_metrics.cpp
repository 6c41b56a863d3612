// What the streams measure, to the metric store.
#include "app/metrics/stream_metrics.h"

#include "app/part.h"

namespace freshet::app {
namespace {

class StreamMetricsPart final : public Part {
  public:
    StreamMetricsPart(const Foundation&, Services& services)
        : Part(services.of<stream::Streams>().home()),
          metrics_(services.of<stream::Streams>(),
                   at_home(home(), services.of<monitor::Metrics>())) {}
    Result<> open(const Foundation&, Services&) { return {}; }
    void start(const std::string&) override { metrics_.start(); }
    io::Task<void> stop() override { return metrics_.stop(); }

  private:
    StreamMetrics metrics_;
};

}  // namespace

PartKind stream_metrics_part() { return {"stream metrics", nullptr, make_part<StreamMetricsPart>}; }

}  // namespace freshet::app
