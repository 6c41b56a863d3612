#include "aws/services/kinesis/words.h"

#include <fmt/format.h>

#include "base/crypto/digest.h"
#include "stream/hash.h"
#include "stream/sequence.h"

namespace freshet::aws::kinesis_words {

namespace domain = stream;

Answer<domain::StreamKey> key_of(const Caller& caller, const std::optional<std::string>& name,
                                 const std::optional<std::string>& arn) {
    domain::StreamKey key{caller.home(), name.value_or("")};
    if (arn) {
        auto parsed = parse_stream_arn(*arn);
        if (!parsed || !parsed->rest.empty())
            return refuse("InvalidArgumentException",
                          fmt::format("StreamARN {} is not valid", *arn));
        if (!key.name.empty() && key.name != parsed->key.name) {
            return refuse("InvalidArgumentException",
                          fmt::format("StreamARN {} and StreamName {} name different streams", *arn,
                                      key.name));
        }
        key = std::move(parsed->key);
    }
    if (key.name.empty())
        return refuse("InvalidArgumentException", "Either StreamName or StreamARN must be given");
    return key;
}

kinesis::Shard shard_output(const domain::Shard& shard) {
    kinesis::Shard out;
    out.shard_id = domain::shard_name(shard.index);
    if (shard.parent) out.parent_shard_id = domain::shard_name(*shard.parent);
    if (shard.adjacent_parent)
        out.adjacent_parent_shard_id = domain::shard_name(*shard.adjacent_parent);
    out.hash_key_range = {domain::to_decimal(shard.first_hash),
                          domain::to_decimal(shard.last_hash)};
    out.sequence_number_range.starting_sequence_number = domain::first_sequence_number(shard);
    if (shard.closed)
        out.sequence_number_range.ending_sequence_number = domain::last_sequence_number(shard);
    return out;
}

kinesis::ChildShard child_output(const domain::Shard& shard) {
    kinesis::ChildShard out;
    out.shard_id = domain::shard_name(shard.index);
    for (const auto& parent : {shard.parent, shard.adjacent_parent}) {
        if (parent) out.parent_shards.push_back(domain::shard_name(*parent));
    }
    out.hash_key_range = {domain::to_decimal(shard.first_hash),
                          domain::to_decimal(shard.last_hash)};
    return out;
}

kinesis::Record record_output(const domain::StoredRecord& record) {
    kinesis::Record out;
    out.sequence_number = record.sequence_number;
    out.approximate_arrival_timestamp = record.arrival;
    out.data = record.data;
    out.partition_key = record.partition_key;
    if (record.is_encrypted) out.encryption_type = "KMS";
    return out;
}

Answer<std::uint32_t> shard_of(const domain::StreamKey& key, const std::string& text) {
    const auto shard = domain::parse_shard_name(text);
    if (shard) return *shard;
    return refuse("ResourceNotFoundException",
                  fmt::format("Could not find shard {} in stream {} under account {}.", text,
                              key.name, key.home.account));
}

Answer<domain::Position> position_of(const std::string& type,
                                     const std::optional<std::string>& sequence_number,
                                     const std::optional<Timestamp>& time, Timestamp now) {
    domain::Position position;
    if (type == "TRIM_HORIZON")
        position.start = domain::Start::trim_horizon;
    else if (type == "AT_TIMESTAMP")
        position.start = domain::Start::at_timestamp;
    else if (type == "AT_SEQUENCE_NUMBER")
        position.start = domain::Start::at_sequence_number;
    else if (type == "AFTER_SEQUENCE_NUMBER")
        position.start = domain::Start::after_sequence_number;
    const bool is_by_number = type.ends_with("SEQUENCE_NUMBER");
    if (is_by_number != sequence_number.has_value() && type != "AT_TIMESTAMP") {
        return refuse(
            "InvalidArgumentException",
            fmt::format("Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and "
                        "StartingSequenceNumber or (2) TRIM_HORIZON or LATEST "
                        "and no StartingSequenceNumber. Request specified {} and {} "
                        "StartingSequenceNumber.",
                        type, is_by_number ? "no" : "also a"));
    }
    if (type == "AT_TIMESTAMP" && !time) {
        return refuse("InvalidArgumentException",
                      "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. "
                      "Current request has no timestamp parameter.");
    }
    if (type == "AT_TIMESTAMP" && *time > now) {
        return refuse("InvalidArgumentException",
                      fmt::format("The timestampInMillis parameter cannot be greater than the "
                                  "currentTimestampInMillis. timestampInMillis: {}, "
                                  "currentTimestampInMillis: {}",
                                  to_epoch_ms(*time), to_epoch_ms(now)));
    }
    position.sequence_number = sequence_number.value_or("");
    position.time = time.value_or(Timestamp());
    return position;
}

bool is_creation_of(const std::optional<Timestamp>& given, const domain::Stream& stream) {
    return !given || to_epoch_ms(*given) / 1000 == to_epoch_ms(stream.created) / 1000;
}

kinesis::StreamModeDetails mode_of(const domain::Stream& stream) {
    return {stream.mode == domain::Mode::on_demand ? "ON_DEMAND" : "PROVISIONED"};
}

}  // namespace freshet::aws::kinesis_words
