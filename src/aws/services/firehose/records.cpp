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
        auto first = co_await deliveries_.put(key_of(caller, input.delivery_stream_name),
                                              std::move(records), PutVerb::record);
        if (!first) co_return refuse(first.error());
        PutRecordOutput out;
        out.record_id = fmt::format("{:056}", *first);
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
        auto first = co_await deliveries_.put(key_of(caller, input.delivery_stream_name),
                                              std::move(records), PutVerb::batch);
        if (!first) co_return refuse(first.error());
        PutRecordBatchOutput out;
        out.failed_put_count = 0;
        out.encrypted = is_sealing(caller, input.delivery_stream_name);
        for (std::size_t i = 0; i < count; ++i)
            out.request_responses.emplace_back().record_id = fmt::format("{:056}", *first + i);
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
