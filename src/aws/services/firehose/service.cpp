// Amazon Data Firehose: registers its operations and says what is special about its requests.
#include "aws/http/rim.h"
#include "aws/limits.h"
#include "aws/services/firehose/firehose.h"
#include "aws/services/firehose/words.h"

namespace freshet::aws {
namespace {

class FirehoseRim final : public ServiceRim {
  public:
    explicit FirehoseRim(delivery::Deliveries& deliveries)
        : ServiceRim(firehose::service_info()), deliveries_(deliveries) {}

    std::size_t body_bytes_max(std::string_view operation) const override {
        return operation == "PutRecordBatch" ? limits::delivery_body_bytes_max
                                             : limits::body_bytes_max;
    }
    /// Refuses an account that calls too often.
    Answer<void> admit(const OperationInfo& operation, const Caller& caller) const override {
        if (deliveries_.take_call(operation.name, caller.home())) return {};
        return refuse("ThrottlingException", "Rate exceeded");
    }

  private:
    delivery::Deliveries& deliveries_;
};

}  // namespace

void register_firehose(Router& router, delivery::Deliveries& deliveries) {
    using namespace firehose_words;
    router.add_service(std::make_unique<FirehoseRim>(deliveries));
    register_streams(router, deliveries);
    register_records(router, deliveries);
    register_tags(router, deliveries);
    register_encryption(router, deliveries);
}

}  // namespace freshet::aws
