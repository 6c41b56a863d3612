// The manual of the whole command line, from its own definitions: as a man page and as Markdown
// (docs/cli.md).
#pragma once
#include <string>

#include "cli/help/command_tree.h"

namespace freshet::cli {

std::string man_page(const CommandFacts& root, const std::string& version);
std::string markdown_manual(const CommandFacts& root);

}  // namespace freshet::cli
