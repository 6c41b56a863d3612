#include "app/metrics/service_metrics.h"

#include <fmt/format.h>

#include <utility>

#include "base/check.h"
#include "base/log.h"

namespace freshet::app {
namespace {

using monitor::Statistics;

constexpr Millis every = 60s;
constexpr std::size_t samples_per_write = 500;  ///< others get their turn at the tables in between

Statistics statistics_of(const Tally& tally) {
    return {static_cast<double>(tally.count), tally.sum, tally.minimum, tally.maximum};
}

/// `all` tries, each 1 when it is among `some` and 0 when not: the average is their share.
Statistics share_of(double some, double all) {
    return {all, some, some < all ? 0.0 : 1.0, some > 0 ? 1.0 : 0.0};
}

const char* state_word(query::State state) {
    return state == query::State::succeeded ? "SUCCEEDED"
           : state == query::State::failed  ? "FAILED"
                                            : "CANCELLED";
}

}  // namespace

io::Task<void> ServiceMetrics::run() {
    Timestamp from = parts_.metrics.home().now();
    while (true) {
        const Timestamp next = std::chrono::floor<std::chrono::minutes>(from) + every;
        const bool may_continue = co_await stop_.sleep_until(next);
        const Timestamp now = parts_.metrics.home().now();
        co_await hand_over(std::exchange(from, now));
        if (!may_continue) co_return;
    }
}

io::Task<void> ServiceMetrics::stop() {
    stop_.request();
    co_await loops_.join();
}

void ServiceMetrics::add(const Home& home, const char* space, const char* name,
                         monitor::Dimensions dimensions, Statistics statistics, const char* unit) {
    samples_.push_back(
        {{home.account, home.region, space, name, std::move(dimensions)}, from_, statistics, unit});
}

double ServiceMetrics::grown(const std::string& id, std::uint64_t value) {
    const std::uint64_t before = std::exchange(last_[id], value);
    return static_cast<double>(value >= before ? value - before : value);
}

void ServiceMetrics::sample_applications() {
    constexpr const char* space = "AWS/KinesisAnalytics";
    for (const auto& [key, application] : parts_.applications.all()) {
        if (application.status != analytics::Status::running || application.inputs.empty())
            continue;
        const analytics::Figures figures = parts_.applications.figures(key);
        const std::string id =
            fmt::format("application {} {} {}", key.home.account, key.home.region, key.name);
        const auto flow = [&, &name = key](const char* direction, const std::string& part,
                                           const analytics::Flow& passed) {
            const monitor::Dimensions dimensions{
                {"Application", name.name}, {"Flow", direction}, {"Id", part}};
            const double records = grown(id + part + "r", passed.records),
                         bytes = grown(id + part + "b", passed.bytes);
            add(name.home, space, "Records", dimensions, Statistics::of(records), "Count");
            add(name.home, space, "Bytes", dimensions, Statistics::of(bytes), "Bytes");
        };
        const std::string& input = application.inputs[0].id;
        flow("Input", input, figures.input);
        for (const auto& [output, passed] : figures.outputs) flow("Output", output, passed);
        const monitor::Dimensions dimensions{
            {"Application", key.name}, {"Flow", "Input"}, {"Id", input}};
        add(key.home, space, "MillisBehindLatest", dimensions,
            Statistics::of(static_cast<double>(figures.behind.value_or(0ms).count())),
            "Milliseconds");
        if (application.inputs[0].processor) {
            add(key.home, space, "InputProcessing.OkRecords", dimensions,
                Statistics::of(grown(id + "ok", figures.processed_ok)), "Count");
            add(key.home, space, "InputProcessing.DroppedRecords", dimensions,
                Statistics::of(grown(id + "dropped", figures.dropped)), "Count");
            add(key.home, space, "InputProcessing.ProcessingFailedRecords", dimensions,
                Statistics::of(grown(id + "failed", figures.processing_failed)), "Count");
        }
        add(key.home, space, "KPUs", {{"Application", key.name}}, Statistics::of(1), "Count");
    }
}

void ServiceMetrics::sample_deliveries() {
    for (const delivery::DeliveryKey& key : parts_.deliveries.keys()) sample_delivery(key);
}

void ServiceMetrics::sample_delivery(const delivery::DeliveryKey& key) {
    constexpr const char* space = "AWS/Firehose";
    const auto stream = parts_.deliveries.find(key);
    const auto figures = parts_.deliveries.figures(key);
    if (!stream || !figures) return;
    const delivery::Options& options = (*stream)->destination.options;
    const std::string id =
        fmt::format("delivery {} {} {} ", key.home.account, key.home.region, key.name);
    const monitor::Dimensions dimensions{{"DeliveryStreamName", key.name}};
    const auto gauge = [&](const char* name, const char* unit, double value) {
        add(key.home, space, name, dimensions, Statistics::of(value), unit);
    };
    const auto sum = [&](const char* name, const char* unit, std::uint64_t value) {
        gauge(name, unit, grown(id + name, value));
    };
    for (const delivery::Measured& one : parts_.deliveries.take_measured(key))
        add(key.home, space, one.name.data(), dimensions, statistics_of(one.tally),
            one.unit.data());
    if ((*stream)->source) {
        sum("DataReadFromKinesisStream.Records", "Count", figures->in_records);
        sum("DataReadFromKinesisStream.Bytes", "Bytes", figures->in_bytes);
        gauge("KinesisMillisBehindLatest", "Milliseconds",
              static_cast<double>(parts_.deliveries.behind(key).count()));
    } else {
        sum("IncomingRecords", "Count", figures->in_records);
        sum("IncomingBytes", "Bytes", figures->in_bytes);
        sum("IncomingPutRequests", "Count", figures->put_requests);
        if (const auto quota = parts_.deliveries.quota(key)) {
            gauge("BytesPerSecondLimit", "Bytes/Second", quota->bytes);
            gauge("RecordsPerSecondLimit", "Count/Second", quota->records);
            gauge("PutRequestsPerSecondLimit", "Count/Second", quota->requests);
        }
    }
    const double objects = grown(id + "objects", figures->objects),
                 failures = grown(id + "failures", figures->failures);
    Millis age{0};
    if (figures->oldest_waiting)
        age = std::max(age, parts_.metrics.home().now() - *figures->oldest_waiting);
    const auto seconds = static_cast<double>(age.count() / 1000);
    if (options.is_backup_on) gauge("BackupToS3.DataFreshness", "Seconds", seconds);
    if (options.http) {
        gauge("DeliveryToHttpEndpoint.DataFreshness", "Seconds", seconds);
        return;
    }
    if (objects + failures > 0)
        add(key.home, space, "DeliveryToS3.Success", dimensions,
            share_of(objects, objects + failures), "Count");
    sum("DeliveryToS3.Records", "Count", figures->delivered_records);
    sum("DeliveryToS3.Bytes", "Bytes", figures->bytes);
    gauge("DeliveryToS3.ObjectCount", "Count", objects);
    if (options.is_converting()) {
        const delivery::ConversionFigures& converted = figures->converted;
        sum("SucceedConversion.Records", "Count", converted.good_records);
        sum("SucceedConversion.Bytes", "Bytes", converted.good_bytes);
        sum("FailedConversion.Records", "Count", converted.bad_records);
        sum("FailedConversion.Bytes", "Bytes", converted.bad_bytes);
    }
    gauge("DeliveryToS3.DataFreshness", "Seconds", seconds);
}

void ServiceMetrics::sample_functions() {
    constexpr const char* space = "AWS/Lambda";
    const auto durations = parts_.functions.take_durations();
    for (const auto& [key, function] : parts_.functions.all()) {
        const functions::Figures figures = parts_.functions.figures(key);
        const std::string id =
            fmt::format("function {} {} {} ", key.home.account, key.home.region, key.name);
        const double calls = grown(id + "calls", figures.calls),
                     failures = grown(id + "failures", figures.failures),
                     throttles = grown(id + "throttles", figures.throttles);
        const auto took = durations.find(key);
        if (calls + throttles == 0) continue;
        const monitor::Dimensions one{{"FunctionName", key.name}},
            two{{"FunctionName", key.name}, {"Resource", key.name}};
        for (const monitor::Dimensions& dimensions : {one, two}) {
            add(key.home, space, "Throttles", dimensions, share_of(throttles, calls + throttles),
                "Count");
            if (calls == 0) continue;
            add(key.home, space, "Invocations", dimensions, share_of(calls, calls), "Count");
            add(key.home, space, "Errors", dimensions, share_of(failures, calls), "Count");
            if (took != durations.end())
                add(key.home, space, "Duration", dimensions, statistics_of(took->second),
                    "Milliseconds");
        }
    }
}

void ServiceMetrics::sample_queries(const std::vector<query::Finished>& finished) {
    constexpr const char* space = "AWS/Athena";
    for (const query::Finished& one : finished) {
        const char* kind = one.kind == query::StatementKind::dml   ? "DML"
                           : one.kind == query::StatementKind::ddl ? "DDL"
                                                                   : "UTILITY";
        const monitor::Dimensions dimensions{{"QueryState", state_word(one.state)},
                                             {"QueryType", kind},
                                             {"WorkGroup", one.work_group}};
        const query::Statistics& seen = one.statistics;
        const auto note = [&](const char* name, std::int64_t value, const char* unit) {
            for (const monitor::Dimensions& of :
                 {dimensions, monitor::Dimensions{{"WorkGroup", one.work_group}}})
                add(one.home, space, name, of, Statistics::of(static_cast<double>(value)), unit);
        };
        note("TotalExecutionTime", seen.total_ms, "Milliseconds");
        note("EngineExecutionTime", seen.engine_ms, "Milliseconds");
        note("QueryQueueTime", seen.queue_ms, "Milliseconds");
        note("QueryPlanningTime", seen.planning_ms, "Milliseconds");
        note("ServiceProcessingTime", seen.service_ms, "Milliseconds");
        note("ProcessedBytes", seen.scanned_bytes, "Bytes");
    }
}

io::Task<void> ServiceMetrics::hand_over(Timestamp from) {
    FRESHET_CHECK(samples_.empty());  // one minute at a time
    from_ = from;
    auto finished = co_await io::run_on(parts_.queries.home(), parts_.queries.take_finished());
    co_await parts_.applications.look_at_runs();
    sample_applications();
    sample_deliveries();
    sample_functions();
    sample_queries(finished);
    const std::vector<monitor::Sample> all = std::exchange(samples_, {});
    for (std::size_t at = 0; at < all.size(); at += samples_per_write) {
        const std::size_t end = std::min(all.size(), at + samples_per_write);
        auto kept = co_await parts_.metrics.put({all.begin() + static_cast<std::ptrdiff_t>(at),
                                                 all.begin() + static_cast<std::ptrdiff_t>(end)});
        if (!kept) log_error("app", "metrics were not kept", {{"reason", kept.error().message()}});
    }
}

}  // namespace freshet::app
