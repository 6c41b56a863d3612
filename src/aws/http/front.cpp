#include "aws/http/front.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <tuple>

#include "aws/http/checked_body.h"
#include "aws/http/cors.h"
#include "aws/http/inflated_body.h"
#include "aws/http/kinesis_gate.h"
#include "aws/http/own_page.h"
#include "aws/http/route.h"
#include "aws/limits.h"
#include "aws/protocol/built.h"
#include "aws/protocol/cbor.h"
#include "aws/protocol/event_stream.h"
#include "aws/protocol/json.h"
#include "aws/protocol/query.h"
#include "aws/protocol/services.h"
#include "aws/protocol/validate.h"
#include "aws/protocol/xml.h"
#include "aws/protocol/xml_root.h"
#include "base/digest.h"
#include "base/log.h"

namespace freshet::aws {

struct Front::Counters {
    mutable std::mutex mutex;
    /// Service and operation are names of the models, or literals: they live as long as the program.
    std::map<std::tuple<std::string_view, std::string_view, std::string>, std::uint64_t> requests;
};

/// One request on its way.
struct Front::Work {
    explicit Work(Caller caller_) : caller(std::move(caller_)) {}
    Caller caller;
    const ServiceInfo* service = nullptr;
    std::string operation;
    const Router::Entry* entry = nullptr;
    Target target;
    Route route;
    std::optional<Fault> unsigned_fault;  ///< told when the body is whole, and before what is in it
    std::shared_ptr<void> input, output;
};

namespace {

constexpr std::size_t answer_headers = 8, answer_header_bytes = 384;  ///< what most answers have, with those of add_ids() and CORS

/// Reads `body` on the core that owns it, for a reader on another core.
class HoppingBody final : public CheckedBody {
  public:
    HoppingBody(io::Core& owner, std::unique_ptr<CheckedBody> body) : owner_(owner), body_(std::move(body)) {}
    io::Task<Result<Bytes>> read() override {
        auto piece = co_await io::run_on(owner_, body_->read());
        co_return piece;
    }
    std::optional<Checksum> algorithm() const override { return body_->algorithm(); }
    void compute(Checksum algorithm) override { body_->compute(algorithm); }
    std::optional<std::string> computed(Checksum algorithm) const override { return body_->computed(algorithm); }
    std::optional<std::uint64_t> content_length() const override { return body_->content_length(); }

  private:
    io::Core& owner_;
    std::unique_ptr<CheckedBody> body_;
};

/// The other way: an answer's body that its handler's core makes, read by the connection.
class AnswerBody final : public io::BodyReader {
  public:
    AnswerBody(io::Core& owner, std::shared_ptr<io::BodyReader> body) : owner_(owner), body_(std::move(body)) {}
    ~AnswerBody() override {
        owner_.post([body = std::move(body_)]() mutable { body.reset(); });
    }
    io::Task<Result<Bytes>> read() override {
        auto piece = co_await io::run_on(owner_, body_->read());
        co_return piece;
    }

