// The subcommands of `freshet`, each registered by its own file. A command stores its exit status.
#pragma once
namespace CLI {
class App;
}
namespace freshet::app {
void add_serve(CLI::App& app, int& status);
void add_cert(CLI::App& app, int& status);
}  // namespace freshet::app
