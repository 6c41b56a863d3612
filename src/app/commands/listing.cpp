#include "app/commands/listing.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/global_options.h"

namespace freshet::app {

void add_listing(CLI::App& app, cli::GlobalOptions& global, const Listing& listing) {
    auto format = std::make_shared<std::string>("text");
    CLI::App* command = app.add_subcommand(listing.name, listing.description);
    command->add_option("--format", *format, "How they are printed (text)")
        ->check(CLI::IsMember({"text", "markdown"}))
        ->type_name("FORM");
    cli::on_chosen(*command, global, [format, listing] {
        fmt::print("{}", *format == "markdown" ? listing.markdown() : listing.plain());
        return 0;
    });
}

}  // namespace freshet::app
