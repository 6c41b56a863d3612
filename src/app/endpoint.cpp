#include "app/endpoint.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "app/certificate.h"
#include "base/log.h"

namespace freshet::app {
namespace {

constexpr Millis drain_max = 3000ms;

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

aws::Hosts hosts_of(const Config& config) {
    std::vector<std::string> names = config.hosts;
    names.insert(names.end(), config.tls_names.begin(), config.tls_names.end());
    return aws::Hosts(std::move(names));
}

console::Parts console_parts(const Foundation& foundation, const Services& services) {
    io::Core& home = foundation.cores.main();
    return {home,
            at_home(home, services.of<stream::Streams>()),
            at_home(home, services.of<delivery::Deliveries>()),
            at_home(home, services.of<functions::Functions>()),
            at_home(home, services.of<analytics::Applications>()),
            at_home(home, services.of<schedule::Schedules>()),
            services.of<catalog::Catalog>(),
            at_home(home, services.of<lake::Crawlers>()),
            services.of<query::Query>(),
            at_home(home, services.of<dashboards::Dashboards>()),
            services.of<maintenance::Maintenance>(),
            at_home(home, services.of<jobs::Jobs>()),
            at_home(home, services.of<jobs::Triggers>()),
            at_home(home, services.of<monitor::Logs>()),
            foundation.config.account};
}

pipeline::Services pipeline_services(const Foundation& foundation, const Services& services) {
    return {foundation.router, services.of<query::Query>(), services.of<dashboards::Dashboards>(),
            services.of<maintenance::Maintenance>(), [&all = services.of<functions::Functions>()] {
                return io::run_on(all.home(), all.newest_runtime());
            }};
}

}  // namespace

Endpoint::Endpoint(const Foundation& foundation, const Parts& parts)
    : foundation_(foundation),
      streams_(parts.services().of<stream::Streams>()),
      links_(parts.services().of<aws::CodeLinks>()),
      pages_(console_parts(foundation, parts.services())),
      front_(foundation.router, aws::Authenticator(foundation.config.account), *this,
             aws::Cors(foundation.config.cors_origins), hosts_of(foundation.config)),
      pipelines_(pipeline_services(foundation, parts.services()),
                 aws::Authenticator(foundation.config.account), front_.bodies()),
      operators_(foundation, parts, front_),
      tls_(tls_identity(foundation.disk, foundation.config)) {}

Result<std::unique_ptr<Endpoint>> Endpoint::listen(const Foundation& foundation,
                                                   const Parts& parts) {
    std::unique_ptr<Endpoint> endpoint(new Endpoint(foundation, parts));
    endpoint->prepare_certificate();
    const Config& config = foundation.config;
    auto listening = io::listen_http(
        foundation.cores, config.listen_host, config.listen_port,
        http_limits(foundation.cores.size()),
        [&front = endpoint->front_](io::HttpRequest request) {
            return front.handle(std::move(request));
        },
        endpoint->tls_);
    if (!listening) return pass(listening);
    endpoint->http_ = std::move(*listening);
    endpoint->url_ = fmt::format("http://{}:{}", config.listen_host, endpoint->http_->port());
    return endpoint;
}

/// Beside the start; the first TLS connection makes the certificate when it comes sooner.
void Endpoint::prepare_certificate() {
    foundation_.pool.submit([identity = tls_] {
        if (auto prepared = identity->prepare(); !prepared)
            log_warn("tls", "no certificate", {{"reason", prepared.error().message()}});
    });
}

io::Task<io::HttpResponse> Endpoint::handle(io::HttpRequest request) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    aws::ConsoleHandler* handler = &pages_;
    if (operators_.answers(request.method, path))
        handler = &operators_;
    else if (path.starts_with("/_freshet/api/pipeline/"))
        handler = &pipelines_;
    else if (path.starts_with(aws::CodeLinks::path))
        handler = &links_;
    return handler->handle(std::move(request));
}

void Endpoint::start() {
    foundation_.cores.main().post([this] { pages_.start(); });
}

void Endpoint::stop() {
    io::SystemClock clock;
    io::Core& home = pages_.home();
    // What pages and consumers watch never ends by itself, and would use up the time to drain.
    io::run_to_end(clock, [&](io::Core&) { return io::run_on(home, pages_.stop()); });
    streams_.home().post([this] { streams_.fan_out().end_all(); });
    io::run_to_end(clock, [this](io::Core&) { return http_->stop(drain_max); });
}

}  // namespace freshet::app
