// The Runtime API of one process: `next` waits for an event, `response` and `error` end its call.
// What the process sends is input: it is refused, never asserted.
#include "sandbox/sandbox.h"

#include <fmt/format.h>

#include <optional>

#include "io/http/http.h"
#include "sandbox/process.h"
#include "sandbox/runtime_request.h"

namespace freshet::sandbox {

using Steady = std::chrono::steady_clock;

struct Sandbox::State {
    explicit State(io::Core& core) : home(core), events(core), changes(core) {}
    io::Core& home;
    io::Signal events;   ///< an event waits, or the process is gone
    io::Signal changes;  ///< an answer, its last line or an end came
    std::unique_ptr<io::HttpServer> server;
    std::unique_ptr<Process> process;
    std::function<void(std::vector<std::string>)> on_lines;
    std::optional<Event> waiting;
    std::optional<Outcome> outcome;
    std::string running_id;    ///< of the event that the process has
    bool is_cut_off = false;   ///< an answer began and did not end
    bool has_drained = false;  ///< on_lines has had the lines of the call
    bool is_ready = false;
    bool has_ended = false;
    int status = 0;
    Steady::time_point started = Steady::now(), call_started;
    std::chrono::microseconds init{};
    bool has_reported_init = false;
};

namespace {

using StatePtr = std::shared_ptr<Sandbox::State>;

io::HttpResponse answer(int status, std::string text) {
    io::HttpResponse response;
    response.status = status;
    response.headers.set("Content-Type", "application/json");
    response.body.push_back(Bytes::own(std::move(text)));
    return response;
}

io::HttpResponse refuse(int status, std::string_view type, std::string_view message) {
    return answer(status,
                  fmt::format(R"({{"errorType":"{}","errorMessage":"{}"}})", type, message));
}

io::Task<io::HttpResponse> next_event(StatePtr state) {
    if (!state->is_ready) {
        state->is_ready = true;
        state->init =
            std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - state->started);
        state->changes.notify();
    }
    while (true) {
        // it will not answer that call any more
        if (state->is_cut_off && !state->running_id.empty()) {
            state->running_id.clear();
            state->outcome.emplace().ending = Ending::cut_off;
            state->process->drain();
        }
        if (state->waiting || state->has_ended) break;
        co_await state->events.wait();
    }
    if (state->has_ended) co_return refuse(500, "ContainerError", "the sandbox is closed");
    Event event = std::move(*state->waiting);
    state->waiting.reset();
    state->running_id = event.request_id;
    state->is_cut_off = false;
    io::HttpResponse response;
    response.headers.set("Content-Type", "application/json");
    response.headers.set("Lambda-Runtime-Aws-Request-Id", event.request_id);
    // The runtime holds it against the machine's time.
    response.headers.set("Lambda-Runtime-Deadline-Ms",
                         std::to_string(to_epoch_ms(io::SystemClock().now() + event.time_max)));
    response.headers.set("Lambda-Runtime-Invoked-Function-Arn", event.function_arn);
    if (!event.client_context.empty())
        response.headers.set("Lambda-Runtime-Client-Context", event.client_context);
    response.body.push_back(event.payload);
    co_return response;
}

/// An answer's body; what is larger than it may be, and what ends before its length, is none.
struct Answer {
    Bytes body;
    bool is_too_large = false;
    bool is_cut_off = false;
};

io::Task<Answer> read_answer(io::BodyReader& body) {
    Answer answer;
    std::string all;
    while (true) {
        auto piece = co_await body.read();
        answer.is_cut_off = !piece;
        if (!piece || piece->empty()) break;
        answer.is_too_large = answer.body.size() + all.size() + piece->size() > answer_bytes_max;
        if (answer.is_too_large) break;
        if (answer.body.empty() && all.empty()) {
            answer.body = std::move(*piece);  // most answers come as one piece and are not copied
            continue;
        }
        if (all.empty()) all = std::exchange(answer.body, {}).str();
        all += piece->view();
    }
    if (!all.empty()) answer.body = Bytes::own(std::move(all));
    co_return answer;
}

io::Task<io::HttpResponse> take_answer(StatePtr state, RuntimeRequest request, Answer given) {
    const bool is_of_call = request.kind != RuntimeRequest::Kind::init_error;
    if (is_of_call && (state->running_id.empty() || request.request_id != state->running_id))
        co_return refuse(400, "InvalidRequestID", "Invalid request ID");
    // The process ends soon, answers once more, or asks for the next event: then it is known which.
    state->is_cut_off = given.is_cut_off;
    if (given.is_cut_off) state->events.notify();  // the next event may have been asked for already
    if (given.is_cut_off)
        co_return refuse(400, "TruncatedRequest", "the answer ended before its length");
    state->running_id.clear();
    Outcome outcome;
    outcome.ending =
        request.kind == RuntimeRequest::Kind::response ? Ending::answered : Ending::handler_error;
    if (given.is_too_large)
        outcome.ending = Ending::too_large;
    else
        outcome.payload = std::move(given.body);
    state->outcome = std::move(outcome);
    state->process->drain();  // the runtime does not buffer: what the call printed is in the pipe
    if (given.is_too_large)
        co_return refuse(
            413, "RequestEntityTooLarge",
            fmt::format("Exceeded maximum allowed payload size ({} bytes).", answer_bytes_max));
    co_return answer(202, R"({"status":"OK"})");
}

io::Task<io::HttpResponse> serve(StatePtr state, io::HttpRequest request) {
    RuntimeRequest asked = parse_runtime_request(request.method, request.target);
    if (asked.kind == RuntimeRequest::Kind::unknown)
        co_return refuse(404, "NotFound", "there is no such path");
    if (asked.kind == RuntimeRequest::Kind::next) {
        auto response = co_await io::run_on(state->home, next_event(state));
        co_return response;
    }
    auto given = co_await read_answer(*request.body);
    auto response =
        co_await io::run_on(state->home, take_answer(state, std::move(asked), std::move(given)));
    co_return response;
}

void on_drained(const StatePtr& state) {
    state->has_drained = true;
    state->changes.notify();
}

void on_end(const StatePtr& state, int status) {
    state->has_ended = true;
    state->status = status;
    state->events.notify();
    state->changes.notify();
}

}  // namespace

