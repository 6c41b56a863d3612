// The points of metrics: statistics over periods.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "aws/protocol/page_token.h"
#include "aws/services/cloudwatch/words.h"

namespace freshet::aws::cloudwatch_words {

using namespace cloudwatch;
namespace domain = monitor;

namespace {

constexpr std::int32_t points_max = 100'800;         ///< AWS: of a page of GetMetricData
constexpr std::size_t statistics_points_max = 1440;  ///< AWS: of a GetMetricStatistics

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
        const bool is_ascending = request.scan_by == "TimestampAscending";
        GetMetricDataOutput out;
        auto& results = out.metric_data_results.emplace();
        for (const MetricDataQuery& query : request.metric_data_queries) {
            auto result = co_await answer(caller, request, query, is_ascending, pager);
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
                                              const MetricDataQuery& query, bool is_ascending,
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
        if (!is_ascending) std::ranges::reverse(ordered);
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

void register_points(Router& router, monitor::Metrics& metrics) {
    auto h = std::make_shared<Handlers>(metrics);
    io::Core& home = metrics.home();
    on<GetMetricDataOp>(router, home, h, &Handlers::get);
    on<GetMetricStatisticsOp>(router, home, h, &Handlers::statistics);
}

}  // namespace freshet::aws::cloudwatch_words
