#include "functions/settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "functions/errors.h"
#include "functions/limits.h"

namespace freshet::functions {
namespace {

/// Lambda's own, which a user may not set.
constexpr const char* reserved[] = {
    "_HANDLER",         "AWS_REGION",        "AWS_DEFAULT_REGION",    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"};

}  // namespace

Result<> check(const Settings& settings) {
    if (settings.runtime.empty() || settings.handler.empty())
        return fail(Errc::invalid,
                    "Runtime and Handler are mandatory parameters for functions created with "
                    "deployment packages.");
    std::size_t bytes = 0;
    for (const auto& [name, value] : settings.environment) {
        bytes += name.size() + value.size();
        if (std::ranges::find(reserved, name) == std::end(reserved)) continue;
        return fail(Errc::invalid,
                    fmt::format("Lambda was unable to configure your environment variables "
                                "because the environment variables you have provided "
                                "contains reserved keys that are currently not supported "
                                "for modification. Reserved keys used in this request: {}",
                                name));
    }
    if (bytes > environment_bytes_max)
        return fail(Errc::invalid,
                    "Lambda was unable to configure your environment variables because the "
                    "environment variables you have provided exceeded the 4KB limit.");
    return {};
}

void apply(SettingsChange change, Settings& settings) {
    const auto set = [](auto& member, auto& given) {
        if (given) member = std::move(*given);
    };
    set(settings.runtime, change.runtime);
    set(settings.handler, change.handler);
    set(settings.role, change.role);
    set(settings.description, change.description);
    set(settings.timeout_s, change.timeout_s);
    set(settings.memory_mib, change.memory_mib);
    set(settings.environment, change.environment);
    set(settings.log_group, change.log_group);
}

std::map<std::string, std::string> environment_of(const Function& function, const Runtime& runtime,
                                                  const Place& place) {
    const FunctionKey& key = function.key;
    const Settings& settings = function.settings;
    std::map<std::string, std::string> all = {{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                                              {"LANG", "C.UTF-8"},
                                              {"TZ", ":UTC"},
                                              {"HOME", place.scratch},
                                              {"TMPDIR", place.scratch},
                                              {"PYTHONPATH", runtime.python_path},
                                              {"PYTHONDONTWRITEBYTECODE", "1"},
                                              {"AWS_REGION", key.home.region},
                                              {"AWS_DEFAULT_REGION", key.home.region},
                                              {"AWS_ENDPOINT_URL", place.endpoint},
                                              {"AWS_ACCESS_KEY_ID", key.home.account},
                                              {"AWS_SECRET_ACCESS_KEY", "freshet"},
                                              {"AWS_EC2_METADATA_DISABLED", "true"}};
    for (const auto& [name, value] : settings.environment) all[name] = value;
    // A function's own PYTHONPATH comes first and hides nothing that the runtime needs.
    const auto own = settings.environment.find("PYTHONPATH");
    if (own != settings.environment.end() && !runtime.python_path.empty())
        all["PYTHONPATH"] = own->second + ":" + runtime.python_path;
    all["_HANDLER"] = settings.handler;
    all["LAMBDA_TASK_ROOT"] = place.code;
    all["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + settings.runtime;
    all["AWS_LAMBDA_FUNCTION_NAME"] = key.name;
    all["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST";
    all["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = std::to_string(settings.memory_mib);
    all["AWS_LAMBDA_LOG_GROUP_NAME"] = log_group_of(function);
    all["AWS_LAMBDA_LOG_STREAM_NAME"] = place.log_stream;
    all["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
    return all;
}

}  // namespace freshet::functions
