// `freshet operations`: every operation of the services that Freshet speaks, and whether it is
// built. The server does not start when a handler of a built one is missing (aws/http/front.cpp).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/commands.h"
#include "aws/model/services.h"
#include "base/text/json_text.h"
#include "cli/global_options.h"

namespace freshet::app {
namespace {

bool is_built(const aws::ServiceInfo& service, std::string_view operation) {
    return std::ranges::any_of(
        service.built, [&](const aws::OperationInfo* one) { return operation == one->name; });
}

/// An array of {"service", "operation", "built"}, a line each.
std::string json() {
    std::string out;
    for (const aws::ServiceInfo* service : aws::all_services()) {
        for (const aws::OperationName& operation : service->operations)
            out += fmt::format(R"({}{{"service":{},"operation":{},"built":{}}})",
                               out.empty() ? "[" : ",\n", json_text(service->name),
                               json_text(operation.name), is_built(*service, operation.name));
    }
    return out + "]\n";
}

/// A line for each service, then its built operations.
std::string plain() {
    std::string out;
    for (const aws::ServiceInfo* service : aws::all_services()) {
        out += fmt::format("{}: {} of {}\n", service->name, service->built.size(),
                           service->operations.size());
        for (const aws::OperationInfo* operation : service->built)
            out += fmt::format("  {}\n", operation->name);
    }
    return out;
}

}  // namespace

void add_operations(CLI::App& app, cli::GlobalOptions& global) {
    auto as_json = std::make_shared<bool>(false);
    CLI::App* command =
        app.add_subcommand("operations", "List the operations of AWS that are built");
    command->add_flag("--json", *as_json, "Print every operation, built or not, as JSON");
    cli::on_chosen(*command, global, [as_json] {
        fmt::print("{}", *as_json ? json() : plain());
        return 0;
    });
}

}  // namespace freshet::app
