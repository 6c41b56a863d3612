#include "cli/help/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace freshet::cli {

/// The function walks over the words after `freshet`: one that names a command of the path so far
/// lengthens it, one after an option that takes a value is that value. Then it offers what may
/// follow: of a value its choices, or files, or nothing; else commands and options; files
/// where nothing fits (-o default).
std::string completion_script(const CommandFacts& root, const std::string& shell) {
    std::string commands, words, valued, values;
    for (const CommandFacts* command : all_commands(root)) {
        std::string offered, inner;
        for (const CommandFacts& one : command->commands) {
            const std::string name = one.path.substr(one.path.rfind(' ') + 1);
            inner += fmt::format("{}\"{} {}\"", inner.empty() ? "" : "|", command->path, name);
            offered += name + " ";
        }
        for (const OptionFacts& option : command->options) {
            if (option.is_positional) {
                if (!option.choices.empty())
                    offered += fmt::format("{} ", fmt::join(option.choices, " "));
                continue;
            }
            for (const std::string& name : option.names) {
                offered += name + " ";
                if (option.value.empty()) continue;
                const std::string place = fmt::format("\"{} {}\"", command->path, name);
                valued += (valued.empty() ? "" : "|") + place;
                if (!option.choices.empty())
                    values += fmt::format("    {}) words=\"{}\" ;;\n", place,
                                          fmt::join(option.choices, " "));
                else if (option.is_file)
                    values += fmt::format("    {}) return ;;\n", place);
            }
        }
        if (!inner.empty()) commands += fmt::format("      {}) path=\"$path $word\" ;;\n", inner);
        words += fmt::format("      \"{}\") words=\"{}\" ;;\n", command->path, offered);
    }
    const std::string before =
        shell == "zsh" ? "autoload -U +X compinit bashcompinit\ncompinit\nbashcompinit\n" : "";
    return fmt::format(R"(# Completes freshet: source it, or put it where {0} looks for completions.
{1}_freshet_complete() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} path=freshet word words="" option="" at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=${{COMP_WORDS[at]}}
    case "$path $word" in
      {2})
        [ "${{COMP_WORDS[at + 1]}}" = = ] && ((at++))
        ((at++))
        [ $at -ge $COMP_CWORD ] && option="$path $word" ;;
{3}    esac
  done
  [ "$current" = = ] && current=""
  case "$option" in
    "")
      case "$path" in
{4}      esac ;;
{5}    *) compopt +o default 2>/dev/null ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _freshet_complete freshet
)",
                       shell, before, valued, commands, words, values);
}

}  // namespace freshet::cli
