// Jobs: made, described, changed, deleted.
#include "aws/services/glue/jobs.h"

#include "aws/services/glue/job_words.h"

namespace freshet::aws {
namespace glue_words {
namespace {

using namespace glue;
namespace domain = jobs;

/// CreateJob's members and those of a JobUpdate are the same; what is not given is as Glue sets it.
template <class Members>
domain::Settings settings_of(const Members& given, const JobCommand& command,
                             const std::string& role) {
    domain::Settings settings;
    settings.role = role;
    settings.command = command.name.value_or("");
    settings.script = command.script_location.value_or("");
    settings.python_version = command.python_version.value_or("");
    settings.runtime = command.runtime.value_or("");
    settings.description = given.description.value_or("");
    settings.log_uri = given.log_uri.value_or("");
    settings.mode = given.job_mode.value_or("");
    settings.glue_version = given.glue_version.value_or("");
    settings.execution_class = given.execution_class.value_or("");
    settings.maintenance_window = given.maintenance_window.value_or("");
    settings.defaults = arguments_of(given.default_arguments);
    settings.fixed = arguments_of(given.non_overridable_arguments);
    settings.retries_max = given.max_retries.value_or(0);
    if (given.execution_property)
        settings.runs_max = given.execution_property->max_concurrent_runs.value_or(1);
    settings.timeout_min = given.timeout;
    settings.notify_after_min = notify_after_of(given.notification_property);
    settings.capacity = {given.max_capacity, given.worker_type.value_or(""),
                         given.number_of_workers};
    settings.queues_runs = given.job_run_queuing_enabled.value_or(false);
    return settings;
}

Job describe(const domain::Job& job) {
    const domain::Settings& settings = job.settings;
    Job out;
    out.name = job.key.name;
    out.job_mode = settings.mode.empty() ? "SCRIPT" : settings.mode;
    out.job_run_queuing_enabled = settings.queues_runs;
    out.description = text_of(settings.description);
    out.log_uri = text_of(settings.log_uri);
    out.role = settings.role;
    out.created_on = job.created;
    out.last_modified_on = job.changed;
    out.execution_property = ExecutionProperty{settings.runs_max};
    JobCommand& command = out.command.emplace();
    command.name = settings.command;
    command.script_location = settings.script;
    command.python_version = text_of(settings.python_version);
    command.runtime = text_of(settings.runtime);
    out.default_arguments.emplace(settings.defaults.begin(), settings.defaults.end());
    if (!settings.fixed.empty())
        out.non_overridable_arguments.emplace(settings.fixed.begin(), settings.fixed.end());
    out.max_retries = settings.retries_max;
    out.timeout = settings.timeout_min;
    out.max_capacity = settings.capacity.units;
    if (settings.capacity.units)
        out.allocated_capacity = static_cast<std::int32_t>(*settings.capacity.units);
    out.worker_type = text_of(settings.capacity.worker_type);
    out.number_of_workers = settings.capacity.workers;
    out.notification_property = notification_of(settings.notify_after_min);
    out.glue_version = text_of(settings.glue_version);
    out.execution_class = text_of(settings.execution_class);
    out.maintenance_window = text_of(settings.maintenance_window);
    return out;
}

class Handlers {
  public:
    explicit Handlers(domain::Jobs& jobs) : jobs_(jobs) {}

    io::Task<Answer<CreateJobResponse>> create(Caller caller, CreateJobRequest request) {
        auto created = co_await jobs_.create(job_of(caller, request.name),
                                             settings_of(request, request.command, request.role),
                                             arguments_of(request.tags));
        if (!created) co_return refuse_job(created.error());
        co_return CreateJobResponse{request.name};
    }

    io::Task<Answer<GetJobResponse>> get(Caller caller, GetJobRequest request) {
        auto found = jobs_.find(job_of(caller, request.job_name));
        if (!found) co_return refuse_job(found.error());
        GetJobResponse out;
        out.job = describe(**found);
        co_return out;
    }

    io::Task<Answer<GetJobsResponse>> list(Caller caller, GetJobsRequest request) {
        auto all = jobs_.list(caller.home());
        auto next = cut_named(all, request.next_token, request.max_results);
        if (!next) co_return pass(next);
        GetJobsResponse out;
        out.next_token = std::move(*next);
        auto& found = out.jobs.emplace();
        for (const domain::Job* job : all) found.push_back(describe(*job));
        co_return out;
    }

    io::Task<Answer<ListJobsResponse>> names(Caller caller, ListJobsRequest request) {
        auto all = jobs_.list(caller.home());
        std::erase_if(all,
                      [&](const domain::Job* job) { return !has_tags(job->tags, request.tags); });
        auto next = cut_named(all, request.next_token, request.max_results);
        if (!next) co_return pass(next);
        ListJobsResponse out;
        out.next_token = std::move(*next);
        auto& found = out.job_names.emplace();
        for (const domain::Job* job : all) found.push_back(job->key.name);
        co_return out;
    }

    io::Task<Answer<BatchGetJobsResponse>> get_many(Caller caller, BatchGetJobsRequest request) {
        BatchGetJobsResponse out;
        auto& found = out.jobs.emplace();
        auto& missing = out.jobs_not_found.emplace();
        for (const std::string& name : request.job_names) {
            auto job = jobs_.find(job_of(caller, name));
            if (job)
                found.push_back(describe(**job));
            else
                missing.push_back(name);
        }
        co_return out;
    }

    io::Task<Answer<UpdateJobResponse>> change(Caller caller, UpdateJobRequest request) {
        const JobUpdate& given = request.job_update;
        if (!given.command || !given.role)
            co_return refuse("InvalidInputException",
                             "An update replaces the job: Command and Role must be given");
        auto updated = co_await jobs_.update(job_of(caller, request.job_name),
                                             settings_of(given, *given.command, *given.role));
        if (!updated) co_return refuse_job(updated.error());
        co_return UpdateJobResponse{request.job_name};
    }

    io::Task<Answer<DeleteJobResponse>> remove(Caller caller, DeleteJobRequest request) {
        auto removed = co_await jobs_.remove(job_of(caller, request.job_name));
        if (!removed) co_return refuse_job(removed.error());
        co_return DeleteJobResponse{request.job_name};
    }

  private:
    domain::Jobs& jobs_;
};

}  // namespace

void register_jobs(Router& router, domain::Jobs& jobs) {
    auto h = std::make_shared<Handlers>(jobs);
    io::Core& home = jobs.home();
    on<CreateJobOp>(router, home, h, &Handlers::create);
    on<GetJobOp>(router, home, h, &Handlers::get);
    on<GetJobsOp>(router, home, h, &Handlers::list);
    on<ListJobsOp>(router, home, h, &Handlers::names);
    on<BatchGetJobsOp>(router, home, h, &Handlers::get_many);
    on<UpdateJobOp>(router, home, h, &Handlers::change);
    on<DeleteJobOp>(router, home, h, &Handlers::remove);
}

}  // namespace glue_words

void register_glue_jobs(Router& router, jobs::Jobs& jobs, jobs::Triggers& triggers,
                        lake::Crawlers& crawlers) {
    glue_words::register_jobs(router, jobs);
    glue_words::register_job_runs(router, jobs);
    glue_words::register_triggers(router, triggers);
    glue_words::register_job_tags(router, jobs, triggers, crawlers);
}

}  // namespace freshet::aws
