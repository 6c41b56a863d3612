// Counters that only rise, remembered for some minutes: what pages show as rates and as curves.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace freshet::console {

/// Home core. A counter keeps its last limits::samples_max samples; one that is not later than the
/// last is ignored.
class Rates {
  public:
    /// A counter that fell (its server or its run began again) begins a new curve.
    void note(const std::string& id, Timestamp now, double counter);
    /// Per second, over the last limits::rate_over; 0 while there are fewer than two samples.
    double rate(const std::string& id) const;
    /// (time, rate since the sample before), oldest first.
    std::vector<std::pair<Timestamp, double>> curve(const std::string& id) const;
    /// What it counts has stopped: there is no rate until it was noted twice again.
    void drop(const std::string& id) { samples_.erase(id); }
    /// Drops counters that were not noted since `before`.
    void forget(Timestamp before);

  private:
    using Samples = std::deque<std::pair<Timestamp, double>>;
    std::map<std::string, Samples> samples_;
};

}  // namespace freshet::console
