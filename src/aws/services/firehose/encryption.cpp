// Encryption at rest: started, stopped, described.
#include "aws/services/firehose/words.h"

namespace freshet::aws::firehose_words {

using namespace firehose;
namespace domain = delivery;

Answer<std::string> key_arn_of(const DeliveryStreamEncryptionConfigurationInput& input) {
    const bool is_customers = input.key_type == "CUSTOMER_MANAGED_CMK";
    const std::string arn = input.key_arn.value_or("");
    if (is_customers == arn.empty())
        return refuse("InvalidArgumentException",
                      "KeyARN must be given for the key type CUSTOMER_MANAGED_CMK, and only for "
                      "it");
    return arn;
}

void describe(const domain::DeliveryStream& stream, DeliveryStreamEncryptionConfiguration& out) {
    out.status = stream.is_sealing() ? "ENABLED" : "DISABLED";
    if (!stream.is_sealing()) return;
    const std::string& arn = stream.at_rest->key_arn;
    out.key_type = arn.empty() ? "AWS_OWNED_CMK" : "CUSTOMER_MANAGED_CMK";
    if (!arn.empty()) out.key_arn = arn;
}

namespace {

class Handlers {
  public:
    explicit Handlers(domain::Deliveries& deliveries) : deliveries_(deliveries) {}

    io::Task<Answer<StartDeliveryStreamEncryptionOutput>> start(
        Caller caller, StartDeliveryStreamEncryptionInput input) {
        std::string arn;
        if (input.delivery_stream_encryption_configuration_input) {
            auto given = key_arn_of(*input.delivery_stream_encryption_configuration_input);
            if (!given) co_return pass(given);
            arn = std::move(*given);
        }
        auto done = co_await deliveries_.start_sealing(key_of(caller, input.delivery_stream_name),
                                                       std::move(arn));
        if (!done) co_return refuse(done.error());
        co_return StartDeliveryStreamEncryptionOutput{};
    }

    io::Task<Answer<StopDeliveryStreamEncryptionOutput>> stop(
        Caller caller, StopDeliveryStreamEncryptionInput input) {
        auto done = co_await deliveries_.stop_sealing(key_of(caller, input.delivery_stream_name));
        if (!done) co_return refuse(done.error());
        co_return StopDeliveryStreamEncryptionOutput{};
    }

  private:
    domain::Deliveries& deliveries_;
};

}  // namespace

void register_encryption(Router& router, delivery::Deliveries& deliveries) {
    auto h = std::make_shared<Handlers>(deliveries);
    io::Core& home = deliveries.home();
    on<StartDeliveryStreamEncryptionOp>(router, home, h, &Handlers::start);
    on<StopDeliveryStreamEncryptionOp>(router, home, h, &Handlers::stop);
}

}  // namespace freshet::aws::firehose_words
