// The schedule service and EventBridge.
#include "schedule/schedule.h"

#include "app/part.h"
#include "app/ports/schedule.h"
#include "aws/services/events/events.h"
#include "schedule/store.h"

namespace freshet::app {
namespace {

class SchedulePart final : public Part {
  public:
    SchedulePart(const Foundation& foundation, Services& services)
        : Part(foundation.cores.main()),
          callee_(services.of<functions::Functions>(),
                  at_home(home(), services.of<monitor::Metrics>())),
          schedules_(home(), foundation.database, callee_) {}
    Result<> open(const Foundation& foundation, Services& services) {
        if (auto loaded = schedules_.load(); !loaded) return loaded;
        aws::register_events(foundation.router, schedules_);
        services.add(schedules_);
        return {};
    }
    void start(const std::string&) override { schedules_.start(); }
    io::Task<void> stop() override { return schedules_.stop(); }
    io::Task<std::string> figures() override { co_return schedules_.figures(); }

  private:
    ScheduleCallee callee_;
    schedule::Schedules schedules_;
};

}  // namespace

PartKind schedule_part() {
    return {"schedule", schedule::store::migrations, make_part<SchedulePart>};
}

}  // namespace freshet::app
