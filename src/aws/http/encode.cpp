#include "aws/http/encode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "aws/limits.h"
#include "aws/protocol/cbor/cbor.h"
#include "aws/protocol/event_stream.h"
#include "aws/protocol/json/json.h"
#include "aws/protocol/query.h"
#include "aws/protocol/rest.h"
#include "aws/protocol/xml.h"
#include "base/check.h"
#include "io/http/file_body.h"

namespace freshet::aws {
namespace {

/// What most answers have, with the headers of add_answer_headers() and CORS.
constexpr std::size_t answer_headers = 8, answer_header_bytes = 384;

/// An answer's body that its handler's core makes, read by the connection.
class AnswerBody final : public io::FileBody {
  public:
    AnswerBody(io::Core& owner, std::shared_ptr<io::BodyReader> body)
        : owner_(owner), body_(std::move(body)), files_(dynamic_cast<io::FileBody*>(body_.get())) {}
    ~AnswerBody() override {
        owner_.post([body = std::move(body_)]() mutable { body.reset(); });
    }
    io::Task<Result<Bytes>> read() override {
        auto piece = co_await io::run_on(owner_, body_->read());
        co_return piece;
    }

    std::optional<io::FileRun> run() override {
        return files_ && &owner_ == io::Core::current() ? files_->run() : std::nullopt;
    }
    void skip(std::uint64_t bytes) override { files_->skip(bytes); }
    std::optional<Bytes> take_whole() override { return std::nullopt; }

