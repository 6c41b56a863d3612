// What schedules call (schedule/ports.h): functions that permit it, asynchronously.
#pragma once
#include "functions/functions.h"
#include "monitor/metrics.h"
#include "schedule/ports.h"

namespace freshet::app {

class ScheduleCallee final : public schedule::Callee {
  public:
    ScheduleCallee(functions::Functions& functions, monitor::Metrics& metrics)
        : functions_(functions), metrics_(metrics) {}
    bool can_call(const std::string& arn) const override;
    /// Counted in CloudWatch as well: Invocations and FailedInvocations of AWS/Events.
    io::Task<Result<>> call(schedule::Call call) override;

  private:
    io::Task<Result<>> ask(schedule::Call call);
    functions::Functions& functions_;
    monitor::Metrics& metrics_;
};

}  // namespace freshet::app
