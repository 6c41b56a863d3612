// A Python of this machine, as it describes itself when it is run.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/error.h"

namespace freshet::sandbox {

struct Interpreter {
    std::vector<std::string> command;  ///< an absolute path, its arguments
    std::string version;               ///< "3.11"
    /// It imports awslambdaric, the Runtime API's client, compiled for it.
    bool has_client = false;
    std::string packages;  ///< the directory of its packages
};

/// Runs `command`, for at most interpreter_time_max of real time. Errc::invalid for what is not a
/// Python, with what it said. Blocks.
Result<Interpreter> ask_interpreter(std::vector<std::string> command,
                                    const std::map<std::string, std::string>& environment);

}  // namespace freshet::sandbox
