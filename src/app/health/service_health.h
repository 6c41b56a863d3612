// What is wrong with applications and delivery streams, and with the clock, for /_freshet/health.
#pragma once
#include "analytics/analytics.h"
#include "app/health/health.h"
#include "delivery/delivery.h"

namespace freshet::app {

/// Home core of both.
io::Task<std::vector<Trouble>> service_troubles(analytics::Applications& applications,
                                                const delivery::Deliveries& deliveries);

}  // namespace freshet::app
