#include "jobs/run/work.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace freshet::jobs {
namespace {

constexpr std::array<std::string_view, 5> commands{"glueetl", "gluestreaming", "glueray",
                                                   "pythonshell", "freshetsql"};

}  // namespace

bool is_command(const std::string& command) {
    return std::ranges::find(commands, command) != commands.end();
}

std::string log_group_of(const std::string& command) {
    if (command == "pythonshell") return "/aws-glue/python-jobs";
    if (command == "freshetsql") return "/aws-glue/sql-jobs";
    return "/aws-glue/jobs";
}

Ending refuse_command(const std::string& command) {
    const char* engine = command == "glueray" ? "Ray" : "Spark";
    return {RunState::failed,
            fmt::format("Freshet has no {} engine: jobs with the command {} are kept, and their "
                        "runs fail. Run the script on a {} of your own against this server, or "
                        "write the job with the command pythonshell or freshetsql.",
                        engine, command, engine)};
}

}  // namespace freshet::jobs
