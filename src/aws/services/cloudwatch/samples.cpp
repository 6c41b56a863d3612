// Metrics: samples are put, metrics listed.
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "aws/protocol/page_token.h"
#include "aws/services/cloudwatch/words.h"

namespace freshet::aws::cloudwatch_words {

using namespace cloudwatch;
namespace domain = monitor;

Answer<domain::Dimensions> dimensions_of(const std::optional<std::vector<Dimension>>& given) {
    domain::Dimensions all;
    if (!given) return all;
    for (const Dimension& one : *given)
        if (!all.emplace(one.name, one.value).second)
            return refuse_value(fmt::format("The dimension {} is given twice.", one.name));
    return all;
}

namespace {

constexpr std::size_t list_page = 500;
constexpr std::size_t samples_max = 1000;  ///< AWS: of a PutMetricData

bool is_in_range(double value) { return std::isfinite(value) && std::abs(value) <= std::exp2(360); }

/// The statistics of one datum: of its value, its values with their counts, or as they were given.
Answer<domain::Statistics> statistics_of(const MetricDatum& datum, const std::string& place) {
    const int forms =
        datum.value.has_value() + datum.values.has_value() + datum.statistic_values.has_value();
    if (forms != 1)
        return refuse(
            "InvalidParameterCombinationException",
            fmt::format("The parameters {0}.Value, {0}.Values and {0}.StatisticValues are "
                        "mutually exclusive and you have specified {1} of them.",
                        place, forms));
    domain::Statistics all;
    if (datum.value) all = domain::Statistics::of(*datum.value);
    if (datum.statistic_values) {
        const StatisticSet& set = *datum.statistic_values;
        if (set.minimum > set.maximum)
            return refuse_value(
                fmt::format("The parameter {0}.StatisticValues.Maximum must be "
                            "greater than {0}.StatisticValues.Minimum.",
                            place));
        all = {set.sample_count, set.sum, set.minimum, set.maximum};
    }
    if (datum.values) {
        const auto& values = *datum.values;
        if (datum.counts && datum.counts->size() != values.size())
            return refuse_value(fmt::format(
                "The parameters {0}.Values and {0}.Counts must be of the same length.", place));
        for (std::size_t i = 0; i < values.size(); ++i)
            all.join(domain::Statistics::of(values[i], datum.counts ? (*datum.counts)[i] : 1));
    }
    for (const double number : {all.count, all.sum, all.minimum, all.maximum})
        if (!is_in_range(number))
            return refuse_value(
                fmt::format("The value {} for parameter {}.Value is invalid.", number, place));
    return all;
}

Answer<domain::Sample> sample_of(const Caller& caller, const std::string& space,
                                 const MetricDatum& datum, const std::string& place,
                                 Timestamp now) {
    auto dimensions = dimensions_of(datum.dimensions);
    if (!dimensions) return pass(dimensions);
    domain::Sample sample;
    sample.metric = {caller.account(), caller.region(), space, datum.metric_name,
                     std::move(*dimensions)};
    auto statistics = statistics_of(datum, place);
    if (!statistics) return pass(statistics);
    sample.statistics = *statistics;
    sample.time = datum.timestamp.value_or(now);
    if (sample.time < now - age_max)
        return refuse_value(fmt::format(
            "The parameter {}.Timestamp must specify a time no more than two weeks in the past.",
            place));
    if (sample.time > now + ahead_max)
        return refuse_value(fmt::format(
            "The parameter {}.Timestamp must specify a time no more than two hours in the future.",
            place));
    sample.unit = datum.unit.value_or("None");
    const int resolution_s = datum.storage_resolution.value_or(60);
    if (resolution_s != 1 && resolution_s != 60)
        return refuse_value(
            fmt::format("The parameter {}.StorageResolution must be 1 or 60.", place));
    if (resolution_s == 1) sample.resolution = 1s;
    return sample;
}

/// A metric's place in a list: a text that orders as its names do.
std::string place_of(const domain::MetricKey& key) {
    std::string names = key.space;
    names += '\0';
    names += key.name;
    names += '\0';
    for (const auto& [name, value] : key.dimensions) {
        names += name;
        names += '\0';
        names += value;
        names += '\0';
    }
    return names;
}

class Handlers {
  public:
    explicit Handlers(domain::Metrics& metrics) : metrics_(metrics) {}

