// The subcommands of `freshet` that are not clients, each registered by its own file.
#pragma once
namespace CLI {
class App;
}
namespace freshet::cli {
struct GlobalOptions;
}
namespace freshet::app {
void add_serve(CLI::App& app, cli::GlobalOptions& global);
void add_settings(CLI::App& app, cli::GlobalOptions& global);
void add_functions(CLI::App& app, cli::GlobalOptions& global);
void add_operations(CLI::App& app, cli::GlobalOptions& global);
void add_cert(CLI::App& app, cli::GlobalOptions& global);
}  // namespace freshet::app
