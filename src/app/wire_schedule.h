// Makes the schedule service.
#pragma once
#include <memory>

#include "app/context.h"
#include "app/ports/schedule.h"
#include "schedule/schedule.h"

namespace freshet::app {

class WiredSchedule {
  public:
    static std::vector<meta::Migration> migrations();
    static Result<std::unique_ptr<WiredSchedule>> make(Context& context,
                                                       functions::Functions& functions,
                                                       monitor::Metrics& metrics);
    void start() { schedules_->start(); }
    io::Task<void> stop() { co_await schedules_->stop(); }

    /// Home core of schedules.
    io::Task<std::string> figures() { co_return schedules_->figures(); }
    schedule::Schedules& schedules() { return *schedules_; }

  private:
    std::unique_ptr<ScheduleCallee> callee_;
    std::unique_ptr<schedule::Schedules> schedules_;
};

}  // namespace freshet::app
