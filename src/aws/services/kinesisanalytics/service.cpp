// Kinesis Data Analytics (SQL): registers its operations.
#include "aws/http/rim.h"
#include "aws/services/kinesisanalytics/kinesisanalytics.h"
#include "aws/services/kinesisanalytics/words.h"

namespace freshet::aws {

void register_kinesisanalytics(Router& router, analytics::Applications& applications) {
    using namespace analytics_words;
    router.add_service(std::make_unique<ServiceRim>(kinesisanalytics::service_info()));
    register_applications(router, applications);
    register_parts(router, applications);
    register_discovery(router, applications);
}

}  // namespace freshet::aws