    io::Task<Answer<PutMetricDataOp::Output>> put(Caller caller, PutMetricDataInput request) {
        if (request.namespace_.starts_with("AWS/"))
            co_return refuse_value(fmt::format("The value {} for parameter Namespace is invalid.",
                                               request.namespace_));
        std::vector<std::pair<std::string, const MetricDatum*>> all;
        const auto add = [&all](const std::vector<MetricDatum>& data, const std::string& place) {
            for (const MetricDatum& datum : data)
                all.emplace_back(fmt::format("{}MetricData.member.{}", place, all.size() + 1),
                                 &datum);
        };
        if (request.metric_data) add(*request.metric_data, "");
        if (request.entity_metric_data)
            for (const EntityMetricData& one : *request.entity_metric_data)
                if (one.metric_data) add(*one.metric_data, "EntityMetricData.");
        if (all.empty())
            co_return refuse("MissingRequiredParameterException",
                             "The parameter MetricData is required.");
        if (all.size() > samples_max)
            co_return refuse_value(
                "The collection MetricData must not have a size greater than 1000.");
        std::vector<domain::Sample> samples;
        for (const auto& [place, datum] : all) {
            auto sample = sample_of(caller, request.namespace_, *datum, place, home().now());
            if (!sample) co_return pass(sample);
            samples.push_back(std::move(*sample));
        }
        auto done = co_await metrics_.put(std::move(samples));
        if (!done) co_return refuse(done.error());
        co_return PutMetricDataOp::Output();
    }

    io::Task<Answer<ListMetricsOutput>> list(Caller caller, ListMetricsInput request) {
        domain::MetricFilter filter{caller.account(), caller.region(),
                                    request.namespace_.value_or(""),
                                    request.metric_name.value_or("")};
        if (request.dimensions)
            for (const DimensionFilter& one : *request.dimensions)
                filter.dimensions.emplace_back(one.name, one.value);
        filter.active_since = home().now() - (request.recently_active ? Millis(3h) : age_max);
        auto found = co_await metrics_.list(std::move(filter));
        if (!found) co_return refuse(found.error());
        // A page continues after the last metric of the page before, whatever has come or gone
        // since.
        std::map<std::string, const domain::MetricKey*> in_order;
        for (const domain::MetricKey& key : *found) in_order.emplace(place_of(key), &key);
        const auto last = page_start(request.next_token);
        if (!last) co_return refuse_value("The parameter NextToken is not valid.");
        auto at = request.next_token ? in_order.upper_bound(*last) : in_order.begin();
        ListMetricsOutput out;
        auto& metrics = out.metrics.emplace();
        for (; at != in_order.end() && metrics.size() < list_page; ++at) {
            const domain::MetricKey& key = *at->second;
            Metric& one = metrics.emplace_back();
            one.namespace_ = key.space;
            one.metric_name = key.name;
            auto& dimensions = one.dimensions.emplace();
            for (const auto& [name, value] : key.dimensions) dimensions.push_back({name, value});
        }
        if (at != in_order.end()) out.next_token = page_token(std::prev(at)->first);
        co_return out;
    }

  private:
    io::Core& home() { return metrics_.home(); }
    domain::Metrics& metrics_;
};

}  // namespace

void register_samples(Router& router, monitor::Metrics& metrics) {
    auto h = std::make_shared<Handlers>(metrics);
    io::Core& home = metrics.home();
    on<PutMetricDataOp>(router, home, h, &Handlers::put);
    on<ListMetricsOp>(router, home, h, &Handlers::list);
}

}  // namespace freshet::aws::cloudwatch_words
