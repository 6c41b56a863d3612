// What a user sets of a function, judged and changed; and the environment that a process of the
// function starts with. Pure.
#pragma once
#include <map>
#include <string>

#include "base/error.h"
#include "functions/runtimes.h"
#include "functions/types.h"

namespace freshet::functions {

/// Errc::invalid, in Lambda's words: no runtime or handler, an environment that is too large or
/// sets a variable of Lambda's own.
Result<> check(const Settings& settings);

/// Members that are not given stay as they are.
void apply(SettingsChange change, Settings& settings);

/// Where a process of the function runs.
struct Place {
    std::string endpoint;  ///< of Freshet
    std::string code;      ///< directory of the unpacked code
    std::string scratch;   ///< its /tmp
    std::string log_stream;
};
/// AWS's variables, the user's, and where the runtime finds its packages.
std::map<std::string, std::string> environment_of(const Function& function, const Runtime& runtime,
                                                  const Place& place);

}  // namespace freshet::functions
