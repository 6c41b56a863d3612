#include "cli/global_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/region.h"
#include "io/http/url.h"

namespace freshet::cli {

aws::ClientOptions Place::options() const {
    aws::ClientOptions options = aws::client_options(endpoint);
    if (!region.empty()) options.region = region;
    return options;
}

std::string Place::problem() const {
    const aws::ClientOptions to = options();
    if (auto url = io::check_url(to.endpoint); !url)
        return fmt::format("--endpoint {}", url.error().message());
    return problem_of_region(to.region);
}

void add_place(CLI::App& command, Place& place) {
    command
        .add_option("--endpoint", place.endpoint,
                    "URL of the server; AWS_ENDPOINT_URL or http://127.0.0.1:4566 when not given")
        ->type_name("URL");
    command
        .add_option("--region", place.region,
                    "Region; AWS_REGION, AWS_DEFAULT_REGION or us-east-1 when not given")
        ->type_name("REGION");
}

void add_json(CLI::App& command, bool& wants_json) {
    command.add_flag("--json", wants_json, "Print JSON, for programs");
}

void on_chosen(CLI::App& command, GlobalOptions& global, std::function<int()> what) {
    command.callback([&global, what = std::move(what)] { global.run = what; });
}

}  // namespace freshet::cli
