// What the commands share: options that each takes before or after its name, and what is run once
// the command line is understood.
#pragma once
#include <functional>
#include <string>

#include "aws/client.h"

namespace CLI {
class App;
}

namespace freshet::cli {

/// Where a command's calls go.
struct Place {
    std::string endpoint, region;
    aws::ClientOptions options() const;
    /// Why no call can go there, whether the options say so or the environment; "" when one can.
    std::string problem() const;
};

struct GlobalOptions {
    Place place;
    bool wants_json = false;   ///< what goes to standard output is JSON, for programs
    std::function<int()> run;  ///< the chosen command; gives the exit status
};

/// Adds --endpoint and --region.
void add_place(CLI::App& command, Place& place);
/// Adds --json.
void add_json(CLI::App& command, bool& wants_json);
/// Makes `what` run when `command` was chosen.
void on_chosen(CLI::App& command, GlobalOptions& global, std::function<int()> what);

}  // namespace freshet::cli
