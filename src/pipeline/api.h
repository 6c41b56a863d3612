// POST /_freshet/api/pipeline/apply and .../destroy: a pipeline file's text, with the content of
// the local files that it names, to a report of what was done. Runs on the connection's core; one
// at a time in an account and region: two that look and then change would work against one another.
#pragma once
#include <mutex>
#include <set>

#include "aws/auth/authenticator.h"
#include "aws/http/front.h"
#include "pipeline/calls.h"
#include "pipeline/messages.h"

namespace freshet::pipeline {

class PipelineApi final : public aws::ConsoleHandler {
  public:
    /// The caller of a request is who its signature says, as for AWS's APIs.
    /// `bodies`: what its requests take is counted there.
    PipelineApi(const Services& services, aws::Authenticator authenticator, aws::BodyBudget& bodies)
        : services_(services), authenticator_(std::move(authenticator)), bodies_(bodies) {}
    io::Task<io::HttpResponse> handle(io::HttpRequest request) override;

  private:
    io::Task<io::HttpResponse> run(aws::Caller caller, bool destroys, Request request);
    /// An account and region in which one apply or destroy is at work.
    class Turn;
    Services services_;
    aws::Authenticator authenticator_;
    aws::BodyBudget& bodies_;
    std::mutex at_work_lock_;
    std::set<std::pair<std::string, std::string>> at_work_;
};

}  // namespace freshet::pipeline
