#include "aws/services/cloudwatch/cloudwatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "aws/http/rim.h"
#include "aws/model/cloudwatch.h"
#include "aws/protocol/page_token.h"

namespace freshet::aws {
namespace {

using namespace cloudwatch;
namespace domain = monitor;

constexpr std::size_t list_page = 500;
constexpr std::size_t samples_max = 1000;            ///< AWS: of a PutMetricData
constexpr std::int32_t points_max = 100'800;         ///< AWS: of a page of GetMetricData
constexpr std::size_t statistics_points_max = 1440;  ///< AWS: of a GetMetricStatistics
constexpr Millis age_max = 14 * 24h, ahead_max = 2h;

std::unexpected<Fault> refuse(const char* code, std::string message) {
    return std::unexpected(Fault{code, std::move(message)});
}
std::unexpected<Fault> refuse_value(std::string message) {
    return refuse("InvalidParameterValueException", std::move(message));
}
std::unexpected<Fault> refuse(const freshet::Error& error) {
    return std::unexpected(Fault{"InternalServiceFault", error.message(), 500});
}

Answer<domain::Dimensions> dimensions_of(const std::optional<std::vector<Dimension>>& given) {
    domain::Dimensions all;
    if (!given) return all;
    for (const Dimension& one : *given)
        if (!all.emplace(one.name, one.value).second)
            return refuse_value(fmt::format("The dimension {} is given twice.", one.name));
    return all;
}

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

std::optional<double> statistic(const std::string& name, const domain::Statistics& of) {
    if (name == "SampleCount") return of.count;
    if (name == "Sum") return of.sum;
    if (name == "Minimum") return of.minimum;
    if (name == "Maximum") return of.maximum;
    if (name == "Average") return of.count > 0 ? of.sum / of.count : 0;
    return std::nullopt;
}

Answer<Millis> period_of(std::int32_t seconds) {
    const bool is_good = seconds == 1 || seconds == 5 || seconds == 10 || seconds == 20 ||
                         seconds == 30 || (seconds > 0 && seconds % 60 == 0);
    if (is_good) return Millis(std::int64_t{seconds} * 1000);
    return refuse_value("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.");
}

/// Each is a name of its own, which begins with a small letter.
Answer<void> check_ids(const std::vector<MetricDataQuery>& queries) {
    std::set<std::string_view> seen;
    for (const MetricDataQuery& query : queries) {
        const bool begins = !query.id.empty() && query.id[0] >= 'a' && query.id[0] <= 'z';
        const bool is_word = std::ranges::all_of(query.id, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_';
        });
        if (!begins || !is_word)
            return refuse_value(
                fmt::format("The value {} for parameter Id is not matching the "
                            "expected pattern ^[a-z][a-zA-Z0-9_]*$.",
                            query.id));
        if (!seen.insert(query.id).second)
            return refuse_value(
                fmt::format("The Id {} is given twice in MetricDataQueries.", query.id));
    }
    return {};
}

Timestamp floor_to(Timestamp time, Millis step) {
    const std::int64_t ms = to_epoch_ms(time), size = step.count();
    return from_epoch_ms(ms - ((ms % size) + size) % size);
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

/// Cuts a series of answers' points into pages: `skipped` of them went before.
class Pager {
  public:
    Pager(std::size_t skipped, std::size_t room) : skip_(skipped), room_(room), from_(skipped) {}
    bool takes() {
        if (skip_ > 0) {
            --skip_;
            return false;
        }
        if (room_ == 0) {
            is_cut_ = true;
            return false;
        }
        --room_;
        ++from_;
        return true;
    }
    bool is_cut() const { return is_cut_; }
    std::size_t next() const { return from_; }

  private:
    std::size_t skip_, room_, from_;
    bool is_cut_ = false;
};

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
        // A page goes on after the last metric of the page before, whatever has come or gone since.
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

    io::Task<Answer<GetMetricDataOutput>> get(Caller caller, GetMetricDataInput request) {
        if (request.start_time >= request.end_time)
            co_return refuse_value(
                "The parameter StartTime must be less than the parameter EndTime.");
        if (auto good = check_ids(request.metric_data_queries); !good) co_return pass(good);
        const auto skipped = page_row(request.next_token);
        if (!skipped) co_return refuse("InvalidNextToken", "The parameter NextToken is not valid.");
        const std::int32_t most = request.max_datapoints.value_or(points_max);
        if (most < 1 || most > points_max)
            co_return refuse_value(
                fmt::format("The parameter MaxDatapoints must be between 1 and {}.", points_max));
        Pager pager(static_cast<std::size_t>(*skipped), static_cast<std::size_t>(most));
        const bool ascending = request.scan_by == "TimestampAscending";
        GetMetricDataOutput out;
        auto& results = out.metric_data_results.emplace();
        for (const MetricDataQuery& query : request.metric_data_queries) {
            auto result = co_await answer(caller, request, query, ascending, pager);
            if (!result) co_return pass(result);
            if (query.return_data.value_or(true)) results.push_back(std::move(*result));
        }
        if (pager.is_cut()) out.next_token = page_token(std::to_string(pager.next()));
        out.messages.emplace();
        co_return out;
    }

    io::Task<Answer<GetMetricStatisticsOutput>> statistics(Caller caller,
                                                           GetMetricStatisticsInput request) {
        if (request.start_time >= request.end_time)
            co_return refuse_value(
                "The parameter StartTime must be less than the parameter EndTime.");
        if (!request.statistics)
            co_return refuse("MissingRequiredParameterException",
                             "The parameter Statistics is required.");
        auto period = period_of(request.period);
        if (!period) co_return pass(period);
        auto dimensions = dimensions_of(request.dimensions);
        if (!dimensions) co_return pass(dimensions);
        domain::PointRequest wanted{{caller.account(), caller.region(), request.namespace_,
                                     request.metric_name, std::move(*dimensions)},
                                    floor_to(request.start_time, *period),
                                    request.end_time,
                                    *period,
                                    request.unit};
        auto points = co_await metrics_.points(std::move(wanted));
        if (!points) co_return refuse(points.error());
        if (points->size() > statistics_points_max)
            co_return refuse(
                "InvalidParameterCombinationException",
                fmt::format("You have requested up to {} datapoints, which exceeds the "
                            "limit of 1440. You may reduce the datapoints requested "
                            "by increasing Period, or decreasing the time range.",
                            points->size()));
        GetMetricStatisticsOutput out;
        out.label = request.metric_name;
        auto& all = out.datapoints.emplace();
        for (const domain::Point& point : *points)
            all.push_back(datapoint(point, *request.statistics));
        co_return out;
    }

  private:
    io::Core& home() { return metrics_.home(); }

    static Datapoint datapoint(const domain::Point& point, const std::vector<std::string>& wanted) {
        Datapoint one;
        one.timestamp = point.time;
        one.unit = point.unit;
        for (const std::string& name : wanted) {
            const auto value = statistic(name, point.statistics);
            if (name == "SampleCount") one.sample_count = value;
            if (name == "Sum") one.sum = value;
            if (name == "Minimum") one.minimum = value;
            if (name == "Maximum") one.maximum = value;
            if (name == "Average") one.average = value;
        }
        return one;
    }

    io::Task<Answer<MetricDataResult>> answer(const Caller& caller,
                                              const GetMetricDataInput& request,
                                              const MetricDataQuery& query, bool ascending,
                                              Pager& pager) {
        if (!query.metric_stat)
            co_return refuse_value(fmt::format("The query {} must have a MetricStat.", query.id));
        const MetricStat& stat = *query.metric_stat;
        if (!statistic(stat.stat, {}))
            co_return refuse_value(
                fmt::format("Freshet keeps sums, counts, minima and maxima: the statistic {} of {} "
                            "is not built",
                            stat.stat, query.id));
        auto period = period_of(stat.period);
        if (!period) co_return pass(period);
        auto dimensions = dimensions_of(stat.metric.dimensions);
        if (!dimensions) co_return pass(dimensions);
        domain::PointRequest wanted{
            {caller.account(), caller.region(), stat.metric.namespace_.value_or(""),
             stat.metric.metric_name.value_or(""), std::move(*dimensions)},
            floor_to(request.start_time, *period),
            request.end_time,
            *period,
            stat.unit};
        auto points = co_await metrics_.points(std::move(wanted));
        if (!points) co_return refuse(points.error());
        std::map<Timestamp, domain::Statistics> by_time;  // without a unit asked for, all together
        for (const domain::Point& point : *points) by_time[point.time].join(point.statistics);
        std::vector<std::pair<Timestamp, domain::Statistics>> ordered(by_time.begin(),
                                                                      by_time.end());
        if (!ascending) std::ranges::reverse(ordered);
        MetricDataResult out;
        out.id = query.id;
        out.label = query.label.value_or(stat.metric.metric_name.value_or(""));
        auto& times = out.timestamps.emplace();
        auto& values = out.values.emplace();
        for (const auto& [time, seen] : ordered) {
            if (!pager.takes()) continue;
            times.push_back(time);
            values.push_back(*statistic(stat.stat, seen));
        }
        out.status_code = pager.is_cut() ? "PartialData" : "Complete";
        co_return out;
    }

    domain::Metrics& metrics_;
};

}  // namespace

void register_cloudwatch(Router& router, domain::Metrics& metrics) {
    router.add_service(std::make_unique<ServiceRim>(cloudwatch::service_info()));
    auto h = std::make_shared<Handlers>(metrics);
    io::Core& home = metrics.home();
    router.handle<PutMetricDataOp>(
        home, [h](Caller c, PutMetricDataInput i) { return h->put(std::move(c), std::move(i)); });
    router.handle<ListMetricsOp>(
        home, [h](Caller c, ListMetricsInput i) { return h->list(std::move(c), std::move(i)); });
    router.handle<GetMetricDataOp>(
        home, [h](Caller c, GetMetricDataInput i) { return h->get(std::move(c), std::move(i)); });
    router.handle<GetMetricStatisticsOp>(home, [h](Caller c, GetMetricStatisticsInput i) {
        return h->statistics(std::move(c), std::move(i));
    });
}

}  // namespace freshet::aws
