#include "console/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "aws/http/own_page.h"
#include "aws/protocol/rest.h"
#include "console/jobs/calls.h"
#include "console/json_writer.h"
#include "console/limits.h"
#include "console/overview.h"
#include "console/pages.h"
#include "console/streams/calls.h"
#include "console/streams/topics.h"
#include "console/tables/calls.h"
#include "console/tables/crawlers.h"

namespace freshet::console {
namespace {

constexpr std::string_view root = "/_freshet/", api = "/_freshet/api/";
constexpr const char* policy =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

io::HttpResponse page_answer(std::string_view name, std::string_view encodings) {
    const Page* page = find_page(name.empty() ? "index.html" : name);
    if (!page) return refusal(404, fmt::format("There is no page /_freshet/{}", name));
    const bool takes_brotli = encodings.find("br") != std::string_view::npos;
    io::HttpResponse response;
    response.headers.add("Content-Type", page->type);
    // All but the page itself have their content's hash in their name.
    response.headers.add("Cache-Control", page->name == "index.html" || page->name == "licenses.txt"
                                              ? "no-cache"
                                              : "public, max-age=31536000, immutable");
    response.headers.add("Vary", "Accept-Encoding");
    response.headers.add("Content-Security-Policy", policy);
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.headers.add("Referrer-Policy", "no-referrer");
    if (takes_brotli) response.headers.add("Content-Encoding", "br");
    response.body.push_back(Bytes::literal(takes_brotli ? page->brotli : page->plain));
    return response;
}

void write_columns(JsonWriter& json, const std::vector<catalog::Column>& columns) {
    json.open('[');
    for (const catalog::Column& column : columns)
        json.open('{').member("name", column.name).member("type", column.type).close('}');
    json.close(']');
}

/// Home core of `queries`.
io::Task<io::HttpResponse> answer_of(query::Query& queries, query::AskRequest request) {
    auto answered = co_await queries.ask(std::move(request));
    if (!answered) co_return refusal(400, answered.error().message());
    JsonWriter json;
    json.open('{').key("columns").open('[');
    for (const query::Column& column : answered->columns)
        json.open('{').member("name", column.name).member("type", column.type).close('}');
    json.close(']').key("rows").open('[');
    for (const query::Row& row : answered->rows) {
        json.open('[');
        for (const query::Cell& cell : row) json.text(cell);
        json.close(']');
    }
    json.close(']').key("truncated").boolean(answered->is_cut);
    json.member("took_ms", answered->statistics.total_ms);
    json.member("scanned_bytes", answered->statistics.scanned_bytes).close('}');
    co_return json_answer(200, json.take());
}

io::Task<void> cancel_asked(query::Query& queries, Home home, std::string id) {
    queries.cancel_asked(home, id);
    co_return;
}

}  // namespace

Console::Console(Parts parts)
    : parts_(std::move(parts)),
      topics_(parts_, rates_, shard_rates_),
      floor_(std::make_shared<LiveFloor>(parts_.home, topics_)),
      scope_(parts_.home) {}

void Console::start() { scope_.spawn(keep_sampling()); }

io::Task<void> Console::stop() {
    floor_->stop.request();
    co_await scope_.join();
}

io::Task<void> Console::keep_sampling() {
    while (true) {
        co_await parts_.applications.look_at_runs();
        sample(parts_, rates_);
        sample_shards(parts_, shard_rates_);
        const bool goes_on =
            co_await floor_->stop.sleep_until(parts_.home.now() + limits::sample_every);
        if (!goes_on) co_return;
    }
}

io::Task<io::HttpResponse> Console::handle(io::HttpRequest request) {
    const aws::Target target = aws::parse_target(request.target);
    const std::string& path = target.path;
    if (path == "/_freshet") {
        io::HttpResponse moved;
        moved.status = 302;
        moved.headers.add("Location", std::string(root));
        co_return moved;
    }
    if (!path.starts_with(api)) {
        if (request.method != "GET" && request.method != "HEAD")
            co_return refusal(405, "Pages are read with GET");
        co_return page_answer(std::string_view(path).substr(root.size()),
                              request.headers.get("Accept-Encoding"));
    }
    if (auto foreign = aws::refuse_foreign(request))
        co_return refusal(foreign->status, foreign->message);
    Bytes body;
    if (request.method == "POST") {
        auto read = co_await io::read_all(*request.body, limits::request_bytes_max);
        if (!read) co_return refusal(413, read.error().message());
        body = std::move(*read);
    }
    Question question{request.method,
                      path.substr(api.size()),
                      target.query,
                      {parts_.account, "us-east-1"},
                      std::move(body)};
    if (const std::string wanted = question.parameter("home"); !wanted.empty())
        question.home = {wanted.substr(0, wanted.find('/')), wanted.substr(wanted.find('/') + 1)};
    auto response = co_await io::run_on(parts_.home, answer(std::move(question)));
    co_return response;
}

io::Task<io::HttpResponse> Console::answer(Question question) {
    const std::string& path = question.path;
    if (question.method == "GET") {
        if (path == "applications") co_return json_answer(200, applications(question.home));
        if (path == "dashboards") co_return json_answer(200, dashboards(question.home));
        if (path == "live") {
            auto response = co_await live(std::move(question));
            co_return response;
        }
        if (path == "homes") {
            Bytes json = co_await homes(question.home);
            co_return json_answer(200, std::move(json));
        }
        if (path == "catalog") {
            Bytes json = co_await catalog(question.home);
            co_return json_answer(200, std::move(json));
        }
    }
    if (question.method == "POST" && path == "query") {
        auto response = co_await query(std::move(question));
        co_return response;
    }
    if (question.method == "POST" && path == "query/cancel") {
        auto response = co_await cancel_query(std::move(question));
        co_return response;
    }
    if (question.method == "POST" &&
        (path == "applications/start" || path == "applications/stop")) {
        auto response = co_await switch_application(std::move(question));
        co_return response;
    }
    if (question.method == "POST" && path == "dashboards") {
        auto response = co_await set_mode(std::move(question));
        co_return response;
    }
    auto nothing = refusal(404, fmt::format("There is no {} {}{}", question.method, api, path));
    if (path.starts_with("tables/")) {
        auto about_tables = co_await answer_about_tables(parts_, std::move(question));
        co_return about_tables ? std::move(*about_tables) : std::move(nothing);
    }
    if (path.starts_with("jobs/") || path.starts_with("triggers/")) {
        auto about_jobs = co_await answer_about_jobs(parts_, std::move(question));
        co_return about_jobs ? std::move(*about_jobs) : std::move(nothing);
    }
    if (path.starts_with("crawlers/")) {
        auto about_crawlers = co_await answer_about_crawlers(parts_, std::move(question));
        co_return about_crawlers ? std::move(*about_crawlers) : std::move(nothing);
    }
    auto about_streams = co_await answer_about_streams(parts_, std::move(question));
    co_return about_streams ? std::move(*about_streams) : std::move(nothing);
}

io::Task<io::HttpResponse> Console::live(Question question) {
    auto body = co_await watch(floor_, question.parameter("topic"), question.home);
    if (!body)
        co_return refusal(body.error().is(Errc::invalid) ? 404 : 503, body.error().message());
    io::HttpResponse response;
    response.headers.add("Content-Type", "text/event-stream");
    response.headers.add("Cache-Control", "no-store");
    response.stream = std::move(*body);
    co_return response;
}

io::Task<Bytes> Console::homes(Home shown) {
    // The way back stays in sight: the page's own, and the one that a page without an address
    // shows.
    std::set<Home> all{shown, {parts_.account, "us-east-1"}};
    for (const auto& [key, stream] : parts_.streams.catalog().all()) all.insert(key.home);
    for (const auto& key : parts_.deliveries.keys()) all.insert(key.home);
    for (const auto& [key, one] : parts_.applications.all()) all.insert(key.home);
    for (const auto& [key, one] : parts_.functions.all()) all.insert(key.home);
    auto catalogs = co_await parts_.catalog.homes();
    if (catalogs) {
        for (const Home& home : *catalogs) all.insert(home);
    }
    JsonWriter json;
    json.open('{').member("shown", shown.account + "/" + shown.region).key("homes").open('[');
    for (const Home& home : all) json.text(std::string_view(home.account + "/" + home.region));
    co_return json.close(']').close('}').take();
}

Bytes Console::applications(const Home& home) const {
    JsonWriter json;
    json.open('{').key("applications").open('[');
    for (const analytics::Application* one : parts_.applications.list(home, "")) {
        json.open('{').member("name", one->key.name);
        json.member("status", one->status == analytics::Status::running ? "RUNNING" : "READY")
            .close('}');
    }
    return json.close(']').close('}').take();
}

Bytes Console::dashboards(const Home& home) const {
    JsonWriter json;
    json.open('{').key("dashboards").open('[');
    for (const dashboards::Dashboard& board : parts_.dashboards.list(home)) {
        const auto data_set = parts_.dashboards.find_data_set({home, board.data_set});
        const bool keeps = data_set && data_set->mode == dashboards::ImportMode::spice;
        const auto names = [&](std::string_view key, const std::vector<std::string>& all) {
            json.key(key).open('[');
            for (const std::string& name : all) json.text(std::string_view(name));
            json.close(']');
        };
        json.open('{').member("id", board.key.name).member("title", board.name);
        json.member("data_source", data_set ? data_set->source : "");
        json.member("data_set", board.data_set).member("sql", data_set ? data_set->sql : "");
        json.member("mode", keeps ? "SPICE" : "DIRECT_QUERY");
        json.member("refresh_ms", board.refresh_every.count()).member("category", board.category);
        names("bars", board.bars);
        names("lines", board.lines);
        json.close('}');
    }
    return json.close(']').close('}').take();
}

io::Task<Bytes> Console::catalog(Home home) {
    const Home of = home;
    JsonWriter json;
    json.open('{').key("databases").open('[');
    auto databases = co_await parts_.catalog.databases(of);
    for (const catalog::Database& database : databases.value_or(std::vector<catalog::Database>{})) {
        json.open('{').member("name", database.name).key("tables").open('[');
        auto tables = co_await parts_.catalog.tables(of, database.name);
        for (const catalog::Table& table : tables.value_or(std::vector<catalog::Table>{})) {
            json.open('{').member("name", table.name);
            json.key("is_view").boolean(table.type == "VIRTUAL_VIEW").key("columns");
            write_columns(json,
                          table.storage ? table.storage->columns : std::vector<catalog::Column>{});
            json.key("partition_keys");
            write_columns(json, table.partition_keys);
            json.close('}');
        }
        json.close(']').close('}');
    }
    co_return json.close(']').close('}').take();
}

io::Task<io::HttpResponse> Console::query(Question question) {
    auto fields = question.fields();
    if (fields["sql"].empty())
        co_return refusal(400, "Send {\"sql\": \"...\", \"database\": \"...\"}");
    query::AskRequest request{question.home, fields["sql"],
                              fields["database"].empty() ? "default" : fields["database"],
                              limits::query_rows_max, fields["id"]};
    // The rows become JSON there, too: a page's statement costs nothing where records flow.
    auto response =
        co_await io::run_on(parts_.queries.home(), answer_of(parts_.queries, std::move(request)));
    co_return response;
}

/// The page's own Stop button, and the page when it is left.
io::Task<io::HttpResponse> Console::cancel_query(Question question) {
    const std::string id = question.fields()["id"];
    if (id.empty()) co_return refusal(400, "Send {\"id\": \"...\"}");
    const Home home = question.home;
    co_await io::run_on(parts_.queries.home(), cancel_asked(parts_.queries, home, id));
    co_return json_answer(200, Bytes::literal("{}"));
}

io::Task<io::HttpResponse> Console::switch_application(Question question) {
    auto fields = question.fields();
    const analytics::ApplicationKey key{question.home, fields["name"]};
    const auto found = parts_.applications.find(key);
    if (!found) co_return refusal(404, found.error().message());
    Result<> done;
    if (question.path == "applications/stop") {
        done = co_await parts_.applications.halt(key);
    } else {
        if ((*found)->inputs.empty()) co_return refusal(400, "The application has no input");
        const std::string& from = fields["from"];
        const auto start = from == "TRIM_HORIZON"         ? analytics::Start::trim_horizon
                           : from == "LAST_STOPPED_POINT" ? analytics::Start::last_stopped_point
                                                          : analytics::Start::now;
        done = co_await parts_.applications.run(key, (*found)->inputs[0].id, start);
    }
    if (!done) co_return refusal(400, done.error().message());
    co_return json_answer(200, Bytes::literal("{}"));
}

io::Task<io::HttpResponse> Console::set_mode(Question question) {
    const std::string mode = question.fields()["mode"];
    const Home& home = question.home;
    if (mode != "SPICE" && mode != "DIRECT_QUERY")
        co_return refusal(400, fmt::format("mode is SPICE or DIRECT_QUERY, not '{}'", mode));
    auto board = parts_.dashboards.find({home, question.parameter("id")});
    if (!board) co_return refusal(404, board.error().message());
    auto data_set = parts_.dashboards.find_data_set({home, board->data_set});
    if (!data_set) co_return refusal(404, data_set.error().message());
    data_set->mode =
        mode == "SPICE" ? dashboards::ImportMode::spice : dashboards::ImportMode::direct;
    auto changed = co_await parts_.dashboards.update_data_set(std::move(*data_set));
    if (!changed) co_return refusal(400, changed.error().message());
    co_return json_answer(200, Bytes::literal("{}"));
}

}  // namespace freshet::console
