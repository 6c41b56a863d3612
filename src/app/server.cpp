#include "app/server.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <thread>

#include "app/claims.h"
#include "app/context.h"
#include "app/data_directory.h"
#include "app/health/clock_watch.h"
#include "app/health/service_health.h"
#include "app/metrics/service_metrics.h"
#include "app/metrics/stream_metrics.h"
#include "app/operator_console.h"
#include "app/wire/metrics.h"
#include "app/wire/tables.h"
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
#include "console/console.h"
#include "io/faults/failpoint.h"
#include "io/faults/fault_disk.h"
#include "io/tls/tls.h"
#include "log/mutants.h"
#include "pipeline/api.h"

namespace freshet::app {
namespace {

constexpr Millis drain_max = 3000ms;
constexpr std::size_t pool_threads = 8;
/// Where a manual clock starts: 2026-01-01T00:00:00Z, unless the directory has seen later times.
constexpr std::int64_t manual_start_ms = 1'767'225'600'000;

std::vector<meta::Migration> all_migrations() {
    std::vector<meta::Migration> all;
    for (const auto& part :
         {run_migrations(), WiredStream::migrations(), WiredObjects::migrations(),
          WiredDelivery::migrations(), WiredIdentity::migrations(), WiredCatalog::migrations(),
          WiredQuery::migrations(), WiredFunctions::migrations(), WiredAnalytics::migrations(),
          WiredSchedule::migrations(), WiredLake::migrations(), WiredDashboards::migrations(),
          WiredTables::migrations(), WiredMetrics::migrations()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

/// Whatever comes over the network, a quarter of the open files that the system allows stays for
/// the log and the objects: `connections_max` is each core's.
io::HttpLimits http_limits(std::size_t cores) {
    io::HttpLimits limits;
    rlimit open_files{};
    if (getrlimit(RLIMIT_NOFILE, &open_files) == 0) {
        const std::size_t share = open_files.rlim_cur / 4 * 3 / cores;
        limits.connections_max = std::min(limits.connections_max, share);
    }
    return limits;
}

}  // namespace

std::shared_ptr<io::TlsIdentity> tls_identity(io::Disk& disk, const Config& config) {
    std::vector<std::string> names = config.tls_names;
    names.push_back(config.listen_host);
    return std::make_shared<io::TlsIdentity>(disk, config.data_dir + "/tls", names);
}

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
    std::unique_ptr<WiredTables> tables;
    std::unique_ptr<WiredMetrics> metrics;
    std::unique_ptr<StreamMetrics> stream_metrics;
    std::unique_ptr<ServiceMetrics> service_metrics;
    std::unique_ptr<ClockWatch> clock_watch;
    std::unique_ptr<console::Console> pages;
    std::unique_ptr<OperatorConsole> operators;
    std::unique_ptr<pipeline::PipelineApi> pipelines;
    std::unique_ptr<aws::Front> front;
    std::shared_ptr<io::TlsIdentity> tls;
    std::unique_ptr<io::HttpServer> http;
    bool stopped = false;

    std::string clock_file() const { return config.data_dir + "/manual-clock"; }

    Result<> open();
    Result<> make_services();
    Result<> listen();
};

namespace {

/// Puts what was made into its place, or says why it was not.
template <class T>
Result<> keep(std::unique_ptr<T>& place, Result<std::unique_ptr<T>> made) {
    if (!made) return pass(made);
    place = std::move(*made);
    return {};
}

}  // namespace

Result<> Server::Parts::open() {
    if (io::failpoints::is_armed())
        disk = log::make_mutant_disk(
            io::make_fault_disk(std::move(disk), config.data_dir + ".unsynced"));
    auto opened = DataDirectory::open(*disk, config.data_dir);
    if (!opened) return pass(opened);
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
    auto done =
        keep(database, meta::Database::open(config.data_dir + "/meta.db", all_migrations()));
    if (done) done = directory->settle(*database);
    if (!done) return done;
    context.reset(new Context{config, *clock, *disk, *cores, *pool, *database, *directory, router,
                              config.data_dir, ""});
    done = make_services();
    return done ? directory->begin_run(*database) : done;
}

Result<> Server::Parts::make_services() {
    auto done = keep(streams, WiredStream::make(*context));
    if (done) done = check_claims(*database, streams->log());
    if (done) done = keep(objects, WiredObjects::make(*context));
    if (done)
        done =
            keep(deliveries, WiredDelivery::make(*context, streams->streams(), objects->objects()));
    if (done) done = keep(identities, WiredIdentity::make(*context));
    if (!done) return done;
    catalog = WiredCatalog::make(*context);
    metrics = WiredMetrics::make(*context);
    done = keep(queries, WiredQuery::make(*context, catalog->catalog(), objects->objects()));
    if (done) done = keep(dashboards, WiredDashboards::make(*context, queries->query()));
    if (done) done = keep(functions, WiredFunctions::make(*context, objects->objects()));
    if (done)
        done = keep(analytics, WiredAnalytics::make(
                                   *context, streams->streams(), deliveries->deliveries(),
                                   functions->functions(), objects->objects(), functions->logs()));
    if (done) deliveries->set_logs(functions->logs());
    if (done)
        done = keep(schedules,
                    WiredSchedule::make(*context, functions->functions(), metrics->metrics()));
    if (done)
        done = keep(lake, WiredLake::make(*context, objects->objects(), catalog->catalog(),
                                          functions->logs()));
    if (!done) return done;
    tables = WiredTables::make(*context);
    stream_metrics = std::make_unique<StreamMetrics>(streams->streams(), metrics->metrics());
    service_metrics = std::make_unique<ServiceMetrics>(ServiceMetrics::Parts{
        analytics->applications(), deliveries->deliveries(), functions->functions(),
        queries->query(), catalog->catalog(), metrics->metrics()});
    clock_watch = std::make_unique<ClockWatch>(cores->main());
    if (!manual) clock_watch->hold(streams->streams());
    pages = std::make_unique<console::Console>(console::Parts{
        cores->main(), streams->streams(), deliveries->deliveries(), functions->functions(),
        analytics->applications(), schedules->schedules(), catalog->catalog(), lake->crawlers(),
        queries->query(), dashboards->dashboards(), config.account});
    return {};
}

Result<> Server::Parts::listen() {
    operators = std::make_unique<OperatorConsole>(*cores, manual, clock_file(), pages.get());
    std::vector<std::string> names = config.hosts;
    names.insert(names.end(), config.tls_names.begin(), config.tls_names.end());
    front =
        std::make_unique<aws::Front>(router, aws::Authenticator(config.account), *operators,
                                     aws::Cors(config.cors_origins), aws::Hosts(std::move(names)));
    operators->set_front(*front);
    pipelines = std::make_unique<pipeline::PipelineApi>(
        pipeline::Services{router, queries->query(), dashboards->dashboards(),
                           [&all = functions->functions()] {
                               return io::run_on(all.home(), all.newest_runtime());
                           }},
        aws::Authenticator(config.account), front->bodies());
    operators->set_pipelines(*pipelines);
    operators->set_links(aws::CodeLinks::path, functions->code_links());
    operators->add_figures([this] { return io::run_on(cores->main(), streams->figures()); });
    operators->add_figures([this] { return io::run_on(cores->main(), schedules->figures()); });
    operators->add_health([this]() -> io::Task<std::vector<Trouble>> {
        auto trouble = co_await pool->run([this] { return disk_trouble(config.data_dir); });
        co_return trouble;
    });
    operators->add_figures([this] { return service_metrics->lines(); });
    operators->add_health([this] {
        return io::run_on(cores->main(),
                          service_troubles(analytics->applications(), deliveries->deliveries()));
    });
    tls = tls_identity(*disk, config);
    // Off the way of the start; the first TLS connection makes the certificate when it comes
    // sooner.
    pool->submit([identity = tls] {
        if (auto made = identity->prepare(); !made)
            log_warn("tls", "no certificate", {{"reason", made.error().message()}});
    });
    auto listening = io::listen_http(
        *cores, config.listen_host, config.listen_port, http_limits(cores->size()),
        [this](io::HttpRequest request) { return front->handle(std::move(request)); }, tls);
    if (!listening) return pass(listening);
    http = std::move(*listening);
    context->endpoint = fmt::format("http://{}:{}", config.listen_host, http->port());
    return {};
}

Server::Server() = default;

Result<std::unique_ptr<Server>> Server::start(const Config& config) {
    std::unique_ptr<Server> server(new Server);
    server->parts_ = std::make_unique<Parts>(config);
    Parts& parts = *server->parts_;
    if (auto opened = parts.open(); !opened) return pass(opened);
    if (auto listening = parts.listen(); !listening) return pass(listening);
    parts.cores->main().post([&parts] {
        parts.streams->start();
        parts.stream_metrics->start();
        parts.service_metrics->start();
        if (!parts.manual) parts.clock_watch->start();
        parts.deliveries->start();
        parts.functions->start(parts.context->endpoint);
        parts.analytics->start();
        parts.schedules->start();
        parts.pages->start();
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
    io::Core& main = parts_->cores->main();
    const auto end = [&](io::Core& home, auto stop_part) {
        io::run_to_end(clock, [&](io::Core&) { return io::run_on(home, stop_part()); });
    };
    // first: pages that watch never end by themselves
    end(main, [this] { return parts_->pages->stop(); });
    main.post([this] { parts_->streams->streams().close_subscriptions(); });
    io::run_to_end(clock, [this](io::Core&) { return parts_->http->stop(drain_max); });
    end(main, [this] { return parts_->service_metrics->stop(); });
    end(main, [this] { return parts_->queries->stop(); });  // ends what dashboards wait for
    end(main, [this] { return parts_->dashboards->stop(); });
    end(main, [this] { return parts_->schedules->stop(); });
    end(main, [this] { return parts_->lake->stop(); });
    // A function that hangs must not hold up the application that waits for it: its process goes
    // first.
    end(main, [this] { return parts_->functions->stop(); });
    end(main, [this] { return parts_->analytics->stop(); });
    end(main, [this] { return parts_->deliveries->stop(); });
    end(parts_->cores->at(parts_->cores->size() - 1), [this] { return parts_->objects->stop(); });
    end(main, [this] { return parts_->streams->stop(); });
    end(main, [this] { return parts_->stream_metrics->stop(); });
    end(main, [this] { return parts_->clock_watch->stop(); });
    end(main, [this] { return parts_->metrics->stop(); });
    parts_->cores->stop();
}

}  // namespace freshet::app
