// The subcommands that are clients: each registered by its own file.
#pragma once
namespace CLI {
class App;
}
namespace freshet::cli {
struct GlobalOptions;
void add_produce(CLI::App& app, GlobalOptions& global);
void add_tail(CLI::App& app, GlobalOptions& global);
void add_streams(CLI::App& app, GlobalOptions& global);
void add_replay(CLI::App& app, GlobalOptions& global);
void add_query(CLI::App& app, GlobalOptions& global);
void add_tables(CLI::App& app, GlobalOptions& global);
void add_crawlers(CLI::App& app, GlobalOptions& global);
void add_apply(CLI::App& app, GlobalOptions& global);
void add_destroy(CLI::App& app, GlobalOptions& global);
}  // namespace freshet::cli
