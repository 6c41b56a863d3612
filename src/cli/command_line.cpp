#include "cli/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/text/nearest.h"
#include "cli/help/completion.h"
#include "cli/help/manual.h"
#include "cli/run.h"

namespace freshet::cli {
namespace {

const CLI::App& chosen_command(const CLI::App& root) {
    const CLI::App* command = &root;
    while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
    return *command;
}

std::string path_of(const CLI::App& command) {
    const CLI::App* above = command.get_parent();
    return above ? path_of(*above) + " " + command.get_name() : command.get_name();
}

std::vector<std::string> commands_of(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::App* one : command.get_subcommands([](const CLI::App*) { return true; }))
        if (!one->get_name().empty() && !one->get_group().empty()) names.push_back(one->get_name());
    return names;
}

std::vector<std::string> options_of(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options(nullptr)) {
        if (option->get_group().empty()) continue;
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

/// What CLI11 found wrong, in words that help.
std::string problem_of(const CLI::App& root, const CLI::ParseError& error) {
    const CLI::App& command = chosen_command(root);
    const std::string path = path_of(command);
    const auto commands = commands_of(command);
    const auto extra = root.remaining(true);
    if (!extra.empty() && extra.front().starts_with('-')) {
        const std::string name = extra.front().substr(0, extra.front().find('='));
        return fmt::format("{} has no option {}{}", path, name,
                           did_you_mean(name, options_of(command)));
    }
    if (!commands.empty() && !extra.empty())
        return fmt::format("there is no command '{} {}'{}", path, extra.front(),
                           did_you_mean(extra.front(), commands));
    if (!commands.empty() && error.get_name() == "RequiredError")
        return fmt::format("{} needs a command: {}", path, fmt::join(commands, ", "));
    if (!extra.empty()) return fmt::format("{} takes no '{}' there", path, extra.front());
    return error.what();
}

/// What CLI11 does not find wrong: an option of the root that the command does not take would be
/// dropped in silence, and a place that is none would be asked for long.
std::string problem_of(const CLI::App& root, const Place& place) {
    const CLI::App& command = chosen_command(root);
    for (const CLI::Option* option : root.get_options(nullptr)) {
        if (option->count() == 0) continue;
        const std::string name = "--" + option->get_lnames().front();
        if (!command.get_option_no_throw(name))
            return fmt::format("{} takes no {}", path_of(command), name);
    }
    return command.get_option_no_throw("--endpoint") ? place.problem() : "";
}

int print_manual(const CLI::App& root, const std::string& format, const std::string& version) {
    const CommandFacts facts = facts_of(root);
    if (format == "markdown") {
        fmt::print("{}", markdown_manual(facts));
        return 0;
    }
    const std::string page = man_page(facts, version);
    FILE* const viewer =
        format.empty() && ::isatty(1) != 0 ? popen("man -l - 2>/dev/null", "w") : nullptr;
    if (viewer) {
        std::fwrite(page.data(), 1, page.size(), viewer);
        if (pclose(viewer) == 0) return 0;
        fmt::print("{}", markdown_manual(facts));  // there is no man here
        return 0;
    }
    fmt::print("{}", page);
    return 0;
}

}  // namespace

void add_help(CLI::App& root, GlobalOptions& global, const std::string& version) {
    add_place(root, global.place);
    add_json(root, global.wants_json);
    root.set_version_flag("--version", "freshet " + version, "Print the version and end");
    root.footer(
        "Begin with\n"
        "  freshet serve                                       run the server\n"
        "  freshet produce rows.csv --stream s --create        send rows into a stream\n"
        "  freshet tail s --from trim-horizon --deaggregate    look at them\n"
        "`freshet COMMAND --help` describes one command, `freshet man` of all.\n"
        "Exit status: 0 done, 1 could not, 2 wrongly asked.");
    auto format = std::make_shared<std::string>();
    CLI::App* manual = root.add_subcommand("man", "Show the manual of all commands");
    manual
        ->add_option("--format", *format,
                     "roff: for man; markdown; on a terminal the manual is shown when not given")
        ->check(CLI::IsMember({"roff", "markdown"}))
        ->type_name("FORM");
    on_chosen(*manual, global,
              [format, &root, version] { return print_manual(root, *format, version); });
    auto shell = std::make_shared<std::string>();
    CLI::App* completion = root.add_subcommand(
        "completion",
        "Print the script that completes commands: source <(freshet completion bash)");
    completion->add_option("SHELL", *shell, "The shell")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh"}))
        ->type_name("");
    on_chosen(*completion, global, [shell, &root] {
        fmt::print("{}", completion_script(facts_of(root), *shell));
        return 0;
    });
}

int run_command_line(CLI::App& root, GlobalOptions& global, int argc, char** argv) {
    if (argc <= 1) {
        fmt::print("{}", root.help());
        return 0;
    }
    try {
        root.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return root.exit(error);  // --help and --version
        fmt::print(stderr, "freshet: {}\n`{} --help` says more.\n", problem_of(root, error),
                   path_of(chosen_command(root)));
        return wrongly_asked;
    }
    if (const std::string problem = problem_of(root, global.place); !problem.empty())
        return report_problem(problem, wrongly_asked);
    return global.run ? global.run() : wrongly_asked;
}

}  // namespace freshet::cli
