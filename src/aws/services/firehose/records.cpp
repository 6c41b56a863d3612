// Records in.
#include <fmt/format.h>

#include "aws/services/firehose/words.h"
#include "delivery/limits.h"

namespace freshet::aws::firehose_words {
namespace {

using namespace firehose;
namespace domain = delivery;
using PutVerb = domain::Deliveries::PutVerb;

class Handlers {
  public:
    explicit Handlers(domain::Deliveries& deliveries) : deliveries_(deliveries) {}

    io::Task<Answer<PutRecordOutput>> put(Caller caller, PutRecordInput input) {
        std::vector<Bytes> records;
        records.push_back(std::move(input.record.data));
        auto put = co_await deliveries_.put(key_of(caller, input.delivery_stream_name),
                                            std::move(records), PutVerb::record);
        if (!put) co_return refuse(put.error());
        PutRecordOutput out;
        out.record_id = fmt::format("{:056}", put->first);
        out.encrypted = is_sealing(caller, input.delivery_stream_name);
        co_return out;
    }

    io::Task<Answer<PutRecordBatchOutput>> put_batch(Caller caller, PutRecordBatchInput input) {
        std::vector<Bytes> records;
        std::size_t bytes = 0;
        for (Record& record : input.records) {
            bytes += record.data.size();
            records.push_back(std::move(record.data));
        }
        if (bytes > domain::limits::batch_bytes_max)
            co_return refuse("InvalidArgumentException", "Records size exceeds 4 MB limit");
        const std::size_t count = records.size();
        auto put = co_await deliveries_.put(key_of(caller, input.delivery_stream_name),
                                            std::move(records), PutVerb::batch);
        // A request of which nothing is taken is answered record by record, too.
        if (!put && put.error().is(domain::Errc::throttled)) put = domain::Deliveries::Put{};
        if (!put) co_return refuse(put.error());
        PutRecordBatchOutput out;
        out.failed_put_count = static_cast<std::int32_t>(count - put->taken);
        out.encrypted = is_sealing(caller, input.delivery_stream_name);
        for (std::size_t i = 0; i < count; ++i) {
            PutRecordBatchResponseEntry& entry = out.request_responses.emplace_back();
            if (i < put->taken) {
                entry.record_id = fmt::format("{:056}", put->first + i);
            } else {
                entry.error_code = "ServiceUnavailableException";
                entry.error_message = domain::throttled_words;
            }
        }
        co_return out;
    }

  private:
    bool is_sealing(const Caller& caller, const std::string& name) const {
        const auto found = deliveries_.find(key_of(caller, name));
        return found && (*found)->is_sealing();
    }
    domain::Deliveries& deliveries_;
};

}  // namespace

void register_records(Router& router, delivery::Deliveries& deliveries) {
    auto h = std::make_shared<Handlers>(deliveries);
    io::Core& home = deliveries.home();
    on<PutRecordOp>(router, home, h, &Handlers::put);
    on<PutRecordBatchOp>(router, home, h, &Handlers::put_batch);
}

}  // namespace freshet::aws::firehose_words
