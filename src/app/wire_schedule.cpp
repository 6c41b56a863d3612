#include "app/wire_schedule.h"

#include "aws/services/events/events.h"
#include "schedule/store.h"

namespace freshet::app {

std::vector<meta::Migration> WiredSchedule::migrations() { return schedule::store::migrations(); }

Result<std::unique_ptr<WiredSchedule>> WiredSchedule::make(Context& context,
                                                           functions::Functions& functions,
                                                           monitor::Metrics& metrics) {
    auto wired = std::make_unique<WiredSchedule>();
    wired->callee_ = std::make_unique<ScheduleCallee>(functions, metrics);
    wired->schedules_ = std::make_unique<schedule::Schedules>(context.cores.main(),
                                                              context.database, *wired->callee_);
    if (auto loaded = wired->schedules_->load(); !loaded) return pass(loaded);
    aws::register_events(context.router, *wired->schedules_);
    return wired;
}

}  // namespace freshet::app
