#include "cli/help/manual.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace freshet::cli {
namespace {

struct Fact {
    const char* name;
    const char* text;
};

constexpr Fact exit_statuses[] = {
    {"0", "The command did what it was asked to do."},
    {"1",
     "It could not: the server refused or cannot be reached, a file cannot be read or is wrong."},
    {"2", "The command line or the settings are wrong; nothing was done."},
};

constexpr Fact variables[] = {
    {"AWS_ENDPOINT_URL", "The server, when --endpoint is not given."},
    {"AWS_REGION, AWS_DEFAULT_REGION", "The region, when --region is not given."},
    {"AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN",
     "Credentials. Any do for Freshet; an access key of twelve digits is taken as the account."},
};

constexpr const char* shared_options =
    "Options that several commands share (--endpoint, --region, --json) may come before or after "
    "the command's name.";

std::string heading_of(const OptionFacts& option) {
    std::string text;
    for (const std::string& name : option.names) text += (text.empty() ? "" : ", ") + name;
    return option.value.empty() ? text : text + " " + option.value;
}

std::string text_of(const OptionFacts& option) {
    std::string text = option.text;
    if (!option.choices.empty())
        text += fmt::format(". One of {}", fmt::join(option.choices, ", "));
    if (!text.empty() && !text.ends_with('.')) text += ".";
    return text;
}

/// For roff: no dot or quote begins a line, hyphens stay hyphens.
std::string roff(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
    return out;
}

}  // namespace

std::string man_page(const CommandFacts& root, const std::string& version) {
    std::string out = fmt::format(
        ".TH FRESHET 1 \"\" \"freshet {}\" \"Freshet\"\n.SH NAME\nfreshet \\- {}\n.SH SYNOPSIS\n",
        version, roff(root.text));
    for (const CommandFacts* command : all_commands(root)) {
        if (command->commands.empty()) out += fmt::format("{}\n.br\n", roff(command->usage()));
    }
    out += fmt::format(".SH DESCRIPTION\n{}\n.SH COMMANDS\n", roff(shared_options));
    for (const CommandFacts* command : all_commands(root)) {
        if (command == &root) continue;
        out += fmt::format(".SS {}\n{}.\n", roff(command->path), roff(command->text));
        for (const OptionFacts& option : command->options)
            out += fmt::format(".TP\n.B {}\n{}\n", roff(heading_of(option)), roff(text_of(option)));
    }
    out += ".SH EXIT STATUS\n";
    for (const Fact& fact : exit_statuses)
        out += fmt::format(".TP\n.B {}\n{}\n", fact.name, roff(fact.text));
    out += ".SH ENVIRONMENT\n";
    for (const Fact& fact : variables)
        out += fmt::format(".TP\n.B {}\n{}\n", fact.name, roff(fact.text));
    return out;
}

std::string markdown_manual(const CommandFacts& root) {
    std::string out = fmt::format(
        "# The command line\n\nMade from the program's own definitions by `freshet man --format "
        "markdown`; a test holds this page to it.\n\n{}\n\n## Exit status\n\n| status | meaning |\n"
        "| --- | --- |\n",
        shared_options);
    for (const Fact& fact : exit_statuses)
        out += fmt::format("| {} | {} |\n", fact.name, fact.text);
    out += "\n## Environment\n\n| variable | meaning |\n| --- | --- |\n";
    for (const Fact& fact : variables) out += fmt::format("| {} | {} |\n", fact.name, fact.text);
    for (const CommandFacts* command : all_commands(root)) {
        out += fmt::format("\n## {}\n\n{}.\n\n    {}\n", command->path, command->text,
                           command->usage());
        if (!command->options.empty()) out += "\n";
        for (const OptionFacts& option : command->options)
            out += fmt::format("- `{}` {}\n", heading_of(option), text_of(option));
    }
    return out;
}

}  // namespace freshet::cli
