// The log store and CloudWatch Logs.
#include "monitor/logs.h"

#include "app/part.h"
#include "aws/services/logs/logs.h"

namespace freshet::app {
namespace {

class LogsPart final : public Part {
  public:
    LogsPart(const Foundation& foundation, Services&)
        : Part(foundation.cores.main()), logs_(home(), foundation.database) {}
    Result<> open(const Foundation& foundation, Services& services) {
        aws::register_logs(foundation.router, logs_);
        services.add(logs_);
        return {};
    }
    io::Task<void> stop() override { return logs_.stop(); }

  private:
    monitor::Logs logs_;
};

}  // namespace

PartKind logs_part() { return {"logs", monitor::migrations, make_part<LogsPart>}; }

}  // namespace freshet::app
