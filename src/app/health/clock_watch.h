// Looks whether the system's clock went back, and says so in the log: time then continues by the
// monotonic clock (io/steady_time.h). Home core: the first.
#pragma once
#include "io/core.h"
#include "stream/stream.h"

namespace freshet::app {

class ClockWatch {
  public:
    explicit ClockWatch(io::Core& home) : home_(home), stop_(home), loops_(home) {}
    /// Before start(): time continues from the last record that any stream keeps.
    void hold(stream::Streams& streams);
    void start() { loops_.spawn(run()); }
    io::Task<void> stop();

  private:
    io::Task<void> run();
    io::Core& home_;
    io::StopFlag stop_;
    io::Scope loops_;
};

}  // namespace freshet::app
