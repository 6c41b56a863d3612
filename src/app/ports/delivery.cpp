#include "app/ports/delivery.h"

#include "app/ports/analytics.h"
#include "aws/services/firehose/firehose.h"
#include "delivery/errors.h"
#include "record/kpl.h"

namespace freshet::app {

Result<std::vector<log::PartitionId>> DeliveryStreamSource::partitions(
    const delivery::SourceKey& stream) {
    auto found = streams_.catalog().find({stream.home, stream.name});
    if (!found) return fail(delivery::Errc::not_found, found.error().message());
    std::vector<log::PartitionId> partitions;
    // In order of index: what a parent holds comes before what its children hold.
    for (const stream::Shard& shard : (*found)->shards) {
        if (*shard.partition != 0) partitions.push_back(shard.partition);
    }
    return partitions;
}

Result<> DeliveryStreamSource::user_records(const Bytes& payload, std::vector<Bytes>& out) {
    if (stream::is_closing_record(payload)) return {};
    auto record = streams_.encryption().decode(payload);
    if (!record) return pass(record);
    Bytes whole = std::move(record->data);
    const auto users = record::deaggregate(whole.view());
    if (!users) {
        out.push_back(std::move(whole));
        return {};
    }
    for (const record::UserRecord& user : *users)
        out.push_back(whole.slice(static_cast<std::size_t>(user.data.data() - whole.data()),
                                  user.data.size()));
    return {};
}

void DeliveryStreamSource::write_failure(const delivery::DeliveryStream& stream, Timestamp time,
                                         const Error& error) {
    write_log_line(logs_, {stream.key.home, stream.destination.log_group},
                   stream.destination.log_stream, {time, aws::failure_line(stream, error)});
}

}  // namespace freshet::app
