// Once a minute: what the streams measured goes into the metric store, as AWS/Kinesis. Home core of
// both, which is one.
#pragma once
#include "monitor/metrics.h"
#include "stream/stream.h"

namespace freshet::app {

class StreamMetrics {
  public:
    StreamMetrics(stream::Streams& streams, monitor::Metrics& metrics)
        : streams_(streams), metrics_(metrics), stop_(streams.home()), loops_(streams.home()) {}
    void start() { loops_.spawn(run()); }
    /// Hands over what was measured until now.
    io::Task<void> stop();

  private:
    io::Task<void> run();
    /// What was measured since `from` is of the minute that `from` lies in.
    io::Task<void> hand_over(Timestamp from);
    stream::Streams& streams_;
    monitor::Metrics& metrics_;
    io::StopFlag stop_;
    io::Scope loops_;
};

}  // namespace freshet::app
