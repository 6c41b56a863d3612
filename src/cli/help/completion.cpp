#include "cli/help/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace freshet::cli {

/// The function walks over the words behind `freshet`: one that names a command of the path so far
/// lengthens it. Then it offers what may stand there: a choice of the option before, else commands
/// and options; files where nothing fits (-o default).
std::string completion_script(const CommandFacts& root, const std::string& shell) {
    std::string commands, words, choices;
    for (const CommandFacts* command : all_commands(root)) {
        std::string offered, inner;
        for (const CommandFacts& one : command->commands) {
            const std::string name = one.path.substr(one.path.rfind(' ') + 1);
            inner += fmt::format("{}\"{} {}\"", inner.empty() ? "" : "|", command->path, name);
            offered += name + " ";
        }
        for (const OptionFacts& option : command->options) {
            if (option.is_positional) continue;
            for (const std::string& name : option.names) {
                offered += name + " ";
                if (!option.choices.empty())
                    choices += fmt::format("    \"{} {}\") words=\"{}\" ;;\n", command->path, name,
                                           fmt::join(option.choices, " "));
            }
        }
        for (const OptionFacts& option : command->options)
            if (option.is_positional && !option.choices.empty())
                offered += fmt::format("{} ", fmt::join(option.choices, " "));
        if (!inner.empty()) commands += fmt::format("      {}) path=\"$path $word\" ;;\n", inner);
        words += fmt::format("    \"{}\") words=\"{}\" ;;\n", command->path, offered);
    }
    const std::string before =
        shell == "zsh" ? "autoload -U +X compinit bashcompinit\ncompinit\nbashcompinit\n" : "";
    return fmt::format(R"(# Completes freshet: source it, or put it where {2} looks for completions.
{3}_freshet_complete() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  local path=freshet word words="" at
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=${{COMP_WORDS[at]}}
    case "$path $word" in
{0}    esac
  done
  case "$path $previous" in
{1}  esac
  if [ -z "$words" ]; then
    case "$path" in
{4}    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _freshet_complete freshet
)",
                       commands, choices, shell, before, words);
}

}  // namespace freshet::cli
