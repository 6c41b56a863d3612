// The commands with their options as data, taken from the definitions that also parse them: what
// help, the manual and completion are made from.
#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace freshet::cli {

struct OptionFacts {
    std::vector<std::string> names;  ///< "--endpoint", or of a positional one its name alone
    std::string value;               ///< "URL"; "" for a flag
    std::string text;
    std::vector<std::string> choices;
    bool is_positional = false, is_required = false, may_repeat = false, is_file = false;
};

struct CommandFacts {
    std::string path;  ///< "freshet streams list"
    std::string text;
    std::vector<OptionFacts> options;
    std::vector<CommandFacts> commands;
    /// "freshet produce --stream NAME [OPTIONS] FILE..."
    std::string usage() const;
};

CommandFacts facts_of(const CLI::App& app, const std::string& before = "");

/// Of `root` and all below it, in order.
std::vector<const CommandFacts*> all_commands(const CommandFacts& root);

}  // namespace freshet::cli
