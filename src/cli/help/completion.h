// The script that completes `freshet` in bash and zsh, from the definitions of its commands.
#pragma once
#include <string>

#include "cli/help/command_tree.h"

namespace freshet::cli {

/// `shell`: bash, or zsh (which reads the same through its bashcompinit).
std::string completion_script(const CommandFacts& root, const std::string& shell);

}  // namespace freshet::cli
