// Worker processes: take one, run a call, write its lines, make it idle again or end it.
#include "functions/workers.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/check.h"
#include "base/text/arn.h"
#include "base/uuid.h"
#include "functions/limits.h"
#include "functions/report.h"
#include "functions/settings.h"
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
    parts_.logs.append(worker.key.home, log_group_of(worker.key, worker.settings),
                       worker.log_stream, std::exchange(worker.lines, {}));
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
    launch.environment =
        environment_of(function, *runtime, {endpoint_, *code, worker->scratch, worker->log_stream});
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

/// How the idle workers look to a call of `function`.
std::vector<Idle> Workers::idle_for(const Function& function) const {
    std::vector<Idle> all;
    all.reserve(idle_.size());
    for (const WorkerPtr& worker : idle_) {
        if (worker->key != function.key) {
            all.push_back(Idle::of_another);
            continue;
        }
        const bool is_ready = worker->settings == function.settings &&
                              worker->code_sha256 == function.code_sha256 &&
                              worker->sandbox->is_alive();
        all.push_back(is_ready ? Idle::fits : Idle::outdated);
    }
    return all;
}

Workers::WorkerPtr Workers::take_idle(std::size_t place) {
    FRESHET_CHECK(place < idle_.size());
    WorkerPtr worker = std::move(idle_[place]);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(place));
    return worker;
}

io::Task<Result<Workers::WorkerPtr>> Workers::take(const Function& function) {
    while (!is_stopped_) {
        const Choice choice =
            choose_worker(idle_for(function), {all_.size() + starting_, waiting_});
        WorkerPtr reused = choice.worker ? idle_[*choice.worker] : nullptr;
        for (const std::size_t place : choice.ends) end(take_idle(place));
        switch (choice.next) {
            case Next::reuse:
                std::erase(idle_, reused);
                co_return reused;
            case Next::start: {
                ++starting_;
                auto worker = co_await launch(function);
                --starting_;
                co_return worker;
            }
            case Next::refuse:
                co_return fail(Errc::too_many, "Rate Exceeded.");
            case Next::wait:
                break;
        }
        ++waiting_;
        co_await freed_.wait();
        --waiting_;
    }
    co_return fail(freshet::Errc::cancelled, "Freshet is stopping");
}

/// What the caller gets, after the last lines of the call are in the log.
InvokeResult Workers::finish(Worker& worker, const Function& function,
                             const std::string& request_id, sandbox::Outcome outcome) {
    InvokeResult result;
    result.request_id = request_id;
    result.payload = outcome.payload;
    if (outcome.ending != sandbox::Ending::answered) result.function_error = "Unhandled";
    if (const auto failed = failure_of(outcome, function.settings.timeout_s)) {
        result.payload = error_payload(
            failed->type, fmt::format("RequestId: {} Error: {}", request_id, failed->message));
        line(worker,
             fmt::format("{} {} {}", to_iso8601(parts_.home.now()), request_id, failed->message));
    }
    if (outcome.output_bytes_dropped > 0)
        line(worker,
             fmt::format("Freshet dropped {} bytes that this call printed: the log takes {} "
                         "bytes of a call",
                         outcome.output_bytes_dropped, sandbox::call_output_bytes_max));
    line(worker, "END RequestId: " + request_id);
    line(worker, report_line(request_id, outcome, function.settings.memory_mib));
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
    event.function_arn = arn_text("lambda", function.key, "function:");
    event.client_context = std::move(client_context);
    event.time_max = Millis(function.settings.timeout_s * 1000);
    event.payload = std::move(payload);
    const std::string request_id = event.request_id;
    worker->tail.clear();
    line(*worker, fmt::format("START RequestId: {} Version: $LATEST", request_id));
    auto outcome = co_await worker->sandbox->invoke(std::move(event));
    InvokeResult result = finish(*worker, function, request_id, std::move(outcome));
    give_back(std::move(worker));
    co_return result;
}

void Workers::give_back(WorkerPtr worker) {
    if (is_stopped_) return;
    FRESHET_CHECK(std::ranges::find(idle_, worker) == idle_.end());  // one call at a time
    if (worker->sandbox->is_alive()) {
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
    is_stopped_ = true;
    idle_.clear();
    const auto all = all_;
    for (const auto& worker : all) end(worker);
    freed_.notify();
    co_await scope_.join();
}

}  // namespace freshet::functions
