// What applications, delivery streams, functions, queries and the catalog measure: lines for
// Prometheus at any time, and once a minute samples for CloudWatch in AWS's namespaces
// (AWS/KinesisAnalytics, AWS/Firehose, AWS/Lambda, AWS/Athena). Home core of the first; queries and
// the catalog are asked on theirs.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "analytics/analytics.h"
#include "catalog/catalog.h"
#include "delivery/delivery.h"
#include "functions/functions.h"
#include "monitor/metrics.h"
#include "query/query.h"

namespace freshet::app {

class ServiceMetrics {
  public:
    struct Parts {
        analytics::Applications& applications;
        delivery::Deliveries& deliveries;
        functions::Functions& functions;
        query::Query& queries;
        catalog::Catalog& catalog;
        monitor::Metrics& metrics;
    };
    explicit ServiceMetrics(Parts parts)
        : parts_(parts), stop_(parts.metrics.home()), loops_(parts.metrics.home()) {}
    void start() { loops_.spawn(run()); }
    /// Hands over what was measured until now.
    io::Task<void> stop();
    /// For /_freshet/metrics. Any core.
    io::Task<std::string> lines();

  private:
    io::Task<void> run();
    io::Task<void> hand_over(Timestamp from);
    io::Task<std::string> service_lines();
    void sample_applications();
    void sample_deliveries();
    void sample_delivery(const delivery::DeliveryKey& key);
    void sample_functions();
    void sample_queries(const std::vector<query::Finished>& finished);
    void add(const Home& home, const char* space, const char* name, monitor::Dimensions dimensions,
             monitor::Statistics statistics, const char* unit);
    /// How much a counter grew since the last time; from zero when it begins again.
    double grown(const std::string& id, std::uint64_t value);

    Parts parts_;
    std::map<std::string, std::uint64_t> last_;
    std::vector<monitor::Sample> samples_;
    Timestamp from_;
    io::StopFlag stop_;
    io::Scope loops_;
};

}  // namespace freshet::app
