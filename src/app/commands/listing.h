// Subcommands that print one of the program's own tables: as text, or as a page of docs/.
#pragma once
#include <string>

#include "app/commands.h"

namespace freshet::app {

struct Listing {
    const char* name;         ///< of the subcommand
    const char* description;  ///< in its help
    std::string (*plain)();
    std::string (*markdown)();
};

void add_listing(CLI::App& app, cli::GlobalOptions& global, const Listing& listing);

}  // namespace freshet::app
