// The Prometheus lines of ServiceMetrics.
#include <fmt/format.h>

#include "app/metrics/service_metrics.h"

namespace freshet::app {
namespace {

/// Without the quotes, as Prometheus escapes it.
std::string label_value(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

template <class Key>
std::string labels_of(const Key& key, const char* word) {
    return fmt::format("account=\"{}\",region=\"{}\",{}=\"{}\"", label_value(key.home.account),
                       label_value(key.home.region), word, label_value(key.name));
}

/// The families of one kind of thing, each with a line for each thing.
class Families {
  public:
    void add(const char* name, const char* help, const std::string& labels, double value) {
        auto& family = families_[name];
        family.first = help;
        fmt::format_to(std::back_inserter(family.second), "{}{{{}}} {}\n", name, labels, value);
    }
    std::string take() {
        std::string out;
        for (const auto& [name, family] : families_) {
            const bool counts = std::string_view(name).ends_with("_total");
            out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, family.first, name,
                               counts ? "counter" : "gauge");
            out += family.second;
        }
        return out;
    }

  private:
    std::map<std::string, std::pair<std::string, std::string>> families_;
};

void add_applications(const analytics::Applications& applications, Families& out) {
    for (const auto& [key, application] : applications.all()) {
        const analytics::Figures figures = applications.figures(key);
        const std::string labels = labels_of(key, "application");
        const auto count = [&](const char* name, const char* help, std::uint64_t value) {
            out.add(name, help, labels, static_cast<double>(value));
        };
        count("freshet_application_running", "1 for an application that runs.",
              application.status == analytics::Status::running);
        count("freshet_application_troubled",
              "1 for an application that waits or whose records do not fit.",
              !figures.trouble.empty() || !figures.advice.empty());
        count("freshet_application_records_in_total", "Records taken from the stream.",
              figures.input.records);
        count("freshet_application_bytes_in_total", "Bytes taken from the stream.",
              figures.input.bytes);
        count("freshet_application_rows_in_total", "Rows read from the records.", figures.rows_in);
        count("freshet_application_rows_out_total", "Rows given to outputs.", figures.rows_out);
        count("freshet_application_error_rows_total", "Rows that failed.", figures.errors);
        count("freshet_application_dropped_records_total", "Records that the function dropped.",
              figures.dropped);
        count("freshet_application_behind_milliseconds", "Age of the oldest record not yet taken.",
              static_cast<std::uint64_t>(figures.behind.value_or(Millis(0)).count()));
    }
}

void add_deliveries(const delivery::Deliveries& deliveries, Timestamp now, Families& out) {
    for (const delivery::DeliveryKey& key : deliveries.keys()) {
        const auto figures = deliveries.figures(key);
        if (!figures) continue;
        const std::string labels = labels_of(key, "delivery_stream");
        const auto count = [&](const char* name, const char* help, std::uint64_t value) {
            out.add(name, help, labels, static_cast<double>(value));
        };
        count("freshet_delivery_records_in_total", "Records put or read from the stream.",
              figures->in_records);
        count("freshet_delivery_bytes_in_total", "Bytes put or read from the stream.",
              figures->in_bytes);
        count("freshet_delivery_records_delivered_total", "Records in objects.",
              figures->delivered_records);
        count("freshet_delivery_objects_total", "Objects made.", figures->objects);
        count("freshet_delivery_object_bytes_total", "Bytes of these objects.", figures->bytes);
        count("freshet_delivery_failures_total", "Tries that were refused.", figures->failures);
        count("freshet_delivery_failing", "1 while the destination or the source refuses.",
              !figures->trouble.empty());
        count("freshet_delivery_waiting_bytes", "Bytes in the buffer.", figures->waiting_bytes);
        const Millis age = figures->oldest_waiting ? now - *figures->oldest_waiting : Millis(0);
        count("freshet_delivery_oldest_waiting_seconds", "Age of the oldest record in the buffer.",
              static_cast<std::uint64_t>(std::max<std::int64_t>(age.count(), 0) / 1000));
    }
}

void add_functions(const functions::Functions& functions, Families& out) {
    for (const auto& [key, function] : functions.all()) {
        const functions::Figures figures = functions.figures(key);
        const std::string labels = labels_of(key, "function");
        const auto count = [&](const char* name, const char* help, std::uint64_t value) {
            out.add(name, help, labels, static_cast<double>(value));
        };
        count("freshet_function_calls_total", "Calls that ended.", figures.calls);
        count("freshet_function_failures_total", "Calls that failed.", figures.failures);
        count("freshet_function_throttles_total", "Calls that were refused: too many waited.",
              figures.throttles);
        count("freshet_function_running", "Calls that run now.",
              static_cast<std::uint64_t>(std::max(figures.running, 0)));
        count("freshet_function_last_duration_milliseconds", "How long the last call took.",
              static_cast<std::uint64_t>(figures.last_took.count()));
    }
}

void add_queries(const std::vector<query::Totals>& all, Families& out) {
    for (const query::Totals& one : all) {
        const std::string labels = fmt::format(
            "account=\"{}\",region=\"{}\",work_group=\"{}\"", label_value(one.home.account),
            label_value(one.home.region), label_value(one.work_group));
        const auto count = [&](const char* name, const char* help, const std::string& more,
                               std::int64_t value) {
            out.add(name, help, labels + more, static_cast<double>(value));
        };
        constexpr const char* ended = "Queries that ended, by state.";
        count("freshet_query_executions_total", ended, ",state=\"SUCCEEDED\"", one.succeeded);
        count("freshet_query_executions_total", ended, ",state=\"FAILED\"", one.failed);
        count("freshet_query_executions_total", ended, ",state=\"CANCELLED\"", one.cancelled);
        count("freshet_query_milliseconds_total", "How long they took.", "", one.total_ms);
        count("freshet_query_scanned_bytes_total", "Bytes that they read.", "", one.scanned_bytes);
        count("freshet_query_running", "Queries that run or wait now.", "", one.running);
    }
}

io::Task<void> add_catalog(catalog::Catalog& catalog, Families* out) {
    auto homes = co_await catalog.homes();
    if (!homes) co_return;
    for (const Home& home : *homes) {
        const std::string labels = fmt::format("account=\"{}\",region=\"{}\"",
                                               label_value(home.account), label_value(home.region));
        auto databases = co_await catalog.databases(home);
        if (!databases) continue;
        std::size_t tables = 0;
        for (const catalog::Database& database : *databases) {
            auto found = co_await catalog.tables(home, database.name);
            if (found) tables += found->size();
        }
        auto counts = co_await catalog.partition_counts(home);
        std::int64_t partitions = 0;
        if (counts) {
            for (const auto& [table, count] : *counts) partitions += count;
        }
        out->add("freshet_catalog_databases", "Databases of the catalog.", labels,
                 static_cast<double>(databases->size()));
        out->add("freshet_catalog_tables", "Tables and views of the catalog.", labels,
                 static_cast<double>(tables));
        out->add("freshet_catalog_partitions", "Partitions of the catalog.", labels,
                 static_cast<double>(partitions));
    }
}

}  // namespace

io::Task<std::string> ServiceMetrics::lines() {
    return io::run_on(parts_.metrics.home(), service_lines());
}

io::Task<std::string> ServiceMetrics::service_lines() {
    Families out;
    co_await parts_.applications.look_at_runs();
    add_applications(parts_.applications, out);
    add_deliveries(parts_.deliveries, parts_.metrics.home().now(), out);
    add_functions(parts_.functions, out);
    auto totals = co_await io::run_on(parts_.queries.home(), parts_.queries.totals());
    add_queries(totals, out);
    co_await add_catalog(parts_.catalog, &out);
    co_return out.take();
}

}  // namespace freshet::app
