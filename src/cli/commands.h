// The subcommands that are clients: each registered by its own file. A command stores its exit
// status.
#pragma once
namespace CLI {
class App;
}
namespace freshet::cli {
void add_produce(CLI::App& app, int& status);
void add_tail(CLI::App& app, int& status);
void add_streams(CLI::App& app, int& status);
void add_replay(CLI::App& app, int& status);
void add_query(CLI::App& app, int& status);
void add_apply(CLI::App& app, int& status);
void add_destroy(CLI::App& app, int& status);
}  // namespace freshet::cli
