#include "app/health/service_health.h"

#include <fmt/format.h>

#include "io/steady_time.h"

namespace freshet::app {
namespace {

template <class Key>
void add(std::vector<Trouble>& all, const char* part, const Key& key, const std::string& reason) {
    if (!reason.empty())
        all.push_back({part, reason, key.home.account, key.home.region, key.name, false});
}

}  // namespace

io::Task<std::vector<Trouble>> service_troubles(analytics::Applications& applications,
                                                const delivery::Deliveries& deliveries) {
    std::vector<Trouble> all;
    if (const Millis lead = io::system_clock_lead(); lead > Millis(0))
        all.push_back({"clock",
                       fmt::format("the system's clock went back; time is ahead of it by {} ms",
                                   lead.count()),
                       "", "", "", false});
    co_await applications.look_at_runs();
    for (const auto& [key, application] : applications.all()) {
        const analytics::Figures figures = applications.figures(key);
        add(all, "application", key, figures.trouble.empty() ? figures.advice : figures.trouble);
    }
    for (const delivery::DeliveryKey& key : deliveries.keys()) {
        if (const auto figures = deliveries.figures(key))
            add(all, "delivery", key, figures->trouble);
    }
    co_return all;
}

}  // namespace freshet::app
