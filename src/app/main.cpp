#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "cli/commands.h"

/// jemalloc reads it (docs/decisions/034-jemalloc.md): answers of 10 MiB and more are kept to be used again like smaller
/// ones, and a thread of its own gives back what was not used for 10 seconds.
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf = "oversize_threshold:0,background_thread:true";
}

int main(int argc, char** argv) {
    CLI::App app{"Freshet: a streaming data lake on one machine that speaks the AWS protocols",
                 "freshet"};
    app.require_subcommand(1);
    int status = 0;
    freshet::app::add_serve(app, status);
    freshet::app::add_cert(app, status);
    freshet::cli::add_produce(app, status);
    freshet::cli::add_tail(app, status);
    freshet::cli::add_streams(app, status);
    freshet::cli::add_replay(app, status);
    freshet::cli::add_query(app, status);
    freshet::cli::add_apply(app, status);
    freshet::cli::add_destroy(app, status);
    CLI11_PARSE(app, argc, argv);
    return status;
}