  private:
    io::Core& owner_;
    std::shared_ptr<io::BodyReader> body_;
    io::FileBody* files_;  ///< `body_`, when it is one
};

int status_of(const ServiceInfo& service, const Fault& fault) {
    if (fault.status) return fault.status;
    for (const ErrorInfo& error : service.errors) {
        if (fault.code == error.name || fault.code == error.code) return error.status;
    }
    return 400;
}

std::string content_type(const ServiceInfo& service, Protocol protocol) {
    switch (protocol) {
        case Protocol::json:
            return std::string("application/x-amz-json-") +
                   (*service.json_version ? service.json_version : "1.1");
        case Protocol::rest_json:
            return "application/json";
        case Protocol::cbor:
            return "application/x-amz-cbor-1.1";
        case Protocol::rpc_cbor:
            return "application/cbor";
        case Protocol::rest_xml:
            return "application/xml";
        case Protocol::query:
            return "text/xml";
    }
    return "";
}

void add_content_type(io::HttpResponse& response, const ServiceInfo& service, Protocol protocol) {
    response.headers.set("Content-Type", content_type(service, protocol));
    if (protocol == Protocol::rpc_cbor) response.headers.set("smithy-protocol", "rpc-v2-cbor");
}

CborTime cbor_time(Protocol protocol) {
    return protocol == Protocol::cbor ? CborTime::milliseconds : CborTime::seconds;
}

void add_body(io::HttpResponse& response, std::string text) {
    response.body.push_back(Bytes::own(std::move(text)));
}

/// A payload member travels as it is.
void encode_payload(const Member& payload, const void* inner, const ServiceInfo& service,
                    Protocol protocol, io::Core& home, io::HttpResponse& response) {
    if (payload.shape->kind == Kind::stream) {
        const auto& stream = *static_cast<const std::shared_ptr<io::BodyReader>*>(inner);
        // An event stream is written in the encoding that the request came in.
        if (auto* events = dynamic_cast<EventBody*>(stream.get())) {
            response.headers.set("Content-Type", "application/vnd.amazon.eventstream");
            if (protocol == Protocol::cbor) events->write_as(cbor_events());
        }
        if (!stream) return;
        auto* files = dynamic_cast<io::FileBody*>(stream.get());
        if (auto whole = files ? files->take_whole() : std::nullopt)
            response.body.push_back(std::move(*whole));
        else
            response.stream = std::make_unique<AnswerBody>(home, stream);
    } else if (payload.shape->kind == Kind::blob) {
        response.body.push_back(*static_cast<const Bytes*>(inner));
    } else if (payload.shape->kind == Kind::string) {
        add_body(response, *static_cast<const std::string*>(inner));
    } else if (service.protocol == Protocol::rest_xml) {
        response.headers.set("Content-Type", "application/xml");
        add_body(response, encode_xml(*payload.shape, inner, payload.wire, service.xml_namespace));
    } else {
        response.headers.set("Content-Type", "application/json");
        add_body(response, encode_json(*payload.shape, inner));
    }
}

void encode_document(const Router::Entry& entry, const void* output, io::HttpResponse& response) {
    const OperationInfo& operation = *entry.info;
    const ServiceInfo& service = *operation.service;
    const std::string root = entry.service->root_of(operation.name);
    if (root.empty()) {
        const Member& member = operation.output->members.front();
        static const std::string nowhere;
        const void* inner = member.in(output);
        response.headers.set("Content-Type", "application/xml");
        add_body(response, encode_xml(*member.shape, inner ? inner : &nowhere, member.wire,
                                      service.xml_namespace));
        return;
    }
    const bool has_body = std::ranges::any_of(operation.output->members, [](const Member& member) {
        return member.location == Location::body;
    });
    if (!has_body || response.status == 204 || response.status == 304) return;
    response.headers.set("Content-Type", "application/xml");
    add_body(response, encode_xml(*operation.output, output, root, service.xml_namespace));
}

void encode_body(const Router::Entry& entry, Protocol protocol, const void* output, io::Core& home,
                 const Caller& caller, io::HttpResponse& response) {
    const OperationInfo& operation = *entry.info;
    const ServiceInfo& service = *operation.service;
    if (const Member* payload = payload_of(*operation.output)) {
        if (const void* inner = payload->in(output))
            encode_payload(*payload, inner, service, protocol, home, response);
        return;
    }
    const bool has_output = !operation.output->members.empty() || *operation.output->name;
    if (protocol != Protocol::rest_xml) add_content_type(response, service, protocol);
    switch (protocol) {
        case Protocol::json:  // an operation without an output answers with no body at all
            if (has_output) add_body(response, encode_json(*operation.output, output));
            return;
        case Protocol::cbor:
        case Protocol::rpc_cbor:
            if (has_output)
                add_body(response, encode_cbor(*operation.output, output, cbor_time(protocol)));
            return;
        case Protocol::rest_json:
            if (response.status != 204) add_body(response, encode_json(*operation.output, output));
            return;
        case Protocol::query:
            add_body(response, encode_query_answer(operation, output, caller.request_id()));
            return;
        case Protocol::rest_xml:
            encode_document(entry, output, response);
            return;
    }
}

/// The Date header; its text is made once a second.
const std::string& date_header(Timestamp now) {
    static thread_local std::pair<std::int64_t, std::string> last{-1, ""};
    if (const std::int64_t second = to_epoch_ms(now) / 1000; last.first != second)
        last = {second, to_http_date(now)};
    return last.second;
}

}  // namespace

io::HttpResponse encode_answer(const Router::Entry& entry, Protocol protocol, const void* output,
                               io::Core& home, const Caller& caller, bool is_head) {
    const OperationInfo& operation = *entry.info;
    io::HttpResponse response;
    response.headers.reserve(answer_headers, answer_header_bytes);
    response.status = operation.status;
    encode_bindings(*operation.output, output, response);
    // The model knows one status an operation; an answer of a part is 206 (RFC 9110, 15.3.7).
    if (response.status == 200 && response.headers.find("Content-Range")) response.status = 206;
    encode_body(entry, protocol, output, home, caller, response);
    // A body is held or streamed, never both.
    FRESHET_CHECK(!response.stream || response.body.empty());
    if (const auto length = response.headers.find("Content-Length")) {
        const std::uint64_t size = std::strtoull(std::string(*length).c_str(), nullptr, 10);
        if (response.stream) response.stream_length = size;
        if (is_head) response.head_length = size;
        response.headers.erase("Content-Length");
    }
    return response;
}

io::HttpResponse encode_fault(const ServiceRim& rim, Protocol protocol, Fault fault,
                              const Caller& caller, bool is_head) {
    const ServiceInfo& service = rim.info();
    io::HttpResponse response;
    fault.status = response.status = status_of(service, fault);
    std::string body;
    switch (protocol) {
        case Protocol::json:
        case Protocol::rest_json:
            body = encode_json_fault(fault);
            break;
        case Protocol::cbor:
        case Protocol::rpc_cbor:
            body = encode_cbor_fault(fault);
            break;
        case Protocol::rest_xml:
            body = encode_xml_fault(fault, caller.request_id());
            break;
        case Protocol::query:
            body = encode_query_fault(fault, service.xml_namespace, caller.request_id());
            break;
    }
    if (protocol != Protocol::rest_xml && protocol != Protocol::query)
        response.headers.add("x-amzn-ErrorType", fault.code);
    if (response.status == 503)
        response.headers.add("Retry-After", std::to_string(limits::retry_after_s));
    add_content_type(response, service, protocol);
    rim.add_fault_headers(fault, response);
    if (is_head || response.status == 304)
        response.head_length = 0;
    else
        add_body(response, std::move(body));
    return response;
}

void add_answer_headers(io::HttpResponse& response, const Caller& caller, const ServiceRim* service,
                        Timestamp now) {
    response.headers.add("x-amzn-RequestId", caller.request_id());
    if (service) service->add_headers(response, caller);
    response.headers.add("Date", date_header(now));
    response.headers.add("Server", "freshet");
    if (service) service->checksum(response);
}

}  // namespace freshet::aws
