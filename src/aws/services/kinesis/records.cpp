// Records in and out.
#include <fmt/format.h>

#include <algorithm>

#include "aws/services/kinesis/words.h"
#include "stream/hash.h"
#include "stream/limits.h"
#include "stream/sequence.h"

namespace freshet::aws::kinesis_words {
namespace {

using namespace kinesis;
namespace domain = stream;

class Handlers {
  public:
    explicit Handlers(domain::Streams& streams) : streams_(streams) {}

    io::Task<Answer<PutRecordOutput>> put_record(Caller caller, PutRecordInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        auto entry = entry_of(std::move(input.partition_key), input.explicit_hash_key,
                              std::move(input.data));
        if (!entry) co_return pass(entry);
        if (input.sequence_number_for_ordering) {
            const auto after = domain::parse_any_version(*input.sequence_number_for_ordering);
            if (!after || from_epoch_ms(after->arrival_s * 1000) > streams_.home().now()) {
                co_return refuse(
                    "InvalidArgumentException",
                    fmt::format("ExclusiveMinimumSequenceNumber {} used in PutRecord on stream {} "
                                "under account {} is invalid.",
                                *input.sequence_number_for_ordering, key->name, key->home.account));
            }
        }
        std::vector<domain::PutEntry> entries;
        entries.push_back(std::move(*entry));
        const std::string stream_name = key->name, account = key->home.account;
        auto placed = co_await streams_.records().put(std::move(*key), std::move(entries),
                                                      domain::PutCall::record);
        if (!placed) co_return refuse(placed.error());
        if (placed->front().is_throttled)
            co_return refuse("ProvisionedThroughputExceededException",
                             rate_exceeded(*placed, stream_name, account));
        PutRecordOutput out;
        if (placed->front().is_encrypted) out.encryption_type = "KMS";
        out.shard_id = domain::shard_name(placed->front().shard);
        out.sequence_number = std::move(placed->front().sequence_number);
        co_return out;
    }

    io::Task<Answer<PutRecordsOutput>> put_records(Caller caller, PutRecordsInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        std::vector<domain::PutEntry> entries;
        entries.reserve(input.records.size());
        std::size_t bytes = 0;
        for (auto& record : input.records) {
            bytes += record.data.size() + record.partition_key.size();
            auto entry = entry_of(std::move(record.partition_key), record.explicit_hash_key,
                                  std::move(record.data));
            if (!entry) co_return pass(entry);
            entries.push_back(std::move(*entry));
        }
        if (bytes > domain::limits::put_records_bytes_max) {
            co_return refuse("InvalidArgumentException",
                             fmt::format("Records size exceeds {} MB limit",
                                         domain::limits::put_records_bytes_max >> 20));
        }
        const std::size_t count = entries.size();
        const std::string stream_name = key->name, account = key->home.account;
        auto placed = co_await streams_.records().put(std::move(*key), std::move(entries));
        PutRecordsOutput out;
        out.failed_record_count = 0;
        if (!placed) {
            const Fault fault = to_fault(placed.error());
            const bool is_throttled = fault.code == "ProvisionedThroughputExceededException";
            if (!is_throttled && fault.code != "InternalFailure") co_return std::unexpected(fault);
            out.failed_record_count = static_cast<std::int32_t>(count);
            out.records.resize(count);
            for (auto& record : out.records) {
                record.error_code = fault.code;
                record.error_message = is_throttled ? fault.message : "Internal Service Failure.";
            }
            co_return out;
        }
        out.records.reserve(count);
        for (auto& at : *placed) {
            auto& record = out.records.emplace_back();
            if (at.is_throttled) {
                record.error_code = "ProvisionedThroughputExceededException";
                record.error_message = rate_exceeded({at}, stream_name, account);
                ++*out.failed_record_count;
                continue;
            }
            if (at.is_encrypted) out.encryption_type = "KMS";
            record.shard_id = domain::shard_name(at.shard);
            record.sequence_number = std::move(at.sequence_number);
        }
        co_return out;
    }

    io::Task<Answer<GetShardIteratorOutput>> iterator(Caller caller, GetShardIteratorInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        auto shard = shard_of(*key, input.shard_id);
        if (!shard) co_return pass(shard);
        auto position = position_of(input.shard_iterator_type, input.starting_sequence_number,
                                    input.timestamp, streams_.home().now());
        if (!position) co_return pass(position);
        auto made =
            co_await streams_.records().iterator(std::move(*key), *shard, std::move(*position));
        if (!made) co_return refuse(made.error());
        co_return GetShardIteratorOutput{std::move(*made)};
    }

    io::Task<Answer<GetRecordsOutput>> get_records(Caller caller, GetRecordsInput input) {
        std::optional<domain::StreamKey> of;
        if (input.stream_arn) {
            auto key = key_of(caller, std::nullopt, input.stream_arn);
            if (!key) co_return pass(key);
            of = std::move(*key);
        }
        const auto limit = static_cast<std::size_t>(
            input.limit.value_or(static_cast<int>(domain::limits::get_records_max)));
        auto read =
            co_await streams_.records().read(std::move(input.shard_iterator), limit, std::move(of));
        if (!read) co_return refuse(read.error());
        GetRecordsOutput out;
        out.records.reserve(read->records.size());
        for (const auto& record : read->records) out.records.push_back(record_output(record));
        out.next_shard_iterator = std::move(read->next_iterator);
        if (!read->children.empty()) {
            out.child_shards.emplace();
            for (const domain::Shard& child : read->children)
                out.child_shards->push_back(child_output(child));
        }
        out.millis_behind_latest = read->behind_latest.count();
        co_return out;
    }

  private:
    static std::string rate_exceeded(const std::vector<domain::Placed>& placed,
                                     const std::string& stream, const std::string& account) {
        return fmt::format("Rate exceeded for shard {} in stream {} under account {}.",
                           domain::shard_name(placed.front().shard), stream, account);
    }

    static Answer<domain::PutEntry> entry_of(std::string partition_key,
                                             const std::optional<std::string>& explicit_hash,
                                             Bytes data) {
        domain::PutEntry entry{std::move(partition_key), std::nullopt, std::move(data)};
        if (explicit_hash) {
            entry.explicit_hash = domain::parse_hash_key(*explicit_hash);
            if (!entry.explicit_hash) {
                return refuse("InvalidArgumentException",
                              fmt::format("Invalid ExplicitHashKey. ExplicitHashKey must be in the "
                                          "range: [0, 2^128-1]. Specified value was {}",
                                          *explicit_hash));
            }
        }
        return entry;
    }

    domain::Streams& streams_;
};

}  // namespace

void register_records(Router& router, stream::Streams& streams) {
    auto handlers = std::make_shared<Handlers>(streams);
    on<PutRecordOp>(router, streams.home(), handlers, &Handlers::put_record);
    on<PutRecordsOp>(router, streams.home(), handlers, &Handlers::put_records);
    on<GetShardIteratorOp>(router, streams.home(), handlers, &Handlers::iterator);
    on<GetRecordsOp>(router, streams.home(), handlers, &Handlers::get_records);
}

}  // namespace freshet::aws::kinesis_words