Result<std::unique_ptr<Sandbox>> Sandbox::start(
    io::Cores& cores, io::Core& home, Launch launch,
    std::function<void(std::vector<std::string>)> on_lines) {
    auto state = std::make_shared<State>(home);
    state->on_lines = std::move(on_lines);
    io::HttpLimits limits;
    limits.connections_max = 8;
    limits.idle_timeout = 1h;  // a handler may compute for long between two requests
    auto listening = io::listen_http(cores, "127.0.0.1", 0, limits,
                                     [weak = std::weak_ptr(state)](io::HttpRequest request) {
                                         return serve(weak.lock(), std::move(request));
                                     });
    if (!listening) return pass(listening);
    state->server = std::move(*listening);
    launch.environment["AWS_LAMBDA_RUNTIME_API"] =
        fmt::format("127.0.0.1:{}", state->server->port());
    Process::Watch watch;
    watch.on_lines = [state_ = std::weak_ptr(state), &home](std::vector<std::string> lines,
                                                            std::size_t bytes) {
        home.post([state = state_.lock(), lines = std::move(lines), bytes]() mutable {
            if (!state) return;
            state->on_lines(std::move(lines));
            state->process->lines_taken(bytes);
        });
    };
    watch.on_drained = [state_ = std::weak_ptr(state), &home] {
        home.post([state = state_.lock()] {
            if (state) on_drained(state);
        });
    };
    watch.on_end = [state_ = std::weak_ptr(state), &home](int status) {
        home.post([state = state_.lock(), status] {
            if (state) on_end(state, status);
        });
    };
    state->process =
        std::make_unique<Process>(std::move(launch.command), std::move(launch.environment),
                                  std::move(launch.directory), launch.bounds, std::move(watch));
    std::unique_ptr<Sandbox> made(new Sandbox);
    made->state_ = std::move(state);
    return made;
}

Sandbox::~Sandbox() = default;

bool Sandbox::is_alive() const {
    return !state_->has_ended && state_->process && !state_->process->has_timed_out() &&
           !state_->process->is_over_memory();
}

io::Task<Outcome> Sandbox::invoke(Event event) {
    const StatePtr state = state_;
    state->outcome.reset();
    state->has_drained = false;
    state->is_cut_off = false;
    state->process->begin_call();
    state->process->set_deadline(event.time_max.count() +
                                 (state->is_ready ? 0 : init_time_max.count()));
    while (!state->is_ready && !state->has_ended && !(state->outcome && state->has_drained)) {
        co_await state->changes.wait();
    }
    if (state->is_ready) {
        state->process->set_deadline(event.time_max.count());
        state->call_started = Steady::now();
        state->waiting = std::move(event);
        state->events.notify();
    } else {
        state->call_started = Steady::now();
    }
    while (!state->has_ended && !(state->outcome && state->has_drained)) {
        co_await state->changes.wait();
    }
    state->process->set_deadline(0);
    Outcome outcome;
    if (state->outcome) {
        outcome = std::move(*state->outcome);
    } else {
        outcome.ending = ending_without_answer(state->process->has_timed_out(),
                                               state->process->is_over_memory());
    }
    if (state->has_ended) outcome.status = status_text(state->status);
    outcome.duration =
        std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - state->call_started);
    if (!std::exchange(state->has_reported_init, true)) outcome.init = state->init;
    outcome.memory_bytes_peak = state->process->memory_bytes_peak();
    outcome.output_bytes_dropped = state->process->output_bytes_dropped();
    co_return outcome;
}

io::Task<void> Sandbox::stop() {
    const StatePtr state = state_;
    state->process->kill();
    while (!state->has_ended) {
        co_await state->changes.wait();
    }
    state->process->join();
    co_await state->server->stop(0ms);
}

}  // namespace freshet::sandbox
