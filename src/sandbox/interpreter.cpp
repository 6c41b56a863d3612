#include "sandbox/interpreter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <mutex>
#include <sstream>

#include "sandbox/limits.h"
#include "sandbox/process.h"

namespace freshet::sandbox {
namespace {

constexpr const char* question =
    "import sys, sysconfig, importlib.util as u\n"
    "client = all(u.find_spec(name) for name in ('awslambdaric', 'runtime_client'))\n"
    "print('python', '%d.%d' % sys.version_info[:2], int(client), sysconfig.get_path('purelib'))";

}  // namespace

Result<Interpreter> ask_interpreter(std::vector<std::string> command,
                                    const std::map<std::string, std::string>& environment) {
    std::mutex mutex;
    std::vector<std::string> said;
    Process* running = nullptr;
    Process::Watch watch;
    watch.on_lines = [&](std::vector<std::string> lines, std::size_t bytes) {
        const std::scoped_lock lock(mutex);
        said.insert(said.end(), lines.begin(), lines.end());
        if (running) running->lines_taken(bytes);
    };
    watch.on_drained = [] {};
    watch.on_end = [](int) {};
    auto asked = command;
    asked.insert(asked.end(), {"-c", question});
    {
        Process process(std::move(asked), environment, "/", {}, std::move(watch));
        {
            const std::scoped_lock lock(mutex);
            running = &process;
        }
        process.set_deadline(interpreter_time_max.count());
        process.join();
    }
    for (const std::string& line : said) {
        std::istringstream words(line);
        std::string mark;
        Interpreter found;
        if (!(words >> mark >> found.version >> found.has_client) || mark != "python") continue;
        std::getline(words >> std::ws, found.packages);
        found.command = std::move(command);
        return found;
    }
    return fail(Errc::invalid,
                fmt::format("{} is no Python{}{}", fmt::join(command, " "),
                            said.empty() ? "" : ": ", said.empty() ? "" : said.back()));
}

}  // namespace freshet::sandbox
