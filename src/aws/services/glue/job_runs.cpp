// Runs of jobs: started, described, stopped; and how far they have read.
#include <fmt/format.h>

#include "aws/services/glue/job_words.h"
#include "jobs/run/work.h"

namespace freshet::aws::glue_words {
namespace {

using namespace glue;
namespace domain = jobs;

constexpr int page_default = 100;

/// As Glue counts: whole seconds of work.
std::int32_t execution_s_of(const domain::Run& run, Timestamp now) {
    if (!run.running_since) return 0;
    return static_cast<std::int32_t>((run.ended.value_or(now) - *run.running_since).count() / 1000);
}

JobRun describe(const domain::Run& run, const domain::Settings& settings, Timestamp now) {
    const domain::Capacity& own = run.capacity;
    const bool has_capacity = own != domain::Capacity{};
    const domain::Capacity& capacity = has_capacity ? own : settings.capacity;
    JobRun out;
    out.id = run.run_id;
    out.attempt = run.attempt;
    out.previous_run_id = text_of(run.previous_id);
    out.trigger_name = text_of(run.trigger);
    out.job_name = run.job.name;
    out.job_mode = settings.mode.empty() ? "SCRIPT" : settings.mode;
    out.job_run_queuing_enabled = run.queues;
    out.started_on = run.started;
    out.last_modified_on = run.changed;
    out.completed_on = run.ended;
    out.job_run_state = name_of(run.state);
    if (!run.arguments.empty()) out.arguments.emplace(run.arguments.begin(), run.arguments.end());
    out.error_message = text_of(run.error);
    out.predecessor_runs.emplace();
    out.max_capacity = capacity.units;
    out.allocated_capacity = static_cast<std::int32_t>(capacity.units.value_or(0));
    out.worker_type = text_of(capacity.worker_type);
    out.number_of_workers = capacity.workers;
    out.execution_time = execution_s_of(run, now);
    out.timeout = domain::timeout_min_of(settings, run);
    out.notification_property = notification_of(run.notify_after_min);
    out.log_group_name = domain::log_group_of(settings.command);
    out.glue_version = text_of(settings.glue_version);
    out.execution_class = text_of(settings.execution_class);
    return out;
}

JobBookmarkEntry describe(const std::string& job, const domain::BookmarkView& view) {
    JobBookmarkEntry out;
    out.job_name = job;
    out.version = view.version;
    out.run = view.number;
    out.attempt = view.bookmark.attempt;
    out.previous_run_id = text_of(view.bookmark.previous_id);
    out.run_id = text_of(view.bookmark.run_id);
    if (view.number == 0) {
        out.job_bookmark = "{}";
        return out;
    }
    const std::string from =
        view.bookmark.from ? fmt::format("\"{}\"", to_iso8601(*view.bookmark.from)) : "null";
    out.job_bookmark =
        fmt::format(R"({{"from":{},"to":"{}"}})", from, to_iso8601(view.bookmark.to));
    return out;
}

class Handlers {
  public:
    explicit Handlers(domain::Jobs& jobs) : jobs_(jobs) {}

    io::Task<Answer<StartJobRunResponse>> start(Caller caller, StartJobRunRequest request) {
        domain::RunRequest wanted;
        wanted.arguments = arguments_of(request.arguments);
        wanted.timeout_min = request.timeout;
        wanted.notify_after_min = notify_after_of(request.notification_property);
        wanted.capacity = {request.max_capacity, request.worker_type.value_or(""),
                           request.number_of_workers};
        wanted.queues = request.job_run_queuing_enabled;
        auto started = co_await jobs_.start_run(job_of(caller, request.job_name), std::move(wanted),
                                                request.job_run_id.value_or(""));
        if (!started) co_return refuse_job(started.error());
        co_return StartJobRunResponse{*started};
    }

    io::Task<Answer<GetJobRunResponse>> get(Caller caller, GetJobRunRequest request) {
        const domain::JobKey key = job_of(caller, request.job_name);
        auto run = co_await jobs_.find_run(key, request.run_id);
        if (!run) co_return refuse_job(run.error());
        auto job = jobs_.find(key);
        if (!job) co_return refuse_job(job.error());
        GetJobRunResponse out;
        out.job_run = describe(*run, (*job)->settings, jobs_.home().now());
        if (request.predecessors_included.value_or(false)) {
            for (const domain::Predecessor& one : run->predecessors)
                out.job_run->predecessor_runs->push_back({one.job, one.run_id});
        }
        co_return out;
    }

    /// The token is the row of a page's last run.
    io::Task<Answer<GetJobRunsResponse>> list(Caller caller, GetJobRunsRequest request) {
        const domain::JobKey key = job_of(caller, request.job_name);
        const auto before = page_row(request.next_token);
        if (!before) co_return refuse("InvalidInputException", "The pagination token is not valid");
        const auto most = static_cast<std::size_t>(request.max_results.value_or(page_default));
        auto all = co_await jobs_.runs(key, *before, most + 1);
        if (!all) co_return refuse_job(all.error());
        auto job = jobs_.find(key);
        if (!job) co_return refuse_job(job.error());
        GetJobRunsResponse out;
        if (all->size() > most) {
            all->pop_back();
            out.next_token = page_token(std::to_string(all->back().id));
        }
        auto& found = out.job_runs.emplace();
        for (const domain::Run& run : *all)
            found.push_back(describe(run, (*job)->settings, jobs_.home().now()));
        co_return out;
    }

    io::Task<Answer<BatchStopJobRunResponse>> stop(Caller caller, BatchStopJobRunRequest request) {
        BatchStopJobRunResponse out;
        auto& stopped = out.successful_submissions.emplace();
        auto& refused = out.errors.emplace();
        for (const std::string& run_id : request.job_run_ids) {
            auto done = co_await jobs_.stop_run(job_of(caller, request.job_name), run_id);
            if (done)
                stopped.push_back({request.job_name, run_id});
            else
                refused.push_back({request.job_name, run_id, job_detail_of(done.error())});
        }
        co_return out;
    }

    io::Task<Answer<GetJobBookmarkResponse>> bookmark(Caller caller,
                                                      GetJobBookmarkRequest request) {
        auto found =
            co_await jobs_.bookmark(job_of(caller, request.job_name), request.run_id.value_or(""));
        if (!found) co_return refuse_job(found.error());
        co_return GetJobBookmarkResponse{describe(request.job_name, *found)};
    }

    io::Task<Answer<ResetJobBookmarkResponse>> reset_bookmark(Caller caller,
                                                              ResetJobBookmarkRequest request) {
        auto reset = co_await jobs_.reset_bookmark(job_of(caller, request.job_name),
                                                   request.run_id.value_or(""));
        if (!reset) co_return refuse_job(reset.error());
        co_return ResetJobBookmarkResponse{describe(request.job_name, *reset)};
    }

  private:
    domain::Jobs& jobs_;
};

}  // namespace

void register_job_runs(Router& router, domain::Jobs& jobs) {
    auto h = std::make_shared<Handlers>(jobs);
    io::Core& home = jobs.home();
    on<StartJobRunOp>(router, home, h, &Handlers::start);
    on<GetJobRunOp>(router, home, h, &Handlers::get);
    on<GetJobRunsOp>(router, home, h, &Handlers::list);
    on<BatchStopJobRunOp>(router, home, h, &Handlers::stop);
    on<GetJobBookmarkOp>(router, home, h, &Handlers::bookmark);
    on<ResetJobBookmarkOp>(router, home, h, &Handlers::reset_bookmark);
}

}  // namespace freshet::aws::glue_words
