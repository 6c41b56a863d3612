#include "functions/workers.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/crypto/digest.h"
#include "base/uuid.h"
#include "functions/limits.h"
#include "functions/store.h"
#include "sandbox/archive.h"

namespace freshet::functions {

namespace fs = std::filesystem;

struct Workers::Worker {
    FunctionKey key;
    Settings settings;        ///< that it was started with
    std::string code_sha256;  ///< that it runs
    std::string log_stream;
    std::string scratch;  ///< its /tmp
    std::unique_ptr<sandbox::Sandbox> sandbox;
    std::string tail;            ///< of the call under way
    std::vector<LogLine> lines;  ///< not in the log yet
    std::size_t lines_bytes = 0;
    io::Core::TimerId flush_timer = 0;
};

namespace {

std::string billed(std::chrono::microseconds time) {
    return fmt::format("{:.2f} ms", static_cast<double>(time.count()) / 1000);
}

/// JSON's escapes of what our messages may hold.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out;
}

Bytes error_payload(const std::string& type, const std::string& message) {
    return Bytes::own(
        fmt::format(R"({{"errorType":"{}","errorMessage":"{}"}})", type, escaped(message)));
}

std::string log_stream_name(Timestamp now) {
    std::string id = new_uuid();
    std::erase(id, '-');
    return fmt::format("{:%Y/%m/%d}/[$LATEST]{}", now, id);
}

}  // namespace

void Workers::line(Worker& worker, std::string text) {
    // The runtime keeps the lines of a traceback together with carriage returns: one event of the
    // log.
    std::ranges::replace(text, '\r', '\n');
    text += '\n';
    worker.tail += text;
    if (worker.tail.size() > 2 * tail_bytes_max)
        worker.tail.erase(0, worker.tail.size() - tail_bytes_max);
    worker.lines_bytes += text.size();
    worker.lines.push_back({parts_.home.now(), std::move(text)});
    if (worker.lines_bytes >= log_piece_bytes) flush(worker);
}

void Workers::flush(Worker& worker) {
    worker.lines_bytes = 0;
    parts_.logs.append(worker.key.account, worker.key.region,
                       log_group_of(worker.key, worker.settings), worker.log_stream,
                       std::exchange(worker.lines, {}));
}

/// Lines of a running call reach the log soon.
void Workers::flush_later(const WorkerPtr& worker) {
    if (worker->flush_timer != 0) return;
    worker->flush_timer =
        parts_.home.call_at(parts_.home.now() + log_delay, [this, weak = std::weak_ptr(worker)] {
            const auto here = weak.lock();
            if (!here) return;
            here->flush_timer = 0;
            flush(*here);
        });
}

io::Task<Result<std::string>> Workers::code_directory(const Function& function) {
    const std::string directory =
        fmt::format("{}/code/{}", parts_.options.directory, function.code_sha256);
    if (fs::exists(directory)) co_return directory;
    auto turn = co_await unpacking_.take();
    if (fs::exists(directory)) co_return directory;
    auto read = co_await parts_.database.read(
        [key = function.key](const meta::Connection& c) { return store::code(c, key); });
    if (!read) co_return pass(read);
    const std::string own = fmt::format("{}.{}", directory, ++unpacked_);
    auto unpacked = co_await parts_.pool.run([&] { return sandbox::unpack(*read, own); });
    if (!unpacked) co_return pass(unpacked);
    std::error_code problem;
    fs::rename(own, directory, problem);
    if (problem && !fs::exists(directory))
        co_return fail(freshet::Errc::io, fmt::format("make {}: {}", directory, problem.message()));
    if (problem) fs::remove_all(own, problem);
    co_return directory;
}

