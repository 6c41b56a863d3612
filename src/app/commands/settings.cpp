// `freshet settings`: every setting that `serve --config FILE` takes; docs/settings.md is its
// Markdown.
#include <fmt/format.h>

#include "app/commands/listing.h"
#include "app/config.h"

namespace freshet::app {
namespace {

std::string markdown() {
    std::string out =
        "# Settings\n\nOf the YAML file that `freshet serve --config FILE` reads. Made from the "
        "program's own table by `freshet settings --format markdown`; a test holds this page to "
        "it. A "
        "key with a dot is of a section: `streams.creating_ms` is `creating_ms` below `streams:`. "
        "What "
        "the command line says goes before the file. An unknown setting, and a value that is none, "
        "ends the start with status 2 and names the line.\n\n| setting | value | without it | what "
        "it "
        "does |\n| --- | --- | --- | --- |\n";
    for (const SettingFacts& one : settings())
        out +=
            fmt::format("| `{}` | {} | `{}` | {} |\n", one.key, one.value, one.initial, one.text);
    return out;
}

std::string plain() {
    std::string out;
    for (const SettingFacts& one : settings())
        out += fmt::format("{:<22} {} ({})\n{:<22}   {}\n", one.key, one.value, one.initial, "",
                           one.text);
    return out;
}

}  // namespace

void add_settings(CLI::App& app, cli::GlobalOptions& global) {
    add_listing(app, global,
                {"settings", "List the settings of serve --config FILE", plain, markdown});
}

}  // namespace freshet::app
