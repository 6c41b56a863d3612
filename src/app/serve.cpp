#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>

#include "app/commands.h"
#include "app/server.h"
#include "base/log.h"
#include "cli/global_options.h"
#include "io/children.h"
#include "io/faults/failpoint.h"

namespace freshet::app {
namespace {

struct Options {
    std::string data, listen, config, clock = "system", failpoints;
};

namespace fs = std::filesystem;

/// A directory that nobody named is written into only when it is new, empty, or a Freshet's.
Result<> check_own_choice(const Config& config) {
    std::error_code error;
    const fs::path path = config.data_dir;
    if (config.is_data_dir_given || !fs::exists(path, error) || is_data_directory(path)) return {};
    if (fs::is_directory(path, error) && fs::is_empty(path, error)) return {};
    return fail(
        Errc::invalid,
        fmt::format("{} is there and is no data directory of Freshet's: name one with --data "
                    "DIR (it is made when missing)",
                    fs::absolute(path, error).string()));
}

/// What this server will miss later, reported while someone looks.
void report_what_is_missing(const Config& config) {
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error).parent_path();
    if (!fs::exists(self / "freshet-query", error))
        fmt::print(stderr,
                   "freshet: {} is missing: every query will fail. It is built beside freshet "
                   "and must lie beside it\n",
                   (self / "freshet-query").string());
    const fs::path python = self.parent_path() / "venv/bin/python";
    if (config.runtimes.empty() && !fs::exists(python, error))
        fmt::print(stderr,
                   "freshet: {} is missing: functions run only by a python3.N on PATH that has "
                   "awslambdaric, or by what functions.runtimes of the settings names\n",
                   python.string());
}

Result<Config> to_config(const Options& options) {
    auto config = config_of(options.config, options.data);
    if (!config) return config;
    if (auto free = check_own_choice(*config); !free) return pass(free);
    if (!options.listen.empty()) {
        if (auto set = set_listen(options.listen, *config); !set) return pass(set);
    }
    config->has_manual_clock = options.clock == "manual";
    return config;
}

/// As many open files, so as many connections, as the system allows this user.
void raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// Of each thread, where the system would give more: deep input ends with an error well before.
constexpr std::size_t thread_stack_bytes = 2 << 20;

/// Thirty threads with the usual 8 MiB fill half of the address space that a small machine gives.
void bound_stacks() {
    pthread_attr_t attributes;
    std::size_t usual = 0;
    if (pthread_getattr_default_np(&attributes) != 0) return;
    if (pthread_attr_getstacksize(&attributes, &usual) == 0 && usual > thread_stack_bytes) {
        pthread_attr_setstacksize(&attributes, thread_stack_bytes);
        pthread_setattr_default_np(&attributes);
    }
    pthread_attr_destroy(&attributes);
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
    log_warn("app",
             "FAILPOINTS ARE ARMED: this server dies and errs on purpose, and is for tests only",
             {{"failpoints", spec}});
    return true;
}

int serve(const Options& options) {
    if (!arm_failpoints(options.failpoints)) return options.failpoints == "list" ? 0 : 2;
    if (auto filled = io::fill_standard_descriptors(); !filled) return 1;
    // Before any thread starts, so that signals come to sigwait() below and nowhere else.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    bound_stacks();
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
    // The first line is for programs, which wait for it.
    fmt::print("freshet is ready at {}\n", (*server)->endpoint());
    std::error_code error;
    fmt::print("  data in    {}\n  interface  {}/_freshet/\n",
               fs::absolute(config->data_dir, error).lexically_normal().string(),
               (*server)->endpoint());
    report_what_is_missing(*config);
    std::fflush(stdout);
    int caught = 0;
    sigwait(&signals, &caught);
    (*server)->stop();
    return 0;
}

}  // namespace

void add_serve(CLI::App& app, cli::GlobalOptions& global) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("serve", "Run the server");
    command
        ->add_option("--data", options->data,
                     "Directory that holds everything, made when missing; ./data when not given, "
                     "unless that holds something else")
        ->type_name("DIR");
    command
        ->add_option("--listen", options->listen,
                     "HOST:PORT of this machine to listen on; 127.0.0.1:4566 when not given")
        ->type_name("ADDRESS");
    command->add_option("--config", options->config, "YAML file with settings (docs/settings.md)")
        ->check(CLI::ExistingFile)
        ->type_name("FILE");
    command
        ->add_option("--clock", options->clock,
                     "system, or manual: time moves by POST /_freshet/clock")
        ->check(CLI::IsMember({"system", "manual"}))
        ->type_name("CLOCK");
    command->add_option("--failpoints", options->failpoints)->group("");  // in no help text
    cli::on_chosen(*command, global, [options] { return serve(*options); });
}

}  // namespace freshet::app
