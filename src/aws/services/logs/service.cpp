// Amazon CloudWatch Logs: registers its operations and says what is special about its answers.
#include "aws/http/rim.h"
#include "aws/model/logs.h"
#include "aws/services/logs/logs.h"
#include "aws/services/logs/words.h"

namespace freshet::aws {
namespace {

class LogsRim final : public ServiceRim {
  public:
    LogsRim() : ServiceRim(logs::service_info()) {}

    const char* violation_code() const override { return "InvalidParameterException"; }
};

}  // namespace

void register_logs(Router& router, monitor::Logs& logs) {
    router.add_service(std::make_unique<LogsRim>());
    logs_words::register_groups(router, logs);
    logs_words::register_events(router, logs);
}

}  // namespace freshet::aws
