// Amazon CloudWatch metrics: registers its operations.
#include "aws/http/rim.h"
#include "aws/services/cloudwatch/cloudwatch.h"
#include "aws/services/cloudwatch/words.h"

namespace freshet::aws {

void register_cloudwatch(Router& router, monitor::Metrics& metrics) {
    router.add_service(std::make_unique<ServiceRim>(cloudwatch::service_info()));
    cloudwatch_words::register_samples(router, metrics);
    cloudwatch_words::register_points(router, metrics);
}

}  // namespace freshet::aws
