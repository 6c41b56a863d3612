// Jobs with their scripts: a script that comes beside the file is put where the job finds it.
#include <fmt/format.h>

#include <algorithm>

#include "aws/http/body/checked_body.h"
#include "aws/model/glue.h"
#include "aws/model/s3.h"
#include "base/crypto/digest.h"
#include "pipeline/resource.h"

namespace freshet::pipeline {
namespace {

using namespace aws::glue;

const std::string argument_mark = "argument:";
const std::string scheme = "s3://";

/// "s3://bucket/key" as the two; two empty texts when it is none.
std::pair<std::string, std::string> place_of(const std::string& uri) {
    const std::size_t slash =
        uri.starts_with(scheme) ? uri.find('/', scheme.size()) : std::string::npos;
    if (slash == std::string::npos || slash + 1 == uri.size()) return {};
    return {uri.substr(scheme.size(), slash - scheme.size()), uri.substr(slash + 1)};
}

/// As Glue names them: "--day".
std::vector<std::pair<std::string, std::string>> arguments_of(Section& section) {
    auto all = section.pairs("arguments");
    for (auto& [name, value] : all) {
        if (!name.starts_with("--")) name.insert(0, "--");
    }
    return all;
}

class JobResource final : public Resource {
  public:
    JobResource(std::string name, Section& section, const Surroundings& surroundings)
        : name_(std::move(name)) {
        job_.role = surroundings.role_arn(section.text("role"));
        JobCommand& command = job_.command.emplace();
        command.name = section.word(
            "command", {"pythonshell", "freshetsql", "glueetl", "gluestreaming", "glueray"},
            "pythonshell");
        command.script_location = section.text("script");
        if (place_of(*command.script_location).first.empty())
            section.wrong("script", "'script' is of the form s3://bucket/key");
        const std::string version = section.text("python_version", "");
        if (!version.empty()) command.python_version = version;
        job_.description = section.text("description", "");
        job_.default_arguments = arguments_of(section);
        job_.max_retries = section.number("max_retries", 0);
        job_.timeout = section.number("timeout_min", 2880);
        job_.execution_property.emplace().max_concurrent_runs =
            section.number("concurrent_runs", 1);
        job_.job_run_queuing_enabled = section.is_on("queue_runs", false);
        read_script(section, surroundings);
    }

    Fields wanted() const override {
        Fields fields = fields_of(job_);
        if (script_) fields["script_md5"] = to_hex(md5(script_->view()));
        return fields;
    }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found = co_await calls.call<GetJobOp>({.job_name = name_});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        Fields is = fields_of(found->job.value_or(Job()));
        if (!script_) co_return is;
        const auto [bucket, key] = place_of(*job_.command->script_location);
        auto object = co_await calls.call<aws::s3::HeadObjectOp>({.bucket = bucket, .key = key});
        if (!object && !is_absent(object.error())) co_return pass(object);
        std::string tag = object ? object->e_tag.value_or("") : "";
        std::erase(tag, '"');
        is["script_md5"] = std::move(tag);
        co_return is;
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        aws::Answer<void> done;
        if (script_) done = co_await put_script(calls);
        if (!done) co_return done;
        CreateJobRequest request;
        request.name = name_;
        request.role = *job_.role;
        request.command = *job_.command;
        request.description = job_.description;
        request.default_arguments = job_.default_arguments;
        request.max_retries = job_.max_retries;
        request.timeout = job_.timeout;
        request.execution_property = job_.execution_property;
        request.job_run_queuing_enabled = job_.job_run_queuing_enabled;
        done = co_await calls.run<CreateJobOp>(std::move(request));
        co_return done;
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string> differing) override {
        aws::Answer<void> done;
        // A new place of the script holds none yet.
        const bool puts_script =
            script_ && (differing.contains("script") || differing.contains("script_md5"));
        if (puts_script) done = co_await put_script(calls);
        differing.erase("script_md5");
        if (!done || differing.empty()) co_return done;
        UpdateJobRequest request;
        request.job_name = name_;
        request.job_update = job_;
        done = co_await calls.run<UpdateJobOp>(std::move(request));
        co_return done;
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        auto removed = co_await calls.run<DeleteJobOp>({.job_name = name_});
        co_return removed;
    }

  private:
    /// A JobUpdate and a Job have the same members.
    template <class Members>
    static Fields fields_of(const Members& job) {
        const JobCommand command = job.command.value_or(JobCommand());
        Fields fields{
            {"role", job.role.value_or("")},
            {"command", command.name.value_or("")},
            {"script", command.script_location.value_or("")},
            {"python_version", command.python_version.value_or("")},
            {"description", job.description.value_or("")},
            {"max_retries", std::to_string(job.max_retries.value_or(0))},
            {"timeout_min", std::to_string(job.timeout.value_or(0))},
            {"concurrent_runs", std::to_string(job.execution_property.value_or(ExecutionProperty())
                                                   .max_concurrent_runs.value_or(1))},
            {"queue_runs", job.job_run_queuing_enabled.value_or(false) ? "true" : "false"}};
        if (job.default_arguments) {
            for (const auto& [name, value] : *job.default_arguments)
                fields[argument_mark + name] = value;
        }
        return fields;
    }

    /// The script's own ${names} are the run's arguments: nothing is put in here.
    void read_script(Section& section, const Surroundings& surroundings) {
        const std::string file = section.text("script_file", "");
        if (!section.has("script_file")) return;
        const auto found = surroundings.attachments.find(fmt::format("jobs.{}.script_file", name_));
        if (found != surroundings.attachments.end())
            script_ = found->second;
        else if (!surroundings.destroys)
            section.wrong("script_file",
                          fmt::format("the content of {} did not come with the file", file));
    }

    io::Task<aws::Answer<void>> put_script(Calls& calls) {
        const auto [bucket, key] = place_of(*job_.command->script_location);
        aws::s3::PutObjectRequest request;
        request.bucket = bucket;
        request.key = key;
        request.body = aws::make_checked_body(io::make_body({*script_}), {}, script_->size());
        auto done = co_await calls.run<aws::s3::PutObjectOp>(std::move(request));
        co_return done;
    }

    std::string name_;
    JobUpdate job_;
    std::optional<Bytes> script_;
};

}  // namespace

std::unique_ptr<Resource> read_job(std::string name, Section& section,
                                   const Surroundings& surroundings) {
    return std::make_unique<JobResource>(std::move(name), section, surroundings);
}

}  // namespace freshet::pipeline
