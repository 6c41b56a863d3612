#include "console/jobs/topics.h"

#include <algorithm>

#include "console/json_writer.h"
#include "console/limits.h"
#include "jobs/run/work.h"

namespace freshet::console {
namespace {

const char* word_of(jobs::RunState state) {
    switch (state) {
        case jobs::RunState::waiting:
            return "WAITING";
        case jobs::RunState::starting:
            return "STARTING";
        case jobs::RunState::running:
            return "RUNNING";
        case jobs::RunState::stopping:
            return "STOPPING";
        case jobs::RunState::stopped:
            return "STOPPED";
        case jobs::RunState::succeeded:
            return "SUCCEEDED";
        case jobs::RunState::failed:
            return "FAILED";
        case jobs::RunState::timed_out:
            return "TIMEOUT";
    }
    return "";
}

const char* word_of(jobs::TriggerType type) {
    switch (type) {
        case jobs::TriggerType::on_demand:
            return "ON_DEMAND";
        case jobs::TriggerType::scheduled:
            return "SCHEDULED";
        case jobs::TriggerType::conditional:
            return "CONDITIONAL";
    }
    return "";
}

const char* word_of(jobs::TriggerState state) {
    switch (state) {
        case jobs::TriggerState::created:
            return "CREATED";
        case jobs::TriggerState::activated:
            return "ACTIVATED";
        case jobs::TriggerState::deactivated:
            return "DEACTIVATED";
    }
    return "";
}

void write_arguments(JsonWriter& json, std::string_view key, const jobs::Arguments& arguments) {
    json.key(key).open('{');
    for (const auto& [name, value] : arguments) json.member(name, value);
    json.close('}');
}

void write_time(JsonWriter& json, std::string_view key, const std::optional<Timestamp>& time) {
    if (time) json.member(key, to_epoch_ms(*time));
}

void write_run(JsonWriter& json, const jobs::Run& run) {
    json.open('{').member("id", run.run_id).member("job", run.job.name);
    json.member("state", word_of(run.state)).member("attempt", std::int64_t{run.attempt});
    json.member("started_ms", to_epoch_ms(run.started));
    write_time(json, "running_since_ms", run.running_since);
    write_time(json, "ended_ms", run.ended);
    json.member("error", run.error).member("progress", run.progress);
    json.member("trigger", run.trigger).member("previous", run.previous_id);
    write_arguments(json, "arguments", run.arguments);
    json.close('}');
}

void write_target(JsonWriter& json, const std::string& job, const std::string& crawler) {
    json.open('{').member("job", job).member("crawler", crawler);
}

void write_trigger(JsonWriter& json, const jobs::Trigger& trigger) {
    json.open('{').member("name", trigger.key.name).member("type", word_of(trigger.type));
    json.member("state", word_of(trigger.state)).member("schedule", trigger.schedule);
    json.member("description", trigger.description);
    write_time(json, "due_ms", trigger.due);
    json.key("fires_at_any").boolean(trigger.fires_at_any).key("actions").open('[');
    for (const jobs::Action& action : trigger.actions) {
        write_target(json, action.job, action.crawler);
        json.close('}');
    }
    json.close(']').key("conditions").open('[');
    for (const jobs::Condition& condition : trigger.conditions) {
        write_target(json, condition.job, condition.crawler);
        json.member("state", word_of(condition.state));
        json.key("is_met").boolean(!condition.met_by.empty()).close('}');
    }
    json.close(']').close('}');
}

void write_head(JsonWriter& json, const jobs::Job& job) {
    const jobs::Settings& settings = job.settings;
    json.member("name", job.key.name).member("command", settings.command);
    json.member("script", settings.script).member("description", settings.description);
    json.member("runs_max", std::int64_t{settings.runs_max});
    json.member("retries_max", std::int64_t{settings.retries_max});
    if (settings.timeout_min) json.member("timeout_min", std::int64_t{*settings.timeout_min});
    // Null: a command that Freshet keeps and does not run.
    const bool is_run = settings.command == "pythonshell" || settings.command == "freshetsql";
    json.key("log_group")
        .text(is_run ? std::optional(jobs::log_group_of(settings.command)) : std::nullopt);
}

bool touches(const jobs::Trigger& trigger, const std::string& job) {
    return std::ranges::find(trigger.actions, job, &jobs::Action::job) != trigger.actions.end() ||
           std::ranges::find(trigger.conditions, job, &jobs::Condition::job) !=
               trigger.conditions.end();
}

/// Of one job, or with "" of all.
void write_triggers(JsonWriter& json, const Parts& parts, const Home& home,
                    const std::string& job) {
    std::size_t room = limits::triggers_shown_max;
    json.key("triggers").open('[');
    for (const jobs::Trigger* trigger : parts.triggers.list(home)) {
        if ((job.empty() || touches(*trigger, job)) && room > 0) {
            write_trigger(json, *trigger);
            --room;
        }
    }
    json.close(']');
}

}  // namespace

io::Task<Bytes> jobs_json(const Parts& parts, Home home) {
    const Home of = home;
    const auto all = parts.jobs.list(of);
    const std::size_t total = all.size();
    std::vector<jobs::Job> shown;  // copies: their runs are waited for
    for (std::size_t i = 0; i < std::min(total, limits::jobs_shown_max); ++i)
        shown.push_back(*all[i]);
    JsonWriter json;
    json.open('{').member("now_ms", to_epoch_ms(parts.home.now())).key("jobs").open('[');
    for (const jobs::Job& job : shown) {
        auto runs = co_await parts.jobs.runs(job.key, 0, 1);
        json.open('{');
        write_head(json, job);
        json.key("last");
        if (runs && !runs->empty())
            write_run(json, runs->front());
        else
            json.raw("null");
        json.close('}');
    }
    json.close(']').member("total", static_cast<std::int64_t>(total));
    write_triggers(json, parts, of, "");
    co_return json.close('}').take();
}

io::Task<Bytes> job_json(const Parts& parts, Home home, std::string name) {
    const jobs::JobKey key{home, name};
    JsonWriter json;
    json.open('{').member("now_ms", to_epoch_ms(parts.home.now()));
    const auto found = parts.jobs.find(key);
    if (!found) {
        json.member("error", found.error().message());
        co_return json.close('}').take();
    }
    write_head(json, **found);
    json.member("role", (*found)->settings.role);
    json.member("created_ms", to_epoch_ms((*found)->created));
    json.member("changed_ms", to_epoch_ms((*found)->changed));
    write_arguments(json, "defaults", (*found)->settings.defaults);
    write_arguments(json, "fixed", (*found)->settings.fixed);
    write_triggers(json, parts, key.home, name);
    auto runs = co_await parts.jobs.runs(key, 0, limits::job_runs_shown_max);
    json.key("runs").open('[');
    for (const jobs::Run& run : runs.value_or(std::vector<jobs::Run>{})) write_run(json, run);
    json.close(']');
    auto bookmark = co_await parts.jobs.bookmark(key, "");
    if (bookmark) json.member("bookmark_ms", to_epoch_ms(bookmark->bookmark.to));
    co_return json.close('}').take();
}

}  // namespace freshet::console
