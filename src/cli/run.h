// A command that is a client, from its options to its exit status.
#pragma once
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>

#include "io/core.h"

namespace freshet::cli {

/// Exit statuses besides 0 (docs/cli.md).
inline constexpr int could_not = 1, wrongly_asked = 2;

/// The exit status: `otherwise` when there is a `problem`, which it prints.
inline int report_problem(const std::string& problem, int otherwise = could_not) {
    if (problem.empty()) return 0;
    fmt::print(stderr, "freshet: {}\n", problem);
    return otherwise;
}

/// Makes a Command(core, arguments...) and runs it to its end. It outlives the core, so its run()
/// leaves no client.
template <class Command, class... Arguments>
int run_command(const Arguments&... arguments) {
    io::SystemClock clock;
    int status = could_not;
    std::unique_ptr<Command> command;
    io::run_to_end(clock, [&](io::Core& core) {
        command = std::make_unique<Command>(core, arguments...);
        return command->run(status);
    });
    return status;
}

}  // namespace freshet::cli
