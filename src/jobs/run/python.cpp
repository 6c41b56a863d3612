// A pythonshell run: the script and its libraries are fetched into a directory of the run's own,
// and a Python runs there as a child process (sandbox/) until it ends or is halted.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>
#include <ranges>

#include "base/check.h"
#include "jobs/limits.h"
#include "jobs/run/awsglue_py.h"
#include "jobs/run/work.h"
#include "sandbox/ending.h"
#include "sandbox/process.h"

namespace freshet::jobs {
namespace {

namespace fs = std::filesystem;

/// The process of a run, as the home core sees it.
struct Child {
    explicit Child(io::Core& home) : ended(home) {}
    io::Signal ended;
    bool has_ended = false;
    int status = 0;
    std::string last_error_line;
    std::unique_ptr<sandbox::Process> process;
};

/// Glue's own arguments, which do not reach the script.
bool is_of_glue(const std::string& name) {
    return name == "--extra-py-files" || name == "--additional-python-modules" ||
           name == "--python-modules-installer-option";
}

std::vector<std::string> parts_of(const std::string& list) {
    std::vector<std::string> all;
    for (const auto part : std::views::split(list, ',')) {
        std::string uri(part.begin(), part.end());
        std::erase(uri, ' ');
        if (!uri.empty()) all.push_back(std::move(uri));
    }
    return all;
}

std::string file_name_of(const std::string& uri) { return uri.substr(uri.rfind('/') + 1); }

std::string argument(const Arguments& arguments, const std::string& name) {
    const auto found = arguments.find(name);
    return found == arguments.end() ? "" : found->second;
}

/// What the run's directory holds, and where Python looks for modules.
struct Prepared {
    std::string script;
    std::vector<std::string> module_places;
};

io::Task<Result<Prepared>> prepare(Workplace place, const Assignment& assignment,
                                   std::string directory) {
    std::error_code problem;
    fs::create_directories(directory + "/libraries", problem);
    fs::create_directories(directory + "/tmp", problem);
    fs::create_directories(directory + "/modules/awsglue", problem);
    std::ofstream(directory + "/modules/awsglue/__init__.py");
    std::ofstream utils(directory + "/modules/awsglue/utils.py");
    utils << awsglue_utils_py;
    utils.close();
    if (!utils)
        co_return fail(Errc::unavailable, fmt::format("{} cannot be written to", directory));
    Prepared prepared;
    const std::string& script = assignment.job.settings.script;
    prepared.script = directory + "/" + file_name_of(script);
    auto saved =
        co_await place.ports.scripts.save(script, prepared.script, limits::script_bytes_max);
    if (!saved) co_return pass(saved);
    bool has_modules = false;
    const auto libraries = parts_of(argument(assignment.arguments, "--extra-py-files"));
    if (libraries.size() > limits::libraries_max)
        co_return fail(Errc::invalid,
                       fmt::format("--extra-py-files has at most {} files", limits::libraries_max));
    for (const std::string& uri : libraries) {
        const std::string name = file_name_of(uri), path = directory + "/libraries/" + name;
        saved = co_await place.ports.scripts.save(uri, path, limits::library_bytes_max);
        if (!saved) co_return pass(saved);
        if (name.ends_with(".py"))
            has_modules = true;
        else
            prepared.module_places.push_back(path);  // Python imports from archives
    }
    if (has_modules) prepared.module_places.push_back(directory + "/libraries");
    prepared.module_places.push_back(directory + "/modules");
    co_return prepared;
}

std::map<std::string, std::string> environment_of(const Workplace& place,
                                                  const Assignment& assignment,
                                                  const std::string& directory,
                                                  const std::string& python_path) {
    const JobKey& key = assignment.job.key;
    std::map<std::string, std::string> all{{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                                           {"LANG", "C.UTF-8"},
                                           {"TZ", ":UTC"},
                                           {"HOME", directory},
                                           {"TMPDIR", directory + "/tmp"},
                                           {"PYTHONPATH", python_path},
                                           {"PYTHONUNBUFFERED", "1"},
                                           {"PYTHONDONTWRITEBYTECODE", "1"},
                                           {"AWS_REGION", key.home.region},
                                           {"AWS_DEFAULT_REGION", key.home.region},
                                           {"AWS_ENDPOINT_URL", place.endpoint},
                                           {"AWS_ACCESS_KEY_ID", key.home.account},
                                           {"AWS_SECRET_ACCESS_KEY", "freshet"},
                                           {"AWS_EC2_METADATA_DISABLED", "true"}};
    if (bookmark_option(assignment.arguments) == "disable") return all;
    if (assignment.bookmark_from)
        all["FRESHET_BOOKMARK_FROM"] = to_iso8601(*assignment.bookmark_from);
    all["FRESHET_BOOKMARK_TO"] = to_iso8601(*assignment.run.running_since);
    return all;
}

/// Lines reach the log and the child on the home core; `child` may be gone by then.
std::function<void(std::vector<std::string>, std::size_t)> lines_to(Workplace place,
                                                                    const Assignment& assignment,
                                                                    const char* stream,
                                                                    std::weak_ptr<Child> weak) {
    const bool are_errors = std::string_view(stream) == "error";
    const std::string group = log_group_of(assignment.job.settings.command) + "/" + stream;
    return [place, weak, are_errors, group, job = assignment.job.key,
            run_id = assignment.run.run_id](std::vector<std::string> lines, std::size_t bytes) {
        place.home.post([place, weak, are_errors, group, job, run_id, bytes,
                         lines = std::move(lines)]() mutable {
            const auto child = weak.lock();
            if (child && are_errors && !lines.empty()) child->last_error_line = lines.back();
            place.ports.logs.append(job, group, run_id, std::move(lines));
            if (child) child->process->lines_taken(bytes);
        });
    };
}

std::shared_ptr<Child> start_child(const Workplace& place, const Assignment& assignment,
                                   const std::string& directory, const Python& python,
                                   const Prepared& prepared) {
    auto child = std::make_shared<Child>(place.home);
    std::vector<std::string> command = python.command;
    command.push_back(prepared.script);
    for (const auto& [name, value] : assignment.arguments) {
        if (is_of_glue(name)) continue;
        command.push_back(name);
        if (!value.empty()) command.push_back(value);
    }
    std::vector<std::string> places = prepared.module_places;
    if (!python.path.empty()) places.push_back(python.path);
    sandbox::Process::Watch watch;
    watch.on_lines = lines_to(place, assignment, "output", child);
    watch.on_error_lines = lines_to(place, assignment, "error", child);
    watch.on_drained = [] {};
    watch.on_end = [&home = place.home, weak = std::weak_ptr(child)](int status) {
        home.post([weak, status] {
            const auto ended = weak.lock();
            if (!ended) return;
            ended->has_ended = true;
            ended->status = status;
            ended->ended.notify();
        });
    };
    sandbox::Bounds bounds;
    const double units = assignment.run.capacity.units.value_or(
        assignment.job.settings.capacity.units.value_or(limits::units_default));
    bounds.memory_bytes_max =
        static_cast<std::size_t>(units * static_cast<double>(limits::memory_bytes_of_unit));
    bounds.file_bytes_max = limits::scratch_file_bytes_max;
    bounds.output_bytes_max = limits::output_bytes_max;
    child->process = std::make_unique<sandbox::Process>(
        std::move(command),
        environment_of(place, assignment, directory, fmt::format("{}", fmt::join(places, ":"))),
        directory, bounds, std::move(watch));
    return child;
}

Ending ending_of(const Child& child) {
    if (child.process->is_over_memory())
        return {RunState::failed, "Command failed due to out of memory"};
    if (child.status == 0) return {RunState::succeeded, ""};
    // In Glue's words, with Python's last one.
    std::string status = sandbox::status_text(child.status);
    const std::string exited = "exit status ";
    if (status.starts_with(exited)) status = "exit code " + status.substr(exited.size());
    std::string text = "Command failed with " + status;
    if (!child.last_error_line.empty()) text += ": " + child.last_error_line;
    return {RunState::failed, std::move(text)};
}

io::Task<Ending> run_in(Workplace place, Assignment assignment, std::shared_ptr<Halt> halt,
                        std::string directory) {
    const std::string& version = assignment.job.settings.python_version;
    auto python = co_await place.pool.run([&] { return place.ports.pythons.find(version); });
    if (!python) co_return Ending{RunState::failed, python.error().message()};
    auto prepared = co_await prepare(place, assignment, directory);
    if (!prepared) co_return Ending{RunState::failed, prepared.error().message()};
    const std::string errors = log_group_of(assignment.job.settings.command) + "/error";
    if (assignment.arguments.contains("--additional-python-modules"))
        place.ports.logs.append(assignment.job.key, errors, assignment.run.run_id,
                                {"Freshet installs no modules: --additional-python-modules is not "
                                 "acted on; a module that this machine has is found"});
    if (halt->was_requested()) co_return Ending{RunState::stopped, ""};
    auto child = start_child(place, assignment, directory, *python, *prepared);
    halt->end_by([weak = std::weak_ptr(child)] {
        if (const auto running = weak.lock()) running->process->kill();
    });
    while (!child->has_ended) {
        co_await child->ended.wait();
    }
    halt->work_has_ended();
    child->process->join();
    if (const std::size_t dropped = child->process->output_bytes_dropped(); dropped > 0)
        place.ports.logs.append(
            assignment.job.key, errors, assignment.run.run_id,
            {fmt::format("Freshet dropped {} bytes that this run printed: the log takes {} bytes "
                         "of a stream",
                         dropped, limits::output_bytes_max)});
    co_return ending_of(*child);
}

}  // namespace

io::Task<Ending> run_python(Workplace place, Assignment assignment, std::shared_ptr<Halt> halt) {
    FRESHET_CHECK(assignment.run.running_since);  // it is durable that the run is at work
    const std::string directory = fmt::format("{}/{}", place.directory, assignment.run.run_id);
    Ending ending = co_await run_in(place, std::move(assignment), std::move(halt), directory);
    std::error_code problem;
    fs::remove_all(directory, problem);
    co_return ending;
}

}  // namespace freshet::jobs
