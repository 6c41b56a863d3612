// Tags of jobs, triggers and crawlers. Glue's other resources have none here, and say so when one
// is set.
#include <fmt/format.h>

#include "aws/services/glue/job_words.h"
#include "aws/services/glue/words.h"
#include "lake/lake.h"

namespace freshet::aws::glue_words {
namespace {

using namespace glue;
namespace domain = jobs;

/// What an ARN of the caller's account names: arn:aws:glue:REGION:ACCOUNT:KIND/NAME.
struct Named {
    std::string kind, name;
};

Answer<Named> named_by(const Caller& caller, const std::string& arn) {
    const std::string prefix =
        fmt::format("arn:aws:glue:{}:{}:", caller.region(), caller.account());
    const std::size_t slash = arn.find('/', prefix.size());
    if (!arn.starts_with(prefix) || slash == std::string::npos || slash + 1 == arn.size())
        return refuse(
            "InvalidInputException",
            fmt::format("{} is not the ARN of a Glue resource of this account and region", arn));
    return Named{arn.substr(prefix.size(), slash - prefix.size()), arn.substr(slash + 1)};
}

class Handlers {
  public:
    Handlers(domain::Jobs& jobs, domain::Triggers& triggers, lake::Crawlers& crawlers)
        : jobs_(jobs), triggers_(triggers), crawlers_(crawlers) {}

    io::Task<Answer<TagResourceResponse>> tag(Caller caller, TagResourceRequest request) {
        auto done = co_await change(caller, request.resource_arn,
                                    {request.tags_to_add.begin(), request.tags_to_add.end()}, {});
        if (!done) co_return pass(done);
        co_return TagResourceResponse{};
    }

    io::Task<Answer<UntagResourceResponse>> untag(Caller caller, UntagResourceRequest request) {
        auto done = co_await change(caller, request.resource_arn, {}, request.tags_to_remove);
        if (!done) co_return pass(done);
        co_return UntagResourceResponse{};
    }

    io::Task<Answer<GetTagsResponse>> get(Caller caller, GetTagsRequest request) {
        auto named = named_by(caller, request.resource_arn);
        if (!named) co_return pass(named);
        GetTagsResponse out;
        auto& tags = out.tags.emplace();
        if (named->kind == "job") {
            auto job = jobs_.find(job_of(caller, named->name));
            if (!job) co_return refuse_job(job.error());
            tags.assign((*job)->tags.begin(), (*job)->tags.end());
        } else if (named->kind == "trigger") {
            auto trigger = triggers_.find(trigger_of(caller, named->name));
            if (!trigger) co_return refuse_job(trigger.error());
            tags.assign((*trigger)->tags.begin(), (*trigger)->tags.end());
        } else if (named->kind == "crawler") {
            auto crawler = crawlers_.find({caller.home(), named->name});
            if (!crawler) co_return refuse_crawler(crawler.error());
            tags.assign((*crawler)->tags.begin(), (*crawler)->tags.end());
        }
        co_return out;
    }

  private:
    io::Task<Answer<void>> change(const Caller& caller, const std::string& arn, domain::Tags added,
                                  std::vector<std::string> removed) {
        auto named = named_by(caller, arn);
        if (!named) co_return pass(named);
        Result<> done;
        if (named->kind == "crawler") {
            done = co_await crawlers_.change_tags({caller.home(), named->name}, std::move(added),
                                                  std::move(removed));
            if (!done) co_return refuse_crawler(done.error());
            co_return Answer<void>();
        }
        if (named->kind == "job")
            done = co_await jobs_.change_tags(job_of(caller, named->name), std::move(added),
                                              std::move(removed));
        else if (named->kind == "trigger")
            done = co_await triggers_.change_tags(trigger_of(caller, named->name), std::move(added),
                                                  std::move(removed));
        else if (!added.empty())
            co_return refuse(
                "InvalidInputException",
                fmt::format("Freshet keeps tags of jobs, triggers and crawlers, not of {}", arn));
        if (!done) co_return refuse_job(done.error());
        co_return Answer<void>();
    }

    domain::Jobs& jobs_;
    domain::Triggers& triggers_;
    lake::Crawlers& crawlers_;
};

}  // namespace

void register_job_tags(Router& router, domain::Jobs& jobs, domain::Triggers& triggers,
                       lake::Crawlers& crawlers) {
    auto h = std::make_shared<Handlers>(jobs, triggers, crawlers);
    io::Core& home = jobs.home();
    on<TagResourceOp>(router, home, h, &Handlers::tag);
    on<UntagResourceOp>(router, home, h, &Handlers::untag);
    on<GetTagsOp>(router, home, h, &Handlers::get);
}

}  // namespace freshet::aws::glue_words
