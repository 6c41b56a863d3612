// Amazon EventBridge: registers its operations.
#include "aws/http/rim.h"
#include "aws/model/events.h"
#include "aws/services/events/events.h"
#include "aws/services/events/words.h"

namespace freshet::aws {

void register_events(Router& router, schedule::Schedules& schedules) {
    router.add_service(std::make_unique<ServiceRim>(events::service_info()));
    events_words::register_rules(router, schedules);
    events_words::register_targets(router, schedules);
}

}  // namespace freshet::aws
