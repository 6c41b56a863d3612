#include "aws/http/decode.h"

#include "aws/http/body/checked_body.h"
#include "aws/protocol/built.h"
#include "aws/protocol/cbor/cbor.h"
#include "aws/protocol/json/json.h"
#include "aws/protocol/query.h"
#include "aws/protocol/validate.h"
#include "aws/protocol/xml.h"

namespace freshet::aws {
namespace {

/// Reads `body` on the core that owns it, for a reader on another core.
class HoppingBody final : public CheckedBody {
  public:
    HoppingBody(io::Core& owner, std::unique_ptr<CheckedBody> body)
        : owner_(owner), body_(std::move(body)) {}
    io::Task<Result<Bytes>> read() override {
        auto piece = co_await io::run_on(owner_, body_->read());
        co_return piece;
    }
    std::optional<Checksum> algorithm() const override { return body_->algorithm(); }
    void compute(Checksum algorithm) override { body_->compute(algorithm); }
    std::optional<std::string> computed(Checksum algorithm) const override {
        return body_->computed(algorithm);
    }
    std::optional<std::uint64_t> content_length() const override { return body_->content_length(); }

  private:
    io::Core& owner_;
    std::unique_ptr<CheckedBody> body_;
};

/// A body that is held whole, after its end.
io::Task<Answer<Bytes>> read_body(const Router::Entry& entry, io::HttpRequest& request,
                                  BodyBudget::Share& share) {
    const ServiceRim& service = *entry.service;
    const std::size_t bytes_max = service.body_bytes_max(entry.info->name);
    if (request.content_length.value_or(0) > bytes_max)
        co_return std::unexpected(too_large(bytes_max));
    std::unique_ptr<io::BodyReader> body = std::move(request.body);
    if (const auto checksummed = service.checksummed(entry.info->name))
        body = make_checked_body(std::move(body), request.headers, request.content_length,
                                 *checksummed);
    auto bytes = co_await read_held(*body, bytes_max, share);
    if (!bytes && bytes.error().status == 503) bytes.error().code = service.overloaded_code();
    co_return bytes;
}

Answer<void> decode_document(const OperationInfo& operation, Protocol protocol, Bytes body,
                             void* input, Violations& violations) {
    const Shape& shape = *operation.input;
    const Member* payload = payload_of(shape);
    if (payload && payload->shape->kind == Kind::blob) {
        *static_cast<Bytes*>(payload->make(input)) = std::move(body);
        return {};
    }
    switch (protocol) {
        case Protocol::rest_xml:
            if (payload && !body.empty())
                return decode_xml(*payload->shape, payload->wire, body.view(), payload->make(input),
                                  violations);
            if (payload && payload->is_required)
                violations.add_missing(Path{nullptr, payload->name, 0, nullptr});
            return {};
        case Protocol::cbor:
            return decode_cbor(shape, body.view(), input, violations, CborTime::milliseconds);
        case Protocol::rpc_cbor:
            return decode_cbor(shape, body.view(), input, violations, CborTime::seconds);
        case Protocol::json:
        case Protocol::rest_json:
        case Protocol::query:
            break;
    }
    return decode_json(shape, body.view(), input, violations);
}

/// What the model forbids comes first, then what is not built.
Answer<void> judge(const Router::Entry& entry, const void* input, const Violations& violations,
                   const Caller& caller) {
    const ServiceRim& service = *entry.service;
    if (!violations.empty())
        return std::unexpected(violations.fault(service.info(), service.violation_code()));
    return refuse_unbuilt(*entry.info, input, caller.account());
}

}  // namespace

io::Task<Answer<void>> decode_request(const Router::Entry& entry, const Route& route,
                                      const Target& target, io::HttpRequest& request,
                                      const Caller& caller, BodyBudget::Share& share, void* input) {
    const OperationInfo& operation = *entry.info;
    const Shape& shape = *operation.input;
    Violations violations;
    Answer<void> done =
        entry.service->refuse_beyond(operation, request.method, target, request.headers);
    if (!done) co_return done;
    done = decode_bindings(operation, route.labels, target, request.headers, input, violations);
    if (!done) co_return done;
    const Member* payload = payload_of(shape);
    if (payload && payload->shape->kind == Kind::stream) {
        auto checked =
            make_checked_body(std::move(request.body), request.headers, request.content_length);
        std::shared_ptr<io::BodyReader> body =
            std::make_shared<HoppingBody>(*io::Core::current(), std::move(checked));
        *static_cast<std::shared_ptr<io::BodyReader>*>(payload->make(input)) = std::move(body);
        co_return judge(entry, input, violations, caller);
    }
    if (route.protocol == Protocol::query) {
        done = decode_query(shape, route.parameters, input, violations);
    } else {
        auto body = co_await read_body(entry, request, share);
        if (!body) co_return pass(body);
        done = decode_document(operation, route.protocol, std::move(*body), input, violations);
    }
    if (!done) co_return done;
    entry.service->demand(shape, input, violations);
    if (route.protocol != Protocol::rest_xml) validate(shape, input, violations);
    co_return judge(entry, input, violations, caller);
}

}  // namespace freshet::aws
