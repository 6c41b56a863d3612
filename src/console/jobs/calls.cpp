#include "console/jobs/calls.h"

#include <fmt/format.h>

#include "console/json_writer.h"
#include "console/limits.h"
#include "jobs/run/work.h"

namespace freshet::console {
namespace {

io::HttpResponse refused(const Error& error) {
    const int status = error.is(jobs::Errc::not_found)       ? 404
                       : error.is(jobs::Errc::too_many_runs) ? 409
                       : error.is(jobs::Errc::wrong_state)   ? 409
                       : error.is(jobs::Errc::unavailable)   ? 503
                                                             : 400;
    return refusal(status, error.message());
}

io::Task<io::HttpResponse> start(const Parts& parts, Question question) {
    constexpr std::string_view of_arguments = "arguments.";
    jobs::RunRequest request;
    std::string job;
    for (auto& [name, value] : question.fields()) {
        if (name == "job") job = value;
        if (name.starts_with(of_arguments))
            request.arguments[name.substr(of_arguments.size())] = value;
    }
    auto started = co_await parts.jobs.start_run({question.home, job}, std::move(request), "");
    if (!started && started.error().is(jobs::Errc::not_found))
        co_return refusal(404, fmt::format("There is no job '{}'", job));
    if (!started) co_return refused(started.error());
    co_return json_answer(200, JsonWriter().open('{').member("run", *started).close('}').take());
}

io::Task<io::HttpResponse> stop(const Parts& parts, Question question) {
    auto fields = question.fields();
    auto stopped = co_await parts.jobs.stop_run({question.home, fields["job"]}, fields["run"]);
    if (!stopped) co_return refused(stopped.error());
    co_return json_answer(200, Bytes::literal("{}"));
}

/// Nothing is printed yet: no lines.
io::Task<io::HttpResponse> log(const Parts& parts, Question question) {
    const jobs::JobKey key{question.home, question.parameter("job")};
    const std::string stream = question.parameter("stream");
    if (stream != "output" && stream != "error")
        co_return refusal(400, fmt::format("stream is output or error, not '{}'", stream));
    const auto found = parts.jobs.find(key);
    if (!found) co_return refused(found.error());
    monitor::EventRequest request;
    request.streams = {question.parameter("run")};
    request.wants_newest = true;
    request.limit = limits::log_lines_shown_max;
    auto events = co_await parts.logs.events(
        {key.home, jobs::log_group_of((*found)->settings.command) + "/" + stream},
        std::move(request));
    if (!events && !events.error().is(monitor::Errc::not_found))
        co_return refusal(503, events.error().message());
    JsonWriter json;
    json.open('{').key("lines").open('[');
    for (const monitor::Event& event : events.value_or(std::vector<monitor::Event>{}))
        json.open('{')
            .member("at_ms", to_epoch_ms(event.time))
            .member("text", event.text)
            .close('}');
    json.close(']').member("lines_max", static_cast<std::int64_t>(limits::log_lines_shown_max));
    co_return json_answer(200, json.close('}').take());
}

io::Task<io::HttpResponse> switch_trigger(const Parts& parts, Question question) {
    const jobs::TriggerKey key{question.home, question.fields()["name"]};
    Result<> done;
    if (question.path == "triggers/start")
        done = co_await parts.triggers.activate(key);
    else
        done = co_await parts.triggers.deactivate(key);
    if (!done) co_return refused(done.error());
    co_return json_answer(200, Bytes::literal("{}"));
}

}  // namespace

io::Task<std::optional<io::HttpResponse>> answer_about_jobs(const Parts& parts, Question question) {
    const std::string path = question.method + " " + question.path;
    if (path == "POST jobs/start") {
        auto answered = co_await start(parts, std::move(question));
        co_return answered;
    }
    if (path == "POST jobs/stop") {
        auto answered = co_await stop(parts, std::move(question));
        co_return answered;
    }
    if (path == "GET jobs/log") {
        auto answered = co_await log(parts, std::move(question));
        co_return answered;
    }
    if (path == "POST triggers/start" || path == "POST triggers/stop") {
        auto answered = co_await switch_trigger(parts, std::move(question));
        co_return answered;
    }
    co_return std::nullopt;
}

}  // namespace freshet::console
