#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <CLI/CLI.hpp>

#include <cstdio>

#include "app/commands.h"
#include "app/server.h"
#include "base/log.h"
#include "io/faults/failpoint.h"

namespace freshet::app {
namespace {

struct Options {
    std::string data, listen, config, clock = "system", failpoints;
};

Result<Config> to_config(const Options& options) {
    Config config;
    if (!options.config.empty()) {
        if (auto loaded = load_config(options.config, config); !loaded)
            return std::unexpected(std::move(loaded.error()));
    }
    if (!options.data.empty()) config.data_dir = options.data;
    if (!options.listen.empty()) {
        if (auto set = set_listen(options.listen, config); !set)
            return std::unexpected(std::move(set.error()));
    }
    config.manual_clock = options.clock == "manual";
    return config;
}

/// As many open files, so as many connections, as the system allows this user.
void raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// For tests of crashes only: they say where the server dies, or does wrong.
bool arm_failpoints(const std::string& spec) {
    if (spec.empty()) return true;
    if (spec == "list") {
        for (const std::string_view label : io::failpoints::labels()) fmt::print("{}\n", label);
        return false;
    }
    if (auto armed = io::failpoints::arm(spec); !armed) {
        fmt::print(stderr, "freshet: {}\n", armed.error().message());
        return false;
    }
    log_warn("app", "FAILPOINTS ARE ARMED: this server dies and errs on purpose, and is for tests only",
             {{"failpoints", spec}});
    return true;
}

int serve(const Options& options) {
    if (!arm_failpoints(options.failpoints)) return options.failpoints == "list" ? 0 : 2;
    // Before any thread starts, so that signals come to sigwait() below and nowhere else.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    auto config = to_config(options);
    if (!config) {
        fmt::print(stderr, "freshet: {}\n", config.error().message());
        return 2;
    }
    set_log_level(config->log_level == "debug"   ? LogLevel::debug
                  : config->log_level == "warn"  ? LogLevel::warn
                  : config->log_level == "error" ? LogLevel::error
                                                 : LogLevel::info);
    auto server = Server::start(*config);
    if (!server) {
        fmt::print(stderr, "freshet: {}\n", server.error().message());
        return 1;
    }
    fmt::print("freshet is ready at {}\n", (*server)->endpoint());
    std::fflush(stdout);
    int caught = 0;
    sigwait(&signals, &caught);
    (*server)->stop();
    return 0;
}

}  // namespace

void add_serve(CLI::App& app, int& status) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("serve", "Run the server");
    command->add_option("--data", options->data,
                        "Directory that holds everything (made when missing)");
    command->add_option("--listen", options->listen, "HOST:PORT, 127.0.0.1:4566 when not given");
    command->add_option("--config", options->config, "YAML file with settings")
        ->check(CLI::ExistingFile);
    command
        ->add_option("--clock", options->clock,
                     "system, or manual: time moves by POST /_freshet/clock")
        ->check(CLI::IsMember({"system", "manual"}));
    command->add_option("--failpoints", options->failpoints)->group("");  // in no help text
    command->callback([options, &status] { status = serve(*options); });
}

}  // namespace freshet::app
