// Amazon Athena: registers its operations and says what is special about its answers.
#include "aws/http/rim.h"
#include "aws/services/athena/athena.h"
#include "aws/services/athena/words.h"

namespace freshet::aws {
namespace {

class AthenaRim final : public ServiceRim {
  public:
    AthenaRim() : ServiceRim(athena::service_info()) {}

    const char* violation_code() const override { return "InvalidRequestException"; }
};

}  // namespace

void register_athena(Router& router, query::Query& query) {
    router.add_service(std::make_unique<AthenaRim>());
    athena_words::register_executions(router, query);
    athena_words::register_work_groups(router, query);
    athena_words::register_metadata(router, query);
}

}  // namespace freshet::aws
