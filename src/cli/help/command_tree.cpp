#include "cli/help/command_tree.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace freshet::cli {
namespace {

/// The words of "TEXT:{auto,csv}", as CLI11 writes a set that it checks; the value's plain name
/// stays in `value`.
std::vector<std::string> take_choices(std::string& value) {
    std::vector<std::string> choices;
    const auto open = value.find('{'), close = value.find('}');
    if (open == std::string::npos || close == std::string::npos) return choices;
    std::string inner = value.substr(open + 1, close - open - 1);
    for (std::size_t from = 0; from <= inner.size();) {
        const auto comma = std::min(inner.find(',', from), inner.size());
        choices.push_back(inner.substr(from, comma - from));
        from = comma + 1;
    }
    value.resize(open);
    return choices;
}

OptionFacts facts_of(const CLI::Option& option) {
    OptionFacts facts;
    for (const std::string& name : option.get_snames()) facts.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) facts.names.push_back("--" + name);
    for (const std::string& name : option.get_fnames()) {
        const std::string flag = "--" + name;
        if (std::ranges::find(facts.names, flag) == facts.names.end()) facts.names.push_back(flag);
    }
    facts.is_positional = facts.names.empty();
    if (facts.is_positional) facts.names.push_back(option.get_name());
    if (option.get_expected_max() > 0 && option.get_type_size() != 0)
        facts.value = option.get_type_name();
    facts.choices = take_choices(facts.value);
    // "N:INT in [1 - 64]": the check's own words are for errors.
    facts.value.resize(std::min(facts.value.find(':'), facts.value.size()));
    facts.text = option.get_description();
    facts.is_required = option.get_required();
    facts.may_repeat = option.get_expected_max() > 1;
    static constexpr std::string_view places[] = {"FILE", "DIR", "PATH"};
    const std::string& what = facts.is_positional ? facts.names.back() : facts.value;
    facts.is_file = std::ranges::find(places, what) != std::end(places);
    return facts;
}

}  // namespace

CommandFacts facts_of(const CLI::App& app, const std::string& before) {
    CommandFacts facts;
    facts.path = before.empty() ? app.get_name() : before + " " + app.get_name();
    facts.text = app.get_description();
    for (const CLI::Option* option : app.get_options(nullptr))
        if (!option->get_group().empty()) facts.options.push_back(facts_of(*option));
    for (const CLI::App* inner : app.get_subcommands([](const CLI::App* one) {
             return !one->get_name().empty() && !one->get_group().empty();
         }))
        facts.commands.push_back(facts_of(*inner, facts.path));
    return facts;
}

std::string CommandFacts::usage() const {
    std::string line = path, arguments;
    bool has_options = false;
    for (const OptionFacts& option : options) {
        std::string text = option.names.back();
        if (option.is_positional) {
            if (option.may_repeat) text += "...";
            arguments += option.is_required ? " " + text : fmt::format(" [{}]", text);
        } else if (option.is_required) {
            line += fmt::format(" {} {}", text, option.value);
        } else {
            has_options = true;
        }
    }
    if (!commands.empty()) arguments += " COMMAND";
    return line + (has_options ? " [OPTIONS]" : "") + arguments;
}

std::vector<const CommandFacts*> all_commands(const CommandFacts& root) {
    std::vector<const CommandFacts*> all{&root};
    for (const CommandFacts& command : root.commands) {
        const auto inner = all_commands(command);
        all.insert(all.end(), inner.begin(), inner.end());
    }
    return all;
}

}  // namespace freshet::cli
