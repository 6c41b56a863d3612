// What schedules call (schedule/ports.h): functions, asynchronously.
#pragma once
#include "functions/functions.h"
#include "schedule/ports.h"

namespace freshet::app {

class ScheduleCallee final : public schedule::Callee {
  public:
    explicit ScheduleCallee(functions::Functions& functions) : functions_(functions) {}
    bool can_call(const std::string& arn) const override;
    io::Task<Result<>> call(std::string arn, Bytes event, std::string token) override;

  private:
    functions::Functions& functions_;
};

}  // namespace freshet::app
