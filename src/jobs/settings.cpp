#include "jobs/settings.h"

#include <fmt/format.h>

#include "jobs/errors.h"
#include "jobs/limits.h"
#include "jobs/run/work.h"

namespace freshet::jobs {
namespace {

bool is_object_uri(const std::string& text) {
    const std::string scheme = "s3://";
    if (!text.starts_with(scheme)) return false;
    const std::size_t slash = text.find('/', scheme.size());
    return slash != std::string::npos && slash > scheme.size() && slash + 1 < text.size();
}

Result<> check_arguments(const Arguments& arguments) {
    for (const auto& [name, value] : arguments) {
        if (!name.starts_with("--") || name.size() == 2)
            return fail(Errc::invalid, fmt::format("The argument {} does not begin with --", name));
    }
    return {};
}

Result<> check_timeout(const std::optional<int>& timeout_min) {
    if (!timeout_min || (*timeout_min >= 1 && *timeout_min <= limits::timeout_min_max)) return {};
    return fail(Errc::invalid, fmt::format("Timeout is a number of minutes from 1 to {}",
                                           limits::timeout_min_max));
}

Result<> check_capacity(const std::string& command, const Capacity& capacity) {
    const bool has_workers = capacity.workers || !capacity.worker_type.empty();
    if (capacity.units && has_workers)
        return fail(Errc::invalid,
                    "Please do not set Max Capacity if using Worker Type and Number of Workers.");
    if (command != "pythonshell") return {};
    if (has_workers)
        return fail(Errc::invalid,
                    "Worker Type and Number of Workers are not supported for a Python shell job.");
    if (capacity.units && *capacity.units != 0.0625 && *capacity.units != 1)
        return fail(Errc::invalid, "MaxCapacity of a Python shell job must be 0.0625 or 1 DPU.");
    return {};
}

}  // namespace

Result<> check(const Settings& settings) {
    if (!is_command(settings.command))
        return fail(Errc::invalid,
                    fmt::format("Command name '{}' is not one of glueetl, gluestreaming, glueray, "
                                "pythonshell and Freshet's freshetsql",
                                settings.command));
    if (settings.role.empty()) return fail(Errc::invalid, "Role must be given");
    if (!is_object_uri(settings.script))
        return fail(
            Errc::invalid,
            fmt::format("ScriptLocation '{}' is not of the form s3://bucket/key", settings.script));
    if (settings.retries_max < 0 || settings.retries_max > limits::retries_max)
        return fail(Errc::invalid,
                    fmt::format("MaxRetries is a number from 0 to {}", limits::retries_max));
    if (settings.runs_max < 1 || settings.runs_max > static_cast<int>(limits::live_runs_max))
        return fail(Errc::invalid, fmt::format("MaxConcurrentRuns is a number from 1 to {}",
                                               limits::live_runs_max));
    if (auto good = check_arguments(settings.fixed); !good) return good;
    return check_run(settings.command, settings.defaults, settings.timeout_min, settings.capacity);
}

Result<> check_run(const std::string& command, const Arguments& arguments,
                   const std::optional<int>& timeout_min, const Capacity& capacity) {
    if (auto good = check_arguments(arguments); !good) return good;
    if (auto good = check_timeout(timeout_min); !good) return good;
    return check_capacity(command, capacity);
}

void set_defaults(Settings& settings) {
    if (settings.command == "pythonshell" && !settings.capacity.units)
        settings.capacity.units = limits::units_default;
    if (settings.command == "glueetl" && settings.capacity == Capacity{})
        settings.capacity.units = limits::spark_units_default;
    if (!settings.timeout_min) settings.timeout_min = limits::timeout_min_default;
}

}  // namespace freshet::jobs
