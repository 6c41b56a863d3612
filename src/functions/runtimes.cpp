// The interpreters of this machine, and the packages that those without awslambdaric get.
#include "functions/runtimes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ranges>
#include <span>

#include "functions/errors.h"
#include "functions/runtime_client_py.h"

namespace freshet::functions {
namespace {

namespace fs = std::filesystem;

/// In the order in which Lambda lists them (recorded in November 2025).
constexpr std::string_view of_lambda[] = {
    "nodejs20.x", "python3.14", "provided.al2023", "python3.12",   "python3.13",
    "nodejs24.x", "nodejs22.x", "java25",          "python3.10",   "python3.11",
    "java21",     "ruby3.3",    "ruby3.4",         "ruby3.2",      "python3.8",
    "python3.9",  "java17",     "nodejs16.x",      "dotnet10",     "dotnet8",
    "java11",     "dotnet6",    "nodejs18.x",      "provided.al2", "java8.al2"};

/// What Lambda had once, and takes no new function for.
constexpr std::string_view ended[] = {
    "nodejs",        "nodejs4.3",      "nodejs6.10",    "nodejs8.10",    "nodejs10.x",
    "nodejs12.x",    "nodejs14.x",     "java8",         "python2.7",     "python3.6",
    "python3.7",     "dotnetcore1.0",  "dotnetcore2.0", "dotnetcore2.1", "go1.x",
    "dotnetcore3.1", "nodejs4.3-edge", "ruby2.5",       "ruby2.7",       "provided"};

/// The newest first.
constexpr std::string_view built[] = {"python3.14", "python3.13", "python3.12",
                                      "python3.11", "python3.10", "python3.9"};

/// The packages that an interpreter without awslambdaric is given, all of them plain Python.
constexpr const char* shared_packages[] = {"awslambdaric", "simplejson", "snapshot_restore_py.py",
                                           "boto3",        "botocore",   "s3transfer",
                                           "jmespath",     "dateutil",   "six.py",
                                           "urllib3"};

bool is_in(std::span<const std::string_view> names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

std::map<std::string, std::string> environment() {
    return {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"LANG", "C.UTF-8"}};
}

}  // namespace

Result<Runtime> Runtimes::find(const std::string& name) {
    if (is_in(ended, name))
        return fail(
            Errc::invalid,
            fmt::format("The runtime parameter of {} is no longer supported for creating or "
                        "updating AWS Lambda functions. We recommend you use a supported "
                        "runtime while creating or updating functions.",
                        name));
    if (!is_in(built, name) && !is_in(of_lambda, name))
        return fail(Errc::invalid,
                    fmt::format("Value {} at 'runtime' failed to satisfy constraint: Member must "
                                "satisfy enum value set: [{}] or be a valid ARN",
                                name, fmt::join(of_lambda, ", ")));
    const std::scoped_lock lock(mutex_);
    if (!is_in(built, name))
        return fail(Errc::invalid,
                    fmt::format("Freshet does not build the runtime {}; there is: {}", name,
                                list_of_found()));
    auto found = look_for(name);
    if (!found)
        return fail(Errc::invalid,
                    fmt::format("The runtime {} is not on this machine: {}. There is: {}", name,
                                found.error().message(), list_of_found()));
    return found;
}

std::string Runtimes::newest() {
    const std::scoped_lock lock(mutex_);
    for (const std::string_view name : built)
        if (look_for(std::string(name))) return std::string(name);
    return "";
}

Result<Runtime> Runtimes::look_for(const std::string& name) {
    const auto known = found_.find(name);
    if (known != found_.end()) {
        if (::access(known->second.command.front().c_str(), X_OK) == 0) return known->second;
        found_.erase(known);
    }
    const auto set = options_.commands.find(name);
    if (set != options_.commands.end()) return take(name, set->second);
    if (const auto* python = own(); python && "python" + python->version == name)
        return take(name, python->command);
    const std::string program = found_on_path(name);
    if (program.empty())
        return fail(Errc::invalid,
                    fmt::format("no {} is on the PATH, and functions.runtimes of the "
                                "settings names no command for it",
                                name));
    return take(name, {program});
}

Result<Runtime> Runtimes::take(const std::string& name, const std::vector<std::string>& command) {
    auto words = command;
    if (!words.front().contains('/')) words.front() = found_on_path(words.front());
    if (words.front().empty() || ::access(words.front().c_str(), X_OK) != 0)
        return fail(Errc::invalid, fmt::format("there is no program {}", command.front()));
    auto asked = sandbox::ask_interpreter(words, environment());
    if (!asked) return pass(asked);
    if ("python" + asked->version != name)
        return fail(Errc::invalid,
                    fmt::format("{} is Python {}", fmt::join(command, " "), asked->version));
    Runtime runtime{asked->command, ""};
    if (!asked->has_client) {
        auto packages = packages_for_others();
        if (!packages) return pass(packages);
        runtime.python_path = std::move(*packages);
    }
    return found_[name] = std::move(runtime);
}

/// The build's Python; null when it is not there.
const sandbox::Interpreter* Runtimes::own() {
    if (!own_ && ::access(options_.python.c_str(), X_OK) == 0)
        if (auto asked = sandbox::ask_interpreter({options_.python}, environment()))
            own_ = std::move(*asked);
    return own_ ? &*own_ : nullptr;
}

/// Links to plain packages of the build's Python, and our replacement for its compiled one.
Result<std::string> Runtimes::packages_for_others() {
    if (!packages_.empty()) return packages_;
    const auto missing = [](const std::string& why) {
        return fail(Errc::invalid, "it lacks awslambdaric, and " + why);
    };
    const auto* python = own();
    if (!python) return missing(fmt::format("there is no {} to take it from", options_.python));
    std::error_code problem;
    fs::create_directories(options_.directory, problem);
    for (const char* package : shared_packages) {
        const fs::path from = fs::path(python->packages) / package;
        if (!fs::exists(from, problem))
            return missing(fmt::format("there is no {}", from.string()));
        fs::create_symlink(from, fs::path(options_.directory) / package, problem);
    }
    std::ofstream client(options_.directory + "/runtime_client.py");
    client << runtime_client_py;
    client.close();
    if (!client) return missing(fmt::format("{} cannot be written to", options_.directory));
    return packages_ = options_.directory;
}

std::string Runtimes::found_on_path(const std::string& program) const {
    for (const auto part : std::views::split(options_.path, ':')) {
        const std::string path = std::string(part.begin(), part.end()) + "/" + program;
        if (path.front() == '/' && ::access(path.c_str(), X_OK) == 0) return path;
    }
    return "";
}

std::string Runtimes::list_of_found() {
    std::vector<std::string> there;
    for (const std::string_view name : built)
        if (auto runtime = look_for(std::string(name)))
            there.push_back(fmt::format("{} ({})", name, fmt::join(runtime->command, " ")));
    return there.empty() ? "none" : fmt::format("{}", fmt::join(there, ", "));
}

}  // namespace freshet::functions
