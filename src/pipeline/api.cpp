#include "pipeline/api.h"

#include <fmt/format.h>

#include "aws/http/own_page.h"
#include "aws/limits.h"
#include "aws/protocol/json/json.h"
#include "base/check.h"
#include "pipeline/plan.h"

namespace freshet::pipeline {
namespace {

/// A function in base64, and room.
constexpr std::size_t body_bytes_max = aws::limits::code_body_bytes_max + (8U << 20U);
constexpr std::string_view apply_path = "/_freshet/api/pipeline/apply";
constexpr std::string_view destroy_path = "/_freshet/api/pipeline/destroy";

io::HttpResponse json(int status, std::string body) {
    io::HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("Cache-Control", "no-store");
    response.body.push_back(Bytes::own(std::move(body)));
    return response;
}

io::HttpResponse answer(int status, const Report& report) {
    return json(status, aws::encode_json(Report::shape(), &report));
}

io::HttpResponse refuse(int status, std::string problem) {
    Report report;
    report.problem = std::move(problem);
    return answer(status, report);
}

}  // namespace

class PipelineApi::Turn {
  public:
    Turn(PipelineApi& api, const aws::Caller& caller)
        : api_(api), home_(caller.account(), caller.region()) {
        const std::lock_guard lock(api_.at_work_lock_);
        is_mine_ = api_.at_work_.insert(home_).second;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
        const std::lock_guard lock(api_.at_work_lock_);
        if (!is_mine_) return;
        const bool was_at_work = api_.at_work_.erase(home_) == 1;
        FRESHET_CHECK(was_at_work);
    }
    bool is_mine() const { return is_mine_; }

  private:
    PipelineApi& api_;
    std::pair<std::string, std::string> home_;
    bool is_mine_ = false;
};

io::Task<io::HttpResponse> PipelineApi::handle(io::HttpRequest request) {
    const auto target = aws::parse_target(request.target);
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path != apply_path && path != destroy_path)
        co_return refuse(404, "There is nothing at this path");
    if (request.method != "POST") co_return refuse(405, "POST it");
    if (auto foreign = aws::refuse_foreign(request))
        co_return refuse(foreign->status, std::move(foreign->message));
    aws::Caller caller =
        authenticator_.identify(aws::parse_scope(request.headers, target.query), request.headers);
    aws::BodyBudget::Share share(bodies_);
    auto body = co_await aws::read_held(*request.body, body_bytes_max, share);
    if (!body) co_return refuse(body.error().status, std::move(body.error().message));
    Request message;
    aws::Violations violations;
    auto decoded = aws::decode_json(Request::shape(), body->view(), &message, violations);
    if (!decoded) co_return refuse(400, decoded.error().message);
    if (!violations.empty()) co_return refuse(400, "'text' is missing: the file's text");
    for (const auto& [name, value] : target.query) {
        if (name == "dry_run") message.is_dry_run = value != "false" && value != "0";
        if (name == "empty_buckets") message.empties_buckets = value != "false" && value != "0";
    }
    auto response = co_await run(std::move(caller), path == destroy_path, std::move(message));
    co_return response;
}

io::Task<io::HttpResponse> PipelineApi::run(aws::Caller caller, bool destroys, Request request) {
    Problems problems;
    Value root = read_yaml(request.text, problems);
    const Parameters given(request.parameters.begin(), request.parameters.end());
    const Parameters parameters = parameters_of(root, given, problems);
    substitute(root, parameters, problems);
    const std::map<std::string, Bytes> attachments(request.attachments.begin(),
                                                   request.attachments.end());
    std::string runtime;
    if (problems.empty() && !destroys) runtime = co_await services_.newest_runtime();
    const Surroundings surroundings{
        caller.account(),   caller.region(), destroys,    request.empties_buckets,
        std::move(runtime), parameters,      attachments, table_places(root)};
    std::vector<Named> resources;
    if (problems.empty()) resources = read_resources(root, surroundings, problems);
    if (!problems.empty()) co_return refuse(400, problems.text(request.file_name));
    const Turn turn(*this, caller);
    if (!turn.is_mine())
        co_return refuse(409,
                         fmt::format("another apply or destroy is at work in account {}, region "
                                     "{}; nothing was done. Try again when it has ended",
                                     caller.account(), caller.region()));
    Calls calls(services_, std::move(caller));
    Report report;
    if (destroys)
        report = co_await destroy(calls, resources, request.is_dry_run);
    else
        report = co_await apply(calls, resources, request.is_dry_run);
    co_return answer(report.problem.empty() ? 200 : 409, report);
}

}  // namespace freshet::pipeline