std::map<std::string, std::string> Workers::environment(const Function& f, const Worker& worker,
                                                        const std::string& code,
                                                        const Runtime& runtime) const {
    std::map<std::string, std::string> env = {{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                                              {"LANG", "C.UTF-8"},
                                              {"TZ", ":UTC"},
                                              {"HOME", worker.scratch},
                                              {"TMPDIR", worker.scratch},
                                              {"PYTHONPATH", runtime.python_path},
                                              {"PYTHONDONTWRITEBYTECODE", "1"},
                                              {"AWS_REGION", f.key.region},
                                              {"AWS_DEFAULT_REGION", f.key.region},
                                              {"AWS_ENDPOINT_URL", endpoint_},
                                              {"AWS_ACCESS_KEY_ID", f.key.account},
                                              {"AWS_SECRET_ACCESS_KEY", "freshet"},
                                              {"AWS_EC2_METADATA_DISABLED", "true"}};
    for (const auto& [name, value] : f.settings.environment) env[name] = value;
    // A function's own PYTHONPATH comes first and hides nothing that the runtime needs.
    if (const auto own = f.settings.environment.find("PYTHONPATH");
        own != f.settings.environment.end() && !runtime.python_path.empty())
        env["PYTHONPATH"] = own->second + ":" + runtime.python_path;
    env["_HANDLER"] = f.settings.handler;
    env["LAMBDA_TASK_ROOT"] = code;
    env["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + f.settings.runtime;
    env["AWS_LAMBDA_FUNCTION_NAME"] = f.key.name;
    env["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST";
    env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = std::to_string(f.settings.memory_mib);
    env["AWS_LAMBDA_LOG_GROUP_NAME"] = log_group_of(f);
    env["AWS_LAMBDA_LOG_STREAM_NAME"] = worker.log_stream;
    env["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
    return env;
}

io::Task<Result<Workers::WorkerPtr>> Workers::launch(const Function& function) {
    auto runtime = co_await parts_.pool.run(
        [this, name = function.settings.runtime] { return runtimes_.find(name); });
    if (!runtime) co_return fail(Errc::no_runtime, runtime.error().message());
    auto code = co_await code_directory(function);
    if (!code) co_return pass(code);
    auto worker = std::make_shared<Worker>();
    worker->key = function.key;
    worker->settings = function.settings;
    worker->code_sha256 = function.code_sha256;
    worker->log_stream = log_stream_name(parts_.home.now());
    worker->scratch = fmt::format("{}/tmp/{}", parts_.options.directory,
                                  worker->log_stream.substr(worker->log_stream.rfind(']') + 1));
    std::error_code problem;
    fs::create_directories(worker->scratch, problem);
    sandbox::Launch launch;
    // AWS's own client of the Runtime API; the code's directory is the first that it imports from.
    launch.command = runtime->command;
    launch.command.insert(launch.command.end(), {"-m", "awslambdaric", function.settings.handler});
    launch.environment = environment(function, *worker, *code, *runtime);
    launch.directory = *code;
    launch.bounds.memory_bytes_max = static_cast<std::size_t>(function.settings.memory_mib) << 20;
    launch.bounds.file_bytes_max = static_cast<std::size_t>(scratch_mib) << 20;
    auto started = sandbox::Sandbox::start(
        parts_.cores, parts_.home, std::move(launch),
        [this, weak = std::weak_ptr(worker)](std::vector<std::string> texts) {
            const auto here = weak.lock();
            if (!here) return;
            for (auto& text : texts) line(*here, std::move(text));
            flush_later(here);
        });
    if (!started) co_return pass(started);
    worker->sandbox = std::move(*started);
    all_.insert(worker);
    co_return worker;
}

io::Task<Result<Workers::WorkerPtr>> Workers::take(const Function& function) {
    while (!stopped_) {
        for (std::size_t i = idle_.size(); i-- > 0;) {
            WorkerPtr worker = idle_[i];
            if (worker->key != function.key) continue;
            idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
            if (worker->settings == function.settings &&
                worker->code_sha256 == function.code_sha256 && worker->sandbox->alive())
                co_return worker;
            end(worker);
        }
        if (all_.size() + starting_ >= processes_max && !idle_.empty()) {
            WorkerPtr oldest = idle_.front();
            idle_.erase(idle_.begin());
            end(oldest);
        }
        if (all_.size() + starting_ < processes_max) {
            ++starting_;
            auto made = co_await launch(function);
            --starting_;
            co_return made;
        }
        if (waiting_ >= waiting_calls_max) co_return fail(Errc::too_many, "Rate Exceeded.");
        ++waiting_;
        co_await freed_.wait();
        --waiting_;
    }
    co_return fail(freshet::Errc::cancelled, "Freshet is stopping");
}

InvokeResult Workers::told(Worker& worker, const Function& function, const std::string& request_id,
                           sandbox::Outcome outcome) {
    InvokeResult result;
    result.request_id = request_id;
    result.payload = outcome.payload;
    const auto fails = [&](const std::string& type, const std::string& message) {
        result.payload =
            error_payload(type, fmt::format("RequestId: {} Error: {}", request_id, message));
        line(worker, fmt::format("{} {} {}", to_iso8601(parts_.home.now()), request_id, message));
    };
    if (outcome.ending != sandbox::Ending::answered) result.function_error = "Unhandled";
    switch (outcome.ending) {
        case sandbox::Ending::answered:
        case sandbox::Ending::handler_error:
            break;
        case sandbox::Ending::timed_out:
            fails("Sandbox.Timedout",
                  fmt::format("Task timed out after {}.00 seconds", function.settings.timeout_s));
            break;
        case sandbox::Ending::out_of_memory:
            fails("Runtime.OutOfMemory", "Runtime exited with error: signal: killed");
            break;
        case sandbox::Ending::exited:
            fails("Runtime.ExitError", outcome.status.empty()
                                           ? "Runtime exited without providing a reason"
                                           : "Runtime exited with error: " + outcome.status);
            break;
        case sandbox::Ending::cut_off:
            fails("Runtime.TruncatedResponse", "The answer ended before its length");
            break;
        case sandbox::Ending::too_large:
            fails("Function.ResponseSizeTooLarge",
                  fmt::format(
                      "Response payload size exceeded maximum allowed payload size ({} bytes).",
                      sandbox::answer_bytes_max));
            break;
    }
    if (outcome.output_bytes_dropped > 0)
        line(worker,
             fmt::format("Freshet dropped {} bytes that this call printed: the log takes {} "
                         "bytes of a call",
                         outcome.output_bytes_dropped, sandbox::call_output_bytes_max));
    line(worker, "END RequestId: " + request_id);
    line(worker,
         fmt::format("REPORT RequestId: {}\tDuration: {}\tBilled Duration: {} ms\tMemory Size: {} "
                     "MB\tMax Memory Used: {} MB{}",
                     request_id, billed(outcome.duration), (outcome.duration.count() + 999) / 1000,
                     function.settings.memory_mib, outcome.memory_bytes_peak >> 20,
                     outcome.init.count() ? "\tInit Duration: " + billed(outcome.init) : ""));
    result.log_tail = worker.tail.size() > tail_bytes_max
                          ? worker.tail.substr(worker.tail.size() - tail_bytes_max)
                          : worker.tail;
    flush(worker);
    return result;
}

InvokeResult Workers::no_runtime(const Function& function, std::string request_id,
                                 std::string why) {
    Worker worker;
    worker.key = function.key;
    worker.settings = function.settings;
    worker.log_stream = log_stream_name(parts_.home.now());
    line(worker, fmt::format("START RequestId: {} Version: $LATEST", request_id));
    line(worker, fmt::format("{} {} {}", to_iso8601(parts_.home.now()), request_id, why));
    line(worker, "END RequestId: " + request_id);
    flush(worker);
    InvokeResult result{request_id, {}, "Unhandled", worker.tail};
    result.payload = error_payload("Runtime.InvalidRuntime",
                                   fmt::format("RequestId: {} Error: {}", request_id, why));
    return result;
}

io::Task<Result<InvokeResult>> Workers::call(Function function, Bytes payload,
                                             std::string client_context) {
    auto taken = co_await take(function);
    if (!taken && taken.error().is(Errc::no_runtime))
        co_return no_runtime(function, new_uuid(), taken.error().message());
    if (!taken) co_return pass(taken);
    WorkerPtr worker = *taken;
    sandbox::Event event;
    event.request_id = new_uuid();
    event.function_arn = fmt::format("arn:aws:lambda:{}:{}:function:{}", function.key.region,
                                     function.key.account, function.key.name);
    event.client_context = std::move(client_context);
    event.time_max = Millis(function.settings.timeout_s * 1000);
    event.payload = std::move(payload);
    const std::string request_id = event.request_id;
    worker->tail.clear();
    line(*worker, fmt::format("START RequestId: {} Version: $LATEST", request_id));
    auto outcome = co_await worker->sandbox->invoke(std::move(event));
    InvokeResult result = told(*worker, function, request_id, std::move(outcome));
    give_back(std::move(worker));
    co_return result;
}

void Workers::give_back(WorkerPtr worker) {
    if (stopped_) return;
    if (worker->sandbox->alive()) {
        idle_.push_back(std::move(worker));
        freed_.notify();
    } else {
        end(std::move(worker));
    }
}

void Workers::end(WorkerPtr worker) { scope_.spawn(end_task(std::move(worker))); }

io::Task<void> Workers::end_task(WorkerPtr worker) {
    if (all_.erase(worker) == 0) co_return;
    if (worker->flush_timer != 0) parts_.home.cancel(std::exchange(worker->flush_timer, 0));
    flush(*worker);
    co_await worker->sandbox->stop();
    std::error_code problem;
    fs::remove_all(worker->scratch, problem);
    freed_.notify();
}

void Workers::retire(const FunctionKey& key) {
    std::vector<WorkerPtr> gone;
    std::erase_if(idle_, [&](const WorkerPtr& worker) {
        if (worker->key != key) return false;
        gone.push_back(worker);
        return true;
    });
    for (auto& worker : gone) end(std::move(worker));
}

io::Task<void> Workers::stop() {
    stopped_ = true;
    idle_.clear();
    const auto all = all_;
    for (const auto& worker : all) end(worker);
    freed_.notify();
    co_await scope_.join();
}

}  // namespace freshet::functions
