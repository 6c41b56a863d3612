#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "cli/command_line.h"
#include "cli/commands.h"

/// jemalloc reads it (docs/decisions/034-jemalloc.md): answers of 10 MiB and more are kept to be
/// used again like smaller ones, and a thread of its own gives back what was not used for 10
/// seconds.
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf = "oversize_threshold:0,background_thread:true";
}

int main(int argc, char** argv) {
    CLI::App app{"A streaming data lake on one machine that speaks the AWS protocols", "freshet"};
    freshet::cli::GlobalOptions global;
    app.set_help_flag("-h,--help", "Print this help and end");  // of all commands below, too
    app.require_subcommand(1);
    freshet::app::add_serve(app, global);
    freshet::cli::add_produce(app, global);
    freshet::cli::add_tail(app, global);
    freshet::cli::add_streams(app, global);
    freshet::cli::add_replay(app, global);
    freshet::cli::add_query(app, global);
    freshet::cli::add_tables(app, global);
    freshet::cli::add_crawlers(app, global);
    freshet::cli::add_apply(app, global);
    freshet::cli::add_destroy(app, global);
    freshet::app::add_settings(app, global);
    freshet::app::add_functions(app, global);
    freshet::app::add_operations(app, global);
    freshet::app::add_cert(app, global);
    freshet::cli::add_help(app, global, FRESHET_VERSION);
    return freshet::cli::run_command_line(app, global, argc, argv);
}
