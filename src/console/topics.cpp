#include "console/topics.h"

#include <fmt/format.h>

#include <algorithm>

#include "console/graph.h"
#include "console/jobs/topics.h"
#include "console/json_writer.h"
#include "console/overview.h"
#include "console/streams/topics.h"
#include "console/tables/topics.h"

namespace freshet::console {
namespace {

void write_window(JsonWriter& json, const analytics::Window& window) {
    json.open('{').member("stream", window.stream).member("at_ms", to_epoch_ms(window.at));
    json.key("columns").open('[');
    for (const record::Column& column : window.columns) json.text(std::string_view(column.name));
    json.close(']').key("rows").open('[');
    for (const auto& row : window.rows) {
        json.open('[');
        for (std::size_t i = 0; i < row.size(); ++i) {
            // Whole numbers travel as numbers; others as the exact text that the SQL gave.
            const bool is_whole =
                i < window.columns.size() && record::is_integer(window.columns[i].type.kind);
            if (row[i] && is_whole)
                json.raw(*row[i]);
            else
                json.text(row[i]);
        }
        json.close(']');
    }
    json.close(']').close('}');
}

Bytes gone(const std::string& what) {
    JsonWriter json;
    json.open('{').member("error", fmt::format("There is no {} any more", what)).close('}');
    return json.take();
}

}  // namespace

io::Task<Result<Bytes>> Topics::json_of(std::string topic, Home home) const {
    if (topic == "overview") {
        Graph graph = co_await overview(parts_, rates_, home);
        co_return to_json(graph);
    }
    if (topic == "streams") co_return streams_json(parts_, rates_, home);
    if (topic == "lake") {
        Bytes text = co_await lake_json(parts_, std::move(home));
        co_return text;
    }
    if (topic == "jobs") {
        Bytes text = co_await jobs_json(parts_, std::move(home));
        co_return text;
    }
    const auto colon = topic.find(':');
    const std::string kind = topic.substr(0, colon);
    const std::string name = colon == std::string::npos ? "" : topic.substr(colon + 1);
    if (kind == "stream" && !name.empty()) {
        Bytes text = co_await stream_json(parts_, rates_, shard_rates_, std::move(home), name);
        co_return text;
    }
    if (kind == "application" && !name.empty()) {
        co_await parts_.applications.look_at_runs();
        co_return application(home, name);
    }
    if (kind == "dashboard" && !name.empty()) {
        Bytes text = co_await dashboard(home, name);
        co_return text;
    }
    if (kind == "job" && !name.empty()) {
        Bytes text = co_await job_json(parts_, std::move(home), name);
        co_return text;
    }
    if (const auto slash = name.find('/'); kind == "table" && slash != std::string::npos) {
        Bytes text = co_await table_json(parts_, std::move(home), name.substr(0, slash),
                                         name.substr(slash + 1));
        co_return text;
    }
    co_return fail(Errc::invalid, fmt::format("There is no topic '{}'", topic));
}

Bytes Topics::application(const Home& home, const std::string& name) const {
    const analytics::ApplicationKey key{home, name};
    const auto found = parts_.applications.find(key);
    if (!found) return gone("application " + name);
    const analytics::Application& one = **found;
    const analytics::Figures figures = parts_.applications.figures(key);
    const std::string id = counter_id("rows", "application", key.home, key.name);
    JsonWriter json;
    json.open('{').member("name", name).member("code", one.code);
    json.member("status", one.status == analytics::Status::running ? "RUNNING" : "READY");
    json.member("input",
                one.inputs.empty() ? "" : name_in_arn(one.inputs[0].stream_arn, "stream/"));
    json.key("outputs").open('[');
    for (const analytics::Output& output : one.outputs)
        json.text(std::string_view(
            fmt::format("{} → {}", output.name, output.arn.substr(output.arn.rfind('/') + 1))));
    json.close(']').member("rows_in", static_cast<std::int64_t>(figures.rows_in));
    json.member("rows_out", static_cast<std::int64_t>(figures.rows_out));
    json.member("errors", static_cast<std::int64_t>(figures.errors));
    json.key("rate_in")
        .real(rates_.rate(id))
        .member("millis_behind", figures.behind.value_or(0ms).count());
    json.key("windows").open('[');
    for (auto window = figures.windows.rbegin(); window != figures.windows.rend(); ++window)
        write_window(json, *window);
    json.close(']').key("history").open('[');
    for (const auto& [at, rate] : rates_.curve(id))
        json.open('[').integer(to_epoch_ms(at)).real(rate).close(']');
    json.close(']');
    const std::string& wrong = figures.trouble.empty() ? figures.advice : figures.trouble;
    if (!wrong.empty()) json.member("error", wrong);
    return json.close('}').take();
}

io::Task<Bytes> Topics::dashboard(Home home, std::string id) const {
    auto found = co_await parts_.dashboards.data({home, id});
    JsonWriter json;
    json.open('{').member("id", id);
    if (!found) {
        json.key("columns").open('[').close(']').key("rows").open('[').close(']');
        json.member("refreshed_ms", to_epoch_ms(parts_.home.now())).member("took_ms", 0);
        json.member("error", found.error().message()).close('}');
        co_return json.take();
    }
    json.member("refreshed_ms", to_epoch_ms(found->refreshed))
        .member("took_ms", found->took.count());
    json.key("columns").open('[');
    for (const dashboards::Column& column : found->columns)
        json.open('{').member("name", column.name).member("type", column.type).close('}');
    json.close(']').key("rows").open('[');
    for (const auto& row : found->rows) {
        json.open('[');
        for (const auto& cell : row) json.text(cell);
        json.close(']');
    }
    json.close(']');
    if (!found->error.empty()) json.member("error", found->error);
    json.close('}');
    co_return json.take();
}

}  // namespace freshet::console
