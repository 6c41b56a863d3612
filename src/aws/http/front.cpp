#include "aws/http/front.h"

#include <fmt/format.h>

#include <mutex>
#include <tuple>

#include "aws/any_core.h"
#include "aws/http/body/inflated_body.h"
#include "aws/http/decode.h"
#include "aws/http/encode.h"
#include "aws/http/own_page.h"
#include "aws/limits.h"
#include "base/check.h"

namespace freshet::aws {

struct Front::Counters {
    mutable std::mutex mutex;
    /// Service and operation are names of the models, or literals: they live as long as the
    /// program.
    std::map<std::tuple<std::string_view, std::string_view, std::string>, std::uint64_t> requests;
};

/// One request on its way.
struct Front::Work {
    Work(Caller caller_, BodyBudget& budget) : caller(std::move(caller_)), share(budget) {}
    Caller caller;
    BodyBudget::Share share;  ///< of the memory that bodies may take, until the answer is made
    const ServiceRim* service = nullptr;
    std::string operation;
    const Router::Entry* entry = nullptr;
    Target target;
    Route route;
    /// Answers the request when its body is whole, and before what is in the body.
    std::optional<Fault> signature_fault;
    std::shared_ptr<void> input, output;
};

namespace {

/// Runs on the handler's home core; everything that it touches is held by the work.
io::Task<Answer<void>> run_handler(const Router::Entry& entry, Caller caller,
                                   std::shared_ptr<void> input, std::shared_ptr<void> output) {
    // The handler reads the input by the shape that it was decoded by.
    FRESHET_CHECK(entry.info->service == &entry.service->info());
    Answer<void> done = entry.service->admit(*entry.info, caller);
    if (done) done = co_await entry.call(std::move(caller), input.get(), output.get());
    co_return done;
}

/// A link or an image of any page is a GET, and a browser sends no Authorization with it.
bool changes_by_link(const io::HttpRequest& request, const Route& route) {
    if (route.protocol != Protocol::query || request.headers.find("authorization")) return false;
    const std::string_view name = route.operation;
    const bool is_read =
        name.starts_with("Get") || name.starts_with("List") || name.starts_with("Describe");
    return (request.method == "GET" || request.method == "HEAD") && !is_read;
}

}  // namespace

Front::Front(const Router& router, Authenticator authenticator, ConsoleHandler& console, Cors cors,
             Hosts hosts)
    : router_(router),
      authenticator_(std::move(authenticator)),
      console_(console),
      cors_(std::move(cors)),
      hosts_(std::move(hosts)),
      budget_(limits::bodies_bytes_max),
      counters_(std::make_unique<Counters>()) {
    // What the manifest calls built is built: docs/compatibility.md is made from it.
    FRESHET_CHECK(router_.is_complete());
    for (const ServiceRim* service : router_.services()) {
        if (service->has_gate()) gates_.push_back(service);
    }
}
Front::~Front() = default;

void Front::count(const Work& work, const std::string& code) {
    const std::scoped_lock lock(counters_->mutex);
    ++counters_->requests[{work.service ? work.service->info().name : "unknown",
                           work.entry ? work.entry->info->name : "unbuilt", code}];
}

std::vector<RequestCount> Front::counts() const {
    const std::scoped_lock lock(counters_->mutex);
    std::vector<RequestCount> all;
    for (const auto& [key, requests] : counters_->requests) {
        all.push_back({std::string(std::get<0>(key)), std::string(std::get<1>(key)),
                       std::get<2>(key), requests});
    }
    return all;
}

io::Task<io::HttpResponse> Front::handle(io::HttpRequest request) {
    if (auto refused = hosts_.refuse(request)) co_return std::move(*refused);
    if (request.target.starts_with("/_freshet")) {
        if (auto refused = refuse_foreign_origin(request)) co_return std::move(*refused);
        auto response = co_await console_.handle(std::move(request));
        co_return response;
    }
    if (is_visit(request)) {
        io::HttpResponse moved;
        moved.status = 302;
        moved.headers.add("Location", "/_freshet/");
        moved.headers.add("Cache-Control", "no-store");
        moved.headers.add("Vary", "Accept");
        co_return moved;
    }
    const std::string origin(request.headers.get("origin"));
    Target target = parse_target(request.target);
    const CredentialScope scope = parse_scope(request.headers, target.query);
    auto work = std::make_shared<Work>(authenticator_.identify(scope, request.headers), budget_);
    CorsGrant grant;
    if (!origin.empty()) grant = co_await cors_.judge(router_.services(), request, target);
    if (grant.answered) {
        grant.answered->headers.add("x-amzn-RequestId", work->caller.request_id());
        co_return std::move(*grant.answered);
    }
    if (const ServiceRim* gate = gate_of(request, scope)) {
        work->service = gate;
        EarlyAnswer early = co_await gate->before(request, target, work->share);
        work->signature_fault = std::move(early.signature_fault);
        if (early.refusal) {
            count(*work, "Refused");
            add_answer_headers(*early.refusal, work->caller, gate, io::Core::current()->now());
            if (!origin.empty()) cors_.open(grant, origin, *early.refusal, gate);
            co_return std::move(*early.refusal);
        }
    }
    auto response = co_await find_and_answer(work, std::move(request), std::move(target), scope);
    add_answer_headers(response, work->caller, work->service, io::Core::current()->now());
    if (!origin.empty()) cors_.open(grant, origin, response, work->service);
    co_return response;
}

io::Task<io::HttpResponse> Front::find_and_answer(std::shared_ptr<Work> work,
                                                  io::HttpRequest request, Target target,
                                                  CredentialScope scope) {
    const bool is_head = request.method == "HEAD";
    const bool has_form = is_form(request.method, request.headers, target);
    if (may_be_compressed(request.headers, has_form))
        request.body = make_inflated_body(std::move(request.body), request.headers);
    std::string form;
    if (has_form) {
        auto body = co_await read_held(*request.body, limits::body_bytes_max, work->share);
        if (!body) {
            work->service = &claimant(router_.services(), {Unnamed::By::action, ""});
            count(*work, body.error().code);
            co_return encode_fault(*work->service, Protocol::query, std::move(body.error()),
                                   work->caller, is_head);
        }
        form = body->str();
    }
    auto route =
        find_route(router_.services(), request.method, request.headers, target, scope, form);
    if (!route) {
        work->service = route.error().service;
        count(*work, route.error().fault.code);
        co_return encode_fault(*work->service, route.error().protocol,
                               std::move(route.error().fault), work->caller, is_head);
    }
    work->target = std::move(target);
    work->service = route->service;
    work->operation = route->operation;
    work->route = std::move(*route);
    work->entry = router_.find(work->service->info().name, work->operation);
    auto response = co_await answer(work, std::move(request));
    co_return response;
}

const ServiceRim* Front::gate_of(const io::HttpRequest& request,
                                 const CredentialScope& scope) const {
    for (const ServiceRim* service : gates_) {
        if (service->is_asked(request.headers, scope)) return service;
    }
    return nullptr;
}

io::Task<io::HttpResponse> Front::answer(std::shared_ptr<Work> work, io::HttpRequest request) {
    const bool is_head = request.method == "HEAD";
    const Protocol protocol = work->route.protocol;
    if (!work->entry) {
        count(*work, "Unbuilt" + work->operation);
        co_return encode_fault(*work->service, protocol, work->service->unbuilt(work->operation),
                               work->caller, is_head);
    }
    const OperationInfo& operation = *work->entry->info;
    work->input = operation.make_input();
    work->output = operation.make_output();
    Answer<void> done;
    if (changes_by_link(request, work->route))
        done =
            std::unexpected(Fault{"AccessDenied", "A GET that is not signed changes nothing", 403});
    if (done)
        done = co_await decode_request(*work->entry, work->route, work->target, request,
                                       work->caller, work->share, work->input.get());
    // A body that cannot be parsed (its fault has no message) is reported before the signature.
    if (work->signature_fault && (done || !done.error().message.empty()))
        done = std::unexpected(std::move(*work->signature_fault));
    io::Core& home = core_for(*work->entry->home);
    if (done) {
        done = co_await io::run_on(
            home, run_handler(*work->entry, work->caller, work->input, work->output));
    }
    count(*work, done ? "" : done.error().code);
    if (!done)
        co_return encode_fault(*work->service, protocol, std::move(done.error()), work->caller,
                               is_head);
    co_return encode_answer(*work->entry, protocol, work->output.get(), home, work->caller,
                            is_head);
}

}  // namespace freshet::aws
