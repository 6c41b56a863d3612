#include "app/server.h"

#include <fmt/format.h>

#include <thread>

#include "app/context.h"
#include "app/data_directory.h"
#include "app/operator_console.h"
#include "app/wire_analytics.h"
#include "app/wire_catalog.h"
#include "app/wire_dashboards.h"
#include "app/wire_delivery.h"
#include "app/wire_functions.h"
#include "app/wire_identity.h"
#include "app/wire_lake.h"
#include "app/wire_objects.h"
#include "app/wire_query.h"
#include "app/wire_schedule.h"
#include "app/wire_stream.h"
#include "aws/http/front.h"
#include "base/log.h"

namespace freshet::app {
namespace {

constexpr Millis drain_max = 3000ms;
constexpr std::size_t pool_threads = 8;
/// Where a manual clock starts: 2026-01-01T00:00:00Z, unless the directory has seen later times.
constexpr std::int64_t manual_start_ms = 1'767'225'600'000;

std::vector<meta::Migration> all_migrations() {
    std::vector<meta::Migration> all;
    for (const auto& part :
         {WiredStream::migrations(), WiredObjects::migrations(), WiredDelivery::migrations(),
          WiredIdentity::migrations(), WiredCatalog::migrations(), WiredQuery::migrations(),
          WiredFunctions::migrations(), WiredAnalytics::migrations(), WiredSchedule::migrations(),
          WiredLake::migrations(), WiredDashboards::migrations()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

}  // namespace

struct Server::Parts {
    explicit Parts(const Config& config_) : config(config_) {}
    Config config;
    std::unique_ptr<io::Clock> clock;
    io::ManualClock* manual = nullptr;
    std::unique_ptr<io::Disk> disk = io::make_posix_disk();
    std::optional<DataDirectory> directory;
    std::unique_ptr<io::Pool> pool;
    std::unique_ptr<io::Cores> cores;
    std::unique_ptr<meta::Database> database;
    aws::Router router;
    std::unique_ptr<Context> context;
    std::unique_ptr<WiredStream> streams;
    std::unique_ptr<WiredObjects> objects;
    std::unique_ptr<WiredDelivery> deliveries;
    std::unique_ptr<WiredIdentity> identities;
    std::unique_ptr<WiredCatalog> catalog;
    std::unique_ptr<WiredQuery> queries;
    std::unique_ptr<WiredDashboards> dashboards;
    std::unique_ptr<WiredFunctions> functions;
    std::unique_ptr<WiredAnalytics> analytics;
    std::unique_ptr<WiredSchedule> schedules;
    std::unique_ptr<WiredLake> lake;
    std::unique_ptr<OperatorConsole> console;
    std::unique_ptr<aws::Front> front;
    std::unique_ptr<io::HttpServer> http;
    bool stopped = false;

    std::string clock_file() const { return config.data_dir + "/manual-clock"; }

    Result<> open();
    Result<> listen();
};

Result<> Server::Parts::open() {
    auto opened = DataDirectory::open(*disk, config.data_dir);
    if (!opened) return std::unexpected(std::move(opened.error()));
    directory.emplace(std::move(*opened));
    if (config.manual_clock) {
        auto made = std::make_unique<io::ManualClock>(
            manual_time(clock_file(), from_epoch_ms(manual_start_ms)));
        manual = made.get();
        clock = std::move(made);
    } else {
        clock = std::make_unique<io::SystemClock>();
    }
    pool = std::make_unique<io::Pool>(pool_threads, "pool");
    cores = std::make_unique<io::Cores>(
        *clock, std::max(1U, std::min(4U, std::thread::hardware_concurrency())));
    auto database_opened = meta::Database::open(config.data_dir + "/meta.db", all_migrations());
    if (!database_opened) return std::unexpected(std::move(database_opened.error()));
    database = std::move(*database_opened);
    context.reset(
        new Context{config, *clock, *disk, *cores, *pool, *database, router, config.data_dir, ""});
    auto streams_made = WiredStream::make(*context);
    if (!streams_made) return std::unexpected(std::move(streams_made.error()));
    streams = std::move(*streams_made);
    auto objects_made = WiredObjects::make(*context);
    if (!objects_made) return std::unexpected(std::move(objects_made.error()));
    objects = std::move(*objects_made);
    auto deliveries_made = WiredDelivery::make(*context, streams->streams(), objects->objects());
    if (!deliveries_made) return std::unexpected(std::move(deliveries_made.error()));
    deliveries = std::move(*deliveries_made);
    auto identities_made = WiredIdentity::make(*context);
    if (!identities_made) return std::unexpected(std::move(identities_made.error()));
    identities = std::move(*identities_made);
    catalog = WiredCatalog::make(*context);
    auto queries_made = WiredQuery::make(*context, catalog->catalog(), objects->objects());
    if (!queries_made) return std::unexpected(std::move(queries_made.error()));
    queries = std::move(*queries_made);
    auto dashboards_made = WiredDashboards::make(*context, queries->query());
    if (!dashboards_made) return std::unexpected(std::move(dashboards_made.error()));
    dashboards = std::move(*dashboards_made);
    auto functions_made = WiredFunctions::make(*context, objects->objects());
    if (!functions_made) return std::unexpected(std::move(functions_made.error()));
    functions = std::move(*functions_made);
    auto analytics_made =
        WiredAnalytics::make(*context, streams->streams(), deliveries->deliveries(),
                             functions->functions(), objects->objects());
    if (!analytics_made) return std::unexpected(std::move(analytics_made.error()));
    analytics = std::move(*analytics_made);
    auto schedules_made = WiredSchedule::make(*context, functions->functions());
    if (!schedules_made) return std::unexpected(std::move(schedules_made.error()));
    schedules = std::move(*schedules_made);
    auto lake_made =
        WiredLake::make(*context, objects->objects(), catalog->catalog(), functions->logs());
    if (!lake_made) return std::unexpected(std::move(lake_made.error()));
    lake = std::move(*lake_made);
    return {};
}

Result<> Server::Parts::listen() {
    console = std::make_unique<OperatorConsole>(*cores, manual, clock_file(), nullptr);
    front = std::make_unique<aws::Front>(router, aws::Authenticator(config.account), *console);
    console->set_front(*front);
    auto listening = io::listen_http(
        *cores, config.listen_host, config.listen_port, {},
        [this](io::HttpRequest request) { return front->handle(std::move(request)); });
    if (!listening) return std::unexpected(std::move(listening.error()));
    http = std::move(*listening);
    context->endpoint = fmt::format("http://{}:{}", config.listen_host, http->port());
    return {};
}

Server::Server() = default;

Result<std::unique_ptr<Server>> Server::start(const Config& config) {
    std::unique_ptr<Server> server(new Server);
    server->parts_ = std::make_unique<Parts>(config);
    Parts& parts = *server->parts_;
    if (auto opened = parts.open(); !opened) return std::unexpected(std::move(opened.error()));
    if (auto listening = parts.listen(); !listening)
        return std::unexpected(std::move(listening.error()));
    parts.cores->main().post([&parts] {
        parts.streams->start();
        parts.deliveries->start();
        parts.functions->start(parts.context->endpoint);
        parts.analytics->start();
        parts.schedules->start();
    });
    parts.cores->at(parts.cores->size() - 1).post([&parts] { parts.objects->start(); });
    parts.cores->start();
    return server;
}

Server::~Server() {
    if (parts_ && parts_->http) stop();
}

std::string Server::endpoint() const { return parts_->context->endpoint; }

void Server::stop() {
    if (std::exchange(parts_->stopped, true)) return;
    log_info("app", "stopping");
    io::SystemClock clock;
    io::run_to_end(clock, [this](io::Core&) { return parts_->http->stop(drain_max); });
    io::run_to_end(clock, [this](io::Core&) {
        return io::run_on(parts_->cores->main(), parts_->queries->stop());
    });
    io::run_to_end(clock, [this](io::Core&) {
        return io::run_on(parts_->cores->main(), parts_->dashboards->stop());
    });
    io::run_to_end(clock, [this](io::Core&) {
        return io::run_on(parts_->cores->main(), parts_->schedules->stop());
    });
    io::run_to_end(clock, [this](io::Core&) {
        return io::run_on(parts_->cores->main(), parts_->lake->stop());
    });
    // A function that hangs must not hold up the application that waits for it: its process goes
    // first.
    io::run_to_end(clock, [this](io::Core&) {
        return io::run_on(parts_->cores->main(), parts_->functions->stop());
    });
    io::run_to_end(clock, [this](io::Core&) {
        return io::run_on(parts_->cores->main(), parts_->analytics->stop());
    });
    io::run_to_end(clock, [this](io::Core&) {
        return io::run_on(parts_->cores->main(), parts_->deliveries->stop());
    });
    io::run_to_end(clock, [this](io::Core&) {
        return io::run_on(parts_->cores->at(parts_->cores->size() - 1), parts_->objects->stop());
    });
    io::run_to_end(clock, [this](io::Core&) {
        return io::run_on(parts_->cores->main(), parts_->streams->stop());
    });
    parts_->cores->stop();
}

}  // namespace freshet::app
