// From the words of a command line to an exit status: 0 done, 1 could not, 2 wrongly asked
// (docs/cli.md).
#pragma once
#include <string>

#include "cli/global_options.h"

namespace CLI {
class App;
}

namespace freshet::cli {

/// Adds the shared options, --version, `man` and `completion` to the root. Call it last.
void add_help(CLI::App& root, GlobalOptions& global, const std::string& version);

/// Parses, and runs the chosen command. What is wrong is reported with the nearest right word.
int run_command_line(CLI::App& root, GlobalOptions& global, int argc, char** argv);

}  // namespace freshet::cli
