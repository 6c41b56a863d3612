#include "console/overview.h"

#include <fmt/format.h>

#include <algorithm>

#include "console/limits.h"
#include "lake/owner.h"

namespace freshet::console {
namespace {

Figure rate_of(std::string label, double value) { return {std::move(label), "rate", value, ""}; }
Figure text_of(std::string label, std::string text) {
    return {std::move(label), "text", 0, std::move(text)};
}
Figure count_of(std::string label, auto value) {
    return {std::move(label), "count", static_cast<double>(value), ""};
}

/// What the parts of one overview share.
struct View {
    const Parts& parts;
    const Rates& rates;
    const Home& home;
    Graph& graph;

    double rate(std::string_view what, std::string_view kind, const std::string& name) const {
        return rates.rate(counter_id(what, kind, home, name));
    }
};

void add_streams(View& view) {
    for (const stream::Stream* stream : view.parts.streams.catalog().list(view.home, "")) {
        const std::string& name = stream->key.name;
        view.graph.nodes.push_back({"stream:" + name,
                                    "stream",
                                    name,
                                    stream::word_of(view.parts.streams.catalog().status(*stream)),
                                    {rate_of("records", view.rate("records", "stream", name)),
                                     {"bytes/s", "bytes", view.rate("bytes", "stream", name), ""},
                                     count_of("shards", stream->open.size())},
                                    ""});
    }
}

void add_functions(View& view) {
    for (const functions::Function& function : view.parts.functions.list(view.home)) {
        const functions::Figures figures = view.parts.functions.figures(function.key);
        const std::string& name = function.key.name;
        view.graph.nodes.push_back(
            {"function:" + name,
             "function",
             name,
             figures.trouble.empty() ? "ACTIVE" : "FAILING",
             {rate_of("calls", view.rate("calls", "function", name)),
              {"last took", "ms", static_cast<double>(figures.last_took.count()), ""},
              count_of("failures", figures.failures)},
             figures.trouble});
    }
}

/// What feeds an application: its stream, through its function where it has one.
void connect_input(View& view, const analytics::Application& application, Millis behind) {
    for (const analytics::Input& input : application.inputs) {
        const std::string from = "stream:" + name_in_arn(input.stream_arn, "stream/");
        const std::string to = "application:" + application.key.name;
        const double rate = view.rate("rows", "application", application.key.name);
        if (!input.processor) {
            view.graph.connect(from, to, rate, behind);
            continue;
        }
        const std::string function =
            "function:" + name_in_arn(input.processor->function_arn, "function:");
        view.graph.connect(from, function, rate, behind);
        view.graph.connect(function, to, rate, behind);
    }
}

const char* state_of(const analytics::Figures& figures, bool runs) {
    if (!figures.trouble.empty()) return "FAILING";
    if (figures.errors > 0) return "ROW ERRORS";
    return runs ? "RUNNING" : "STOPPED";
}

/// "540 (2.7 %)"
std::string failed_share(const analytics::Figures& figures) {
    const auto all = static_cast<double>(std::max(figures.rows_in, figures.errors));
    const double share = 100 * static_cast<double>(figures.errors) / all;
    return fmt::format("{} ({:.{}f} %)", figures.errors, share, share < 10 ? 1 : 0);
}

std::string trouble_of(const analytics::Figures& figures) {
    if (!figures.trouble.empty()) return figures.trouble;
    if (!figures.advice.empty()) return figures.advice;
    if (figures.errors == 0) return "";
    return fmt::format(
        "{} of the rows failed and went to error_stream; the Analytics page says why",
        failed_share(figures));
}

void add_applications(View& view) {
    for (const analytics::Application* application : view.parts.applications.list(view.home, "")) {
        const analytics::Figures figures = view.parts.applications.figures(application->key);
        const bool runs = application->status == analytics::Status::running;
        const Millis behind = figures.behind.value_or(0ms);
        const std::string& name = application->key.name;
        view.graph.nodes.push_back(
            {"application:" + name,
             "application",
             name,
             state_of(figures, runs),
             {rate_of("rows", view.rate("rows", "application", name)),
              runs ? Figure{"behind", "ms", static_cast<double>(behind.count()), ""}
                   : text_of("behind", "–"),
              figures.errors > 0 ? text_of("rows failed", failed_share(figures))
                                 : count_of("rows out", figures.rows_out),
              count_of("rows in", figures.rows_in), count_of("rows out", figures.rows_out),
              count_of("dropped by the function", figures.dropped)},
             trouble_of(figures)});
        connect_input(view, *application, behind);
        for (const analytics::Output& output : application->outputs) {
            const bool delivers = output.target == analytics::Target::delivery_stream;
            view.graph.connect("application:" + name,
                               delivers ? "delivery:" + name_in_arn(output.arn, "deliverystream/")
                                        : "stream:" + name_in_arn(output.arn, "stream/"),
                               view.rate("rows out", "application", name), 0ms);
        }
    }
}

void add_bucket(View& view, const std::string& bucket) {
    if (bucket.empty() || view.graph.has("bucket:" + bucket)) return;
    view.graph.nodes.push_back({"bucket:" + bucket, "bucket", bucket, "ACTIVE", {}, ""});
}

void add_deliveries(View& view) {
    const Timestamp now = view.graph.now;
    for (const delivery::DeliveryStream* one : view.parts.deliveries.list(view.home, "")) {
        const delivery::Figures figures =
            view.parts.deliveries.figures(one->key).value_or(delivery::Figures{});
        const std::string& name = one->key.name;
        const Millis oldest =
            figures.oldest_waiting ? std::max(now - *figures.oldest_waiting, 0ms) : 0ms;
        const Millis late =
            std::max(oldest - std::chrono::seconds(one->destination.interval_s), 0ms);
        view.graph.nodes.push_back(
            {"delivery:" + name,
             "delivery",
             name,
             figures.trouble.empty() ? "ACTIVE" : "FAILING",
             {rate_of("records", view.rate("records", "delivery", name)),
              text_of("buffer", fmt::format("{:.1f} of {} MiB",
                                            static_cast<double>(figures.waiting_bytes) / 1048576.0,
                                            one->destination.buffer_mib)),
              text_of("age", fmt::format("{} of {} s", oldest.count() / 1000,
                                         one->destination.interval_s)),
              count_of("objects", figures.objects)},
             figures.trouble});
        const double rate = view.rate("records", "delivery", name);
        if (one->source)
            view.graph.connect("stream:" + one->source->stream.name, "delivery:" + name, rate,
                               late);
        add_bucket(view, one->destination.bucket);
        view.graph.connect("delivery:" + name, "bucket:" + one->destination.bucket, rate, late);
        for (Node& node : view.graph.nodes) {
            if (node.id != "bucket:" + one->destination.bucket) continue;
            if (node.figures.empty())
                node.figures = {count_of("delivered", 0), {"bytes", "bytes", 0, ""}};
            node.figures[0].value += static_cast<double>(figures.objects);
            node.figures[1].value += static_cast<double>(figures.bytes);
        }
    }
}

void add_rules(View& view) {
    for (const schedule::Rule* rule : view.parts.schedules.list(view.home, "")) {
        std::vector<Figure> figures = {text_of("when", rule->expression)};
        if (rule->is_enabled && rule->due)
            figures.push_back(
                {"next in", "ms",
                 static_cast<double>(std::max(*rule->due - view.graph.now, 0ms).count()), ""});
        view.graph.nodes.push_back({"schedule:" + rule->key.name, "schedule", rule->key.name,
                                    rule->is_enabled ? "ENABLED" : "DISABLED", std::move(figures),
                                    ""});
        for (const schedule::Target& target : rule->targets)
            view.graph.connect("schedule:" + rule->key.name,
                               "function:" + name_in_arn(target.arn, "function:"), 0, 0ms);
    }
}

void add_crawlers(View& view) {
    for (const lake::Crawler* crawler : view.parts.crawlers.list(view.home)) {
        const bool runs = crawler->state != lake::State::ready;
        Node node{"crawler:" + crawler->key.name,
                  "crawler",
                  crawler->key.name,
                  runs ? "CRAWLING" : "READY",
                  {text_of("database", crawler->database)},
                  ""};
        if (!crawler->last) {
            node.figures.push_back(text_of("last crawl", "none yet"));
        } else {
            const auto outcome = crawler->last->outcome;
            node.figures.push_back(
                text_of("last crawl", outcome == lake::Outcome::succeeded   ? "succeeded"
                                      : outcome == lake::Outcome::cancelled ? "cancelled"
                                                                            : "failed"));
            if (outcome == lake::Outcome::failed) {
                node.trouble = crawler->last->error;
                if (!runs) node.state = "FAILED";
            }
            node.figures.push_back(
                {"ago", "ms",
                 static_cast<double>(
                     std::max(view.graph.now - crawler->last->started, 0ms).count()),
                 ""});
        }
        view.graph.nodes.push_back(std::move(node));
        for (const lake::Target& target : crawler->targets) {
            add_bucket(view, bucket_of(target.path));
            view.graph.connect("bucket:" + bucket_of(target.path), "crawler:" + crawler->key.name,
                               0, 0ms);
        }
    }
}

/// Databases may have tables of one name.
std::string id_of(const catalog::Table& table) {
    const char* kind = table.type == "VIRTUAL_VIEW" ? "view" : "table";
    return fmt::format("{}:{}.{}", kind, table.database, table.name);
}

/// A table that a crawler made is connected to it, any other to its bucket.
void add_table(View& view, const catalog::Table& table, std::int64_t partitions) {
    const bool is_view = table.type == "VIRTUAL_VIEW";
    const std::string id = id_of(table);
    if (view.graph.has(id)) return;
    Node node{
        id, is_view ? "view" : "table", table.name, "FRESH", {text_of("database", table.database)},
        ""};
    node.figures.push_back(count_of("columns", table.storage ? table.storage->columns.size() : 0));
    if (!table.partition_keys.empty()) node.figures.push_back(count_of("partitions", partitions));
    view.graph.nodes.push_back(std::move(node));
    if (is_view || !table.storage) return;
    const auto crawler = table.parameters.find(lake::owner_parameter);
    const std::string bucket = bucket_of(table.storage->location);
    add_bucket(view, bucket);
    view.graph.connect(
        crawler != table.parameters.end() ? "crawler:" + crawler->second : "bucket:" + bucket, id,
        0, 0ms);
}

/// A function that has a table's name in one variable and its database in another works on it.
void connect_functions(View& view, const std::vector<catalog::Table>& tables) {
    for (const functions::Function& function : view.parts.functions.list(view.home)) {
        const auto& variables = function.settings.environment;
        const auto has = [&](const std::string& text) {
            return std::ranges::any_of(variables,
                                       [&](const auto& one) { return one.second == text; });
        };
        for (const catalog::Table& table : tables) {
            const bool is_meant =
                has(table.database + "." + table.name) || (has(table.name) && has(table.database));
            if (is_meant) view.graph.connect("function:" + function.key.name, id_of(table), 0, 0ms);
        }
    }
}

/// What a view or a data set reads, by the names in its SQL.
void connect_sql(View& view, const std::vector<catalog::Table>& tables, const std::string& sql,
                 const std::string& reader) {
    for (const catalog::Table& table : tables) {
        const std::string id = id_of(table);
        if (id != reader && names_table(sql, table.name)) view.graph.connect(id, reader, 0, 0ms);
    }
}

void add_dashboards(View& view, const std::vector<catalog::Table>& tables) {
    for (const dashboards::Dashboard& board : view.parts.dashboards.list(view.home)) {
        auto data_set = view.parts.dashboards.find_data_set({view.home, board.data_set});
        const bool keeps = data_set && data_set->mode == dashboards::ImportMode::spice;
        view.graph.nodes.push_back(
            {"dashboard:" + board.key.name,
             "dashboard",
             board.key.name,
             "ACTIVE",
             {text_of("data set", board.data_set),
              text_of("mode", keeps ? "SPICE" : "direct query"),
              {"refresh", "ms", static_cast<double>(board.refresh_every.count()), ""}},
             ""});
        if (data_set) connect_sql(view, tables, data_set->sql, "dashboard:" + board.key.name);
    }
}

io::Task<std::vector<catalog::Table>> all_tables(catalog::Catalog& catalog, Home home) {
    std::vector<catalog::Table> all;
    auto databases = co_await catalog.databases(home);
    if (!databases) co_return all;
    for (const catalog::Database& database : *databases) {
        auto tables = co_await catalog.tables(home, database.name);
        if (!tables) continue;
        for (catalog::Table& table : *tables) {
            if (all.size() < limits::tables_shown_max) all.push_back(std::move(table));
        }
    }
    co_return all;
}

}  // namespace

std::string counter_id(std::string_view what, std::string_view kind, const Home& home,
                       const std::string& name) {
    return fmt::format("{} {} {} {} {}", what, kind, home.account, home.region, name);
}

void sample(const Parts& parts, Rates& rates) {
    const Timestamp now = parts.home.now();
    const auto note = [&](std::string_view what, std::string_view kind, const auto& key,
                          auto value) {
        rates.note(counter_id(what, kind, key.home, key.name), now, static_cast<double>(value));
    };
    std::size_t streams = 0;
    for (const auto& [key, stream] : parts.streams.catalog().all()) {
        if (++streams > limits::sampled_streams_max) break;
        std::uint64_t records = 0;
        for (const stream::Shard& shard : stream.shards) {
            const auto tail = parts.streams.log().tail(shard.partition);
            records += tail ? tail->next : 0;
        }
        note("records", "stream", key, records);
        const stream::ShardFigures figures = parts.streams.watch().sum_of_figures(key);
        note("bytes", "stream", key, figures.bytes_in);
        note("records out", "stream", key, figures.records_out);
        note("bytes out", "stream", key, figures.bytes_out);
        note("throttled", "stream", key, figures.writes_throttled);
        note("reads throttled", "stream", key, figures.reads_throttled);
    }
    for (const auto& [key, application] : parts.applications.all()) {
        const analytics::Figures figures = parts.applications.figures(key);
        // The total of what was started again returns at once: it is not a rate.
        if (figures.rows_in > 0)
            note("rows", "application", key, figures.rows_in);
        else
            rates.drop(counter_id("rows", "application", key.home, key.name));
        note("rows out", "application", key, figures.rows_out);
    }
    for (const delivery::DeliveryKey& key : parts.deliveries.keys()) {
        const auto figures = parts.deliveries.figures(key);
        if (figures) note("records", "delivery", key, figures->records);
    }
    for (const auto& [key, function] : parts.functions.all())
        note("calls", "function", key, parts.functions.figures(key).calls);
    rates.forget(now - limits::sample_every * static_cast<int>(limits::samples_max));
}

io::Task<Graph> overview(const Parts& parts, const Rates& rates, Home home) {
    const Home of = home;
    auto tables = co_await all_tables(parts.catalog, of);
    auto counts = co_await parts.catalog.partition_counts(of);
    co_await parts.applications.look_at_runs();
    Graph graph;
    graph.now = parts.home.now();
    View view{parts, rates, home, graph};
    add_streams(view);
    add_functions(view);
    add_applications(view);
    add_deliveries(view);
    add_rules(view);
    add_crawlers(view);
    for (const catalog::Table& table : tables)
        add_table(view, table, counts ? (*counts)[{table.database, table.name}] : 0);
    for (const catalog::Table& table : tables) {
        if (table.type == "VIRTUAL_VIEW")
            connect_sql(view, tables, view_sql(table.view_original_text), id_of(table));
    }
    connect_functions(view, tables);
    add_dashboards(view, tables);
    co_return graph;
}

}  // namespace freshet::console
