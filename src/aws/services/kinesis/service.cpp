// Amazon Kinesis Data Streams: registers its operations and says what is special about its requests
// and answers.
#include <fmt/format.h>

#include "aws/http/rim.h"
#include "aws/limits.h"
#include "aws/services/kinesis/gate.h"
#include "aws/services/kinesis/kinesis.h"
#include "aws/services/kinesis/words.h"

namespace freshet::aws {
namespace kinesis_words {
namespace {

class KinesisRim final : public ServiceRim {
  public:
    KinesisRim(stream::Streams& streams, bool demands_signatures)
        : ServiceRim(kinesis::service_info()), streams_(streams), gate_(demands_signatures) {}

    bool has_gate() const override { return true; }
    bool is_asked(const io::Headers& headers, const CredentialScope& scope) const override {
        return KinesisGate::is_asked(headers, scope);
    }
    io::Task<EarlyAnswer> before(io::HttpRequest& request, const Target& target,
                                 BodyBudget::Share& share) const override {
        EarlyAnswer early;
        early.signature_fault = gate_.signature_fault(request.headers, target.query);
        auto refusal = co_await gate_.refuse(request, share);
        early.refusal = std::move(refusal);
        co_return early;
    }

    /// Targets that nobody knows are answered in its words.
    Claim claim(const Unnamed& request) const override {
        const bool is_one =
            request.by == Unnamed::By::target || request.by == Unnamed::By::rpc_path;
        return is_one ? Claim::fallback : Claim::none;
    }

    std::size_t body_bytes_max(std::string_view operation) const override {
        return operation == "PutRecord" || operation == "PutRecords"
                   ? limits::kinesis_body_bytes_max
                   : limits::body_bytes_max;
    }
    void demand(const Shape& input, const void* value, Violations& violations) const override {
        demand_beyond_model(input, value, violations);
    }
    /// Refuses an account that calls too often.
    Answer<void> admit(const OperationInfo& operation, const Caller& caller) const override {
        if (streams_.accounts().take_call(operation.name, caller.home())) return {};
        return refuse("LimitExceededException",
                      fmt::format("Rate exceeded for {} under account {}.", operation.name,
                                  caller.account()));
    }
    void add_headers(io::HttpResponse& response, const Caller&) const override {
        response.headers.add("x-amz-id-2", second_request_id());
    }

  private:
    stream::Streams& streams_;
    KinesisGate gate_;
};

}  // namespace
}  // namespace kinesis_words

void register_kinesis(Router& router, stream::Streams& streams, bool demands_signatures) {
    using namespace kinesis_words;
    router.add_service(std::make_unique<KinesisRim>(streams, demands_signatures));
    register_streams(router, streams);
    register_shards(router, streams);
    register_records(router, streams);
    register_consumers(router, streams);
    register_tags(router, streams);
    register_settings(router, streams);
}

}  // namespace freshet::aws
