#include "app/server.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "app/endpoint.h"
#include "app/parts.h"
#include "app/parts/list.h"
#include "base/log.h"
#include "io/faults/failpoint.h"
#include "io/faults/fault_disk.h"
#include "log/mutants.h"

namespace freshet::app {
namespace {

constexpr std::size_t pool_threads = 8;
constexpr unsigned cores_max = 4;
/// Where a manual clock starts: 2026-01-01T00:00:00Z, unless the directory has seen later times.
constexpr std::int64_t manual_start_ms = 1'767'225'600'000;

std::size_t core_count() {
    return std::max(1U, std::min(cores_max, std::thread::hardware_concurrency()));
}

std::vector<meta::Migration> all_migrations() {
    auto all = run_migrations();
    for (const meta::Migration& migration : migrations_of(part_kinds())) all.push_back(migration);
    return all;
}

}  // namespace

/// In order of making; each member uses those above it.
struct Server::State {
    explicit State(const Config& config_) : config(config_) {}
    Config config;
    std::unique_ptr<io::ManualClock> manual;
    io::SystemClock system;
    std::unique_ptr<io::Disk> disk = io::make_posix_disk();
    std::optional<DataDirectory> directory;
    std::optional<io::Pool> pool;
    std::optional<io::Cores> cores;
    std::unique_ptr<meta::Database> database;
    aws::Router router;
    std::optional<Foundation> foundation;
    std::unique_ptr<Parts> parts;
    std::unique_ptr<Endpoint> endpoint;
    bool is_serving = false;

    Result<> open();
    Result<> make_parts();
};

Result<> Server::State::open() {
    if (io::failpoints::is_armed())
        disk = log::make_mutant_disk(
            io::make_fault_disk(std::move(disk), config.data_dir + ".unsynced"));
    auto opened = DataDirectory::open(*disk, config.data_dir);
    if (!opened) return pass(opened);
    directory.emplace(std::move(*opened));
    if (config.has_manual_clock)
        manual = std::make_unique<io::ManualClock>(
            manual_time(manual_clock_file(config), from_epoch_ms(manual_start_ms)));
    io::Clock& clock = manual ? static_cast<io::Clock&>(*manual) : system;
    pool.emplace(pool_threads, "pool");
    cores.emplace(clock, core_count());
    auto meta = meta::Database::open(config.data_dir + "/meta.db", all_migrations());
    if (!meta) return pass(meta);
    database = std::move(*meta);
    if (auto settled = directory->settle(*database); !settled) return settled;
    foundation.emplace(Foundation{config, clock, manual.get(), *disk, *cores, *pool, *database,
                                  *directory, router});
    return make_parts();
}

Result<> Server::State::make_parts() {
    auto made = Parts::make(part_kinds(), *foundation);
    if (!made) return pass(made);
    parts = std::move(*made);
    // Everything is recovered: only now may the directory say that this run used it.
    if (auto begun = directory->begin_run(*database); !begun) return begun;
    auto listening = Endpoint::listen(*foundation, *parts);
    if (!listening) return pass(listening);
    endpoint = std::move(*listening);
    return {};
}

Server::Server() = default;

Result<std::unique_ptr<Server>> Server::start(const Config& config) {
    std::unique_ptr<Server> server(new Server);
    server->state_ = std::make_unique<State>(config);
    State& state = *server->state_;
    if (auto opened = state.open(); !opened) return pass(opened);
    state.parts->start(state.endpoint->url());
    state.endpoint->start();
    state.cores->start();
    state.is_serving = true;
    return server;
}

Server::~Server() { stop(); }

std::string Server::endpoint() const { return state_->endpoint->url(); }

void Server::stop() {
    if (!std::exchange(state_->is_serving, false)) return;
    log_info("app", "stopping");
    // Requests first: what they wait for still answers.
    state_->endpoint->stop();
    state_->parts->stop();
    state_->cores->stop();
}

}  // namespace freshet::app