  private:
    io::Core& owner_;
    std::shared_ptr<io::BodyReader> body_;
};

int status_of(const ServiceInfo& service, const Fault& fault) {
    if (fault.status) return fault.status;
    for (const ErrorInfo& error : service.errors) {
        if (fault.code == error.name || fault.code == error.code) return error.status;
    }
    return 400;
}

void add_content_type(io::HttpResponse& response, const ServiceInfo& service, Protocol protocol) {
    const auto type = [&]() -> std::string {
        switch (protocol) {
            case Protocol::json: return std::string("application/x-amz-json-") + (*service.json_version ? service.json_version : "1.1");
            case Protocol::rest_json: return "application/json";
            case Protocol::cbor: return "application/x-amz-cbor-1.1";
            case Protocol::rpc_cbor: return "application/cbor";
            case Protocol::rest_xml: return "application/xml";
            case Protocol::query: return "text/xml";
        }
        return "";
    };
    response.headers.set("Content-Type", type());
    if (protocol == Protocol::rpc_cbor) response.headers.set("smithy-protocol", "rpc-v2-cbor");
}

/// A 304 has no body: what its fault says further are headers. A 416 says how long the object is.
void add_fault_headers(const Fault& fault, io::HttpResponse& response) {
    for (const auto& [name, value] : fault.fields) {
        if (response.status == 304) response.headers.set(name, value);
        if (response.status == 416 && name == "ActualObjectSize") response.headers.set("Content-Range", "bytes */" + value);
    }
}

io::HttpResponse fault_response(const ServiceInfo& service, Protocol protocol, Fault fault, const Caller& caller, bool is_head) {
    io::HttpResponse response;
    fault.status = response.status = status_of(service, fault);
    std::string body;
    switch (protocol) {
        case Protocol::json:
        case Protocol::rest_json: body = encode_json_fault(fault); break;
        case Protocol::cbor:
        case Protocol::rpc_cbor: body = encode_cbor_fault(fault); break;
        case Protocol::rest_xml: body = encode_xml_fault(fault, caller.request_id()); break;
        case Protocol::query: body = encode_query_fault(fault, service.xml_namespace, caller.request_id()); break;
    }
    if (protocol != Protocol::rest_xml && protocol != Protocol::query) response.headers.add("x-amzn-ErrorType", fault.code);
    add_content_type(response, service, protocol);
    if (protocol == Protocol::rest_xml) add_fault_headers(fault, response);
    if (is_head || response.status == 304) response.head_length = 0;
    else response.body.push_back(Bytes::own(std::move(body)));
    return response;
}

/// The Date header; its text is made once a second.
const std::string& date_header(Timestamp now) {
    static thread_local std::pair<std::int64_t, std::string> last{-1, ""};
    if (const std::int64_t second = to_epoch_ms(now) / 1000; last.first != second) last = {second, to_http_date(now)};
    return last.second;
}

void add_ids(io::HttpResponse& response, const Caller& caller, const ServiceInfo* service, Timestamp now) {
    response.headers.add("x-amzn-RequestId", caller.request_id());
    if (service && std::string_view(service->name) == "kinesis") response.headers.add("x-amz-id-2", second_request_id());
    if (service && service->protocol == Protocol::rest_xml) {
        response.headers.add("x-amz-request-id", caller.request_id());
        response.headers.add("x-amz-id-2", caller.request_id());
    }
    response.headers.add("Date", date_header(now));
    response.headers.add("Server", "freshet");
}

/// The Java SDKs check DynamoDB's answers against it.
void add_crc32(io::HttpResponse& response, const ServiceInfo* service) {
    if (!service || std::string_view(service->name) != "dynamodb") return;
    std::uint32_t crc = 0;
    for (const Bytes& piece : response.body) crc = crc32(piece.view(), crc);
    response.headers.add("x-amz-crc32", fmt::format("{}", crc));
}

Fault too_large() {
    return Fault{"RequestEntityTooLargeException", fmt::format("The request body is larger than {} bytes", limits::body_bytes_max), 413};
}

/// If-Range (RFC 9110, 13.1.5) is not in the model: it travels at the end of Range, "bytes=0-9;if-range=...", where the verb
/// that knows the object judges it.
void carry_if_range(io::Headers& headers) {
    const auto range = headers.find("range"), unless = headers.find("if-range");
    if (!range || !unless) return;
    const std::string carried = fmt::format("{};if-range={}", *range, *unless);
    headers.set("range", carried);
}

/// What the x-amz-checksum-* headers of a request speak of: the body, or the object that it completes.
Checksummed checksummed(const OperationInfo& operation) {
    return std::string_view(operation.name) == "CompleteMultipartUpload" ? Checksummed::object : Checksummed::body;
}

CborTime cbor_time(Protocol protocol) { return protocol == Protocol::cbor ? CborTime::milliseconds : CborTime::seconds; }

/// The answer's body by protocol; payload members travel as they are.
void encode_body(const OperationInfo& operation, Protocol protocol, const void* output, io::Core& home, const Caller& caller,
                 io::HttpResponse& response) {
    const ServiceInfo& service = *operation.service;
    if (const Member* payload = payload_of(*operation.output)) {
        const void* inner = payload->in(output);
        if (!inner) return;
        if (payload->shape->kind == Kind::stream) {
            const auto& stream = *static_cast<const std::shared_ptr<io::BodyReader>*>(inner);
            // An event stream is written in the encoding that the request came in.
            if (auto* events = dynamic_cast<EventBody*>(stream.get())) {
                response.headers.set("Content-Type", "application/vnd.amazon.eventstream");
                if (protocol == Protocol::cbor) events->write_as(cbor_events());
            }
            if (stream) response.stream = std::make_unique<AnswerBody>(home, stream);
        } else if (payload->shape->kind == Kind::blob) {
            response.body.push_back(*static_cast<const Bytes*>(inner));
        } else if (payload->shape->kind == Kind::string) {
            response.body.push_back(Bytes::own(*static_cast<const std::string*>(inner)));
        } else if (service.protocol == Protocol::rest_xml) {
            response.headers.set("Content-Type", "application/xml");
            response.body.push_back(Bytes::own(encode_xml(*payload->shape, inner, payload->wire, service.xml_namespace)));
        } else {
            response.headers.set("Content-Type", "application/json");
            response.body.push_back(Bytes::own(encode_json(*payload->shape, inner)));
        }
        return;
    }
    const bool has_output = !operation.output->members.empty() || *operation.output->name;
    if (protocol != Protocol::rest_xml) add_content_type(response, service, protocol);
    switch (protocol) {
        case Protocol::json:
            // An operation without an output answers with no body at all.
            if (has_output) response.body.push_back(Bytes::own(encode_json(*operation.output, output)));
            return;
        case Protocol::cbor:
        case Protocol::rpc_cbor:
            if (has_output) response.body.push_back(Bytes::own(encode_cbor(*operation.output, output, cbor_time(protocol))));
            return;
        case Protocol::rest_json:
            if (response.status != 204) response.body.push_back(Bytes::own(encode_json(*operation.output, output)));
            return;
        case Protocol::query:
            response.body.push_back(Bytes::own(encode_query_answer(operation, output, caller.request_id())));
            return;
        case Protocol::rest_xml: break;
    }
    if (std::string_view(operation.name) == "GetBucketLocation") {  // the root element is the member itself
        const Member& member = operation.output->members.front();
        static const std::string nowhere;
        const void* inner = member.in(output);
        response.headers.set("Content-Type", "application/xml");
        response.body.push_back(Bytes::own(encode_xml(*member.shape, inner ? inner : &nowhere, member.wire, service.xml_namespace)));
        return;
    }
    bool has_body = false;
    for (const Member& member : operation.output->members) has_body = has_body || member.location == Location::body;
    if (!has_body || response.status == 204 || response.status == 304) return;
    response.headers.set("Content-Type", "application/xml");
    response.body.push_back(Bytes::own(encode_xml(*operation.output, output, xml_root_of(operation.name), service.xml_namespace)));
}

/// What the model forbids comes first, then what is not built.
Answer<void> judge(const OperationInfo& operation, const void* input, const Violations& violations, const Caller& caller) {
    if (!violations.empty()) return std::unexpected(violations.fault(*operation.service));
    return refuse_unbuilt(operation, input, caller.account());
}

/// Runs on the handler's home core; everything that it touches is held by the work.
io::Task<Answer<void>> run_handler(const Router::Entry& entry, Caller caller, std::shared_ptr<void> input,
                                   std::shared_ptr<void> output) {
    Answer<void> done;
    if (entry.gate) done = entry.gate(*entry.info, caller);
    if (done) done = co_await entry.call(std::move(caller), input.get(), output.get());
    co_return done;
}

}  // namespace

Front::Front(const Router& router, Authenticator authenticator, ConsoleHandler& console, Cors cors, KinesisGate gate)
    : router_(router), authenticator_(std::move(authenticator)), console_(console), cors_(std::move(cors)), gate_(gate),
      counters_(std::make_unique<Counters>()) {}
Front::~Front() = default;

void Front::count(const Work& work, const std::string& code) {
    const std::scoped_lock lock(counters_->mutex);
    ++counters_->requests[{work.service ? work.service->name : "unknown", work.entry ? work.entry->info->name : "unbuilt", code}];
}

std::vector<RequestCount> Front::counts() const {
    const std::scoped_lock lock(counters_->mutex);
    std::vector<RequestCount> all;
    for (const auto& [key, requests] : counters_->requests) {
        all.push_back({std::string(std::get<0>(key)), std::string(std::get<1>(key)), std::get<2>(key), requests});
    }
    return all;
}

io::Task<io::HttpResponse> Front::handle(io::HttpRequest request) {
    if (request.target.starts_with("/_freshet")) {
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
    auto work = std::make_shared<Work>(authenticator_.identify(scope, request.headers));
    CorsGrant grant;
    if (!origin.empty()) grant = co_await cors_.judge(request, bucket_of(request.headers, target));
    if (grant.answered) {
        grant.answered->headers.add("x-amzn-RequestId", work->caller.request_id());
        co_return std::move(*grant.answered);
    }
    if (KinesisGate::is_asked(request.headers, scope)) {
        auto refused = co_await refuse_kinesis(work, request, target);
        if (refused) {
            if (!origin.empty()) cors_.open(grant, origin, *refused, work->service);
            co_return std::move(*refused);
        }
    }
    const bool has_form = is_form(request.method, request.headers, target);
    if (may_be_compressed(request.headers, has_form)) request.body = make_inflated_body(std::move(request.body), request.headers);
    std::string form;
    if (has_form) {
        auto body = co_await io::read_all(*request.body, limits::body_bytes_max);
        if (body) form = body->str();
    }
    auto route = find_route(request.method, request.headers, target, scope, form);
    const bool is_head = request.method == "HEAD";
    io::HttpResponse response;
    if (!route) {
        work->service = route.error().service;
        count(*work, route.error().fault.code);
        response = fault_response(*work->service, route.error().protocol, std::move(route.error().fault), work->caller, is_head);
    } else {
        work->target = std::move(target);
        work->service = route->service;
        work->operation = route->operation;
        work->route = std::move(*route);
        work->entry = router_.find(work->service->name, work->operation);
        response = co_await answer(work, std::move(request));
    }
    add_ids(response, work->caller, work->service, io::Core::current()->now());
    if (!origin.empty()) cors_.open(grant, origin, response, work->service);
    add_crc32(response, work->service);
    co_return response;
}

io::Task<std::optional<io::HttpResponse>> Front::refuse_kinesis(std::shared_ptr<Work> work, io::HttpRequest& request,
                                                                const Target& target) {
    work->service = &kinesis::service_info();
    work->unsigned_fault = gate_.signature_fault(request.headers, target.query);
    auto refused = co_await gate_.refuse(request);
    if (refused) {
        count(*work, "Refused");
        add_ids(*refused, work->caller, work->service, io::Core::current()->now());
    }
    co_return refused;
}

io::Task<io::HttpResponse> Front::answer(std::shared_ptr<Work> work, io::HttpRequest request) {
    const bool is_head = request.method == "HEAD";
    if (!work->entry) {
        const bool is_s3 = work->service->protocol == Protocol::rest_xml;
        Fault fault{is_s3 ? "NotImplemented" : "UnknownOperationException",
                    fmt::format("Freshet does not build {} of {}", work->operation, work->service->name), is_s3 ? 501 : 400};
        count(*work, "Unbuilt" + work->operation);
        co_return fault_response(*work->service, work->route.protocol, std::move(fault), work->caller, is_head);
    }
    const OperationInfo& operation = *work->entry->info;
    work->input = operation.make_input();
    work->output = operation.make_output();
    auto decoded = co_await decode(work, request);
    Answer<void> done = std::move(decoded);
    // A body that is no document comes first: its fault has no sentence.
    if (work->unsigned_fault && (done || !done.error().message.empty())) done = std::unexpected(std::move(*work->unsigned_fault));
    if (done) {
        done = co_await io::run_on(*work->entry->home, run_handler(*work->entry, work->caller, work->input, work->output));
    }
    count(*work, done ? "" : done.error().code);
    if (!done) co_return fault_response(*work->service, work->route.protocol, std::move(done.error()), work->caller, is_head);
    io::HttpResponse response;
    response.headers.reserve(answer_headers, answer_header_bytes);
    response.status = operation.status;
    encode_bindings(*operation.output, work->output.get(), response);
    // The model knows one status an operation; an answer of a part is 206 (RFC 9110, 15.3.7).
    if (response.status == 200 && response.headers.find("Content-Range")) response.status = 206;
    encode_body(operation, work->route.protocol, work->output.get(), *work->entry->home, work->caller, response);
    if (const auto length = response.headers.find("Content-Length")) {
        const std::uint64_t size = std::strtoull(std::string(*length).c_str(), nullptr, 10);
        if (response.stream) response.stream_length = size;
        if (is_head) response.head_length = size;
        response.headers.erase("Content-Length");
    }
    co_return response;
}

io::Task<Answer<void>> Front::decode(std::shared_ptr<Work> work, io::HttpRequest& request) {
    const OperationInfo& operation = *work->entry->info;
    const Shape& shape = *operation.input;
    void* input = work->input.get();
    Violations violations;
    const Protocol protocol = work->route.protocol;
    if (protocol == Protocol::rest_xml) carry_if_range(request.headers);
    Answer<void> done = decode_bindings(shape, work->route.labels, work->target, request.headers, input, violations);
    if (!done && protocol == Protocol::rest_xml) done.error().code = "InvalidArgument";
    if (!done) co_return done;
    const Member* payload = payload_of(shape);
    if (payload && payload->shape->kind == Kind::stream) {
        auto checked = make_checked_body(std::move(request.body), request.headers, request.content_length);
        std::shared_ptr<io::BodyReader> body = std::make_shared<HoppingBody>(*io::Core::current(), std::move(checked));
        *static_cast<std::shared_ptr<io::BodyReader>*>(payload->make(input)) = std::move(body);
        co_return judge(operation, input, violations, work->caller);
    }
    if (protocol == Protocol::query) {
        done = decode_query(shape, work->route.parameters, input, violations);
    } else {
        if (request.content_length.value_or(0) > limits::body_bytes_max) co_return std::unexpected(too_large());
        const bool is_xml = protocol == Protocol::rest_xml;
        auto checked = is_xml ? make_checked_body(std::move(request.body), request.headers, request.content_length, checksummed(operation)) : nullptr;
        auto body = co_await io::read_all(checked ? *checked : *request.body, limits::body_bytes_max);
        if (!body) {
            if (body.error().is(Errc::invalid)) co_return std::unexpected(too_large());
            co_return std::unexpected(body_fault(body.error()));
        }
        if (payload && payload->shape->kind == Kind::blob) {
            *static_cast<Bytes*>(payload->make(input)) = std::move(*body);
        } else if (protocol == Protocol::rest_xml) {
            const bool wanted = payload || std::ranges::any_of(shape.members, [](const Member& m) { return m.location == Location::body; });
            if (wanted && payload && !body->empty()) done = decode_xml(*payload->shape, body->view(), payload->make(input), violations);
            else if (payload && payload->required) violations.add_missing(Path{nullptr, payload->name, 0, nullptr});
        } else {
            const bool is_cbor = protocol == Protocol::cbor || protocol == Protocol::rpc_cbor;
            done = is_cbor ? decode_cbor(shape, body->view(), input, violations, cbor_time(protocol)) : decode_json(shape, body->view(), input, violations);
        }
    }
    if (!done) co_return done;
    if (work->service == &kinesis::service_info()) demand_beyond_model(shape, input, violations);
    if (protocol != Protocol::rest_xml) validate(shape, input, violations);
    co_return judge(operation, input, violations, work->caller);
}

}  // namespace freshet::aws
