// What the files of the Kinesis rim share: faults in Kinesis's words, ARNs, shards and status.
#pragma once
#include <memory>
#include <string>

#include "aws/errors.h"
#include "aws/model/kinesis.h"
#include "aws/protocol/shape.h"
#include "aws/router.h"
#include "stream/stream.h"

namespace freshet::aws::kinesis_words {

using aws::refuse;
Fault to_fault(const Error& error);
std::unexpected<Fault> refuse(const Error& error);

std::string arn_of(const stream::StreamKey& key);
/// The stream that `arn` names, and what follows its name: "" or "/consumer/NAME:EPOCH".
struct StreamArn {
    stream::StreamKey key;
    std::string rest;
};
std::optional<StreamArn> parse_stream_arn(const std::string& arn);
Answer<stream::StreamKey> key_of(const Caller& caller, const std::optional<std::string>& name,
                                 const std::optional<std::string>& arn);

/// The stream that a request names, by name, by ARN, or both alike.
template <class Input>
Answer<stream::StreamKey> key_of(const Caller& caller, const Input& input) {
    return key_of(caller, input.stream_name, input.stream_arn);
}

kinesis::Shard shard_output(const stream::Shard& shard);
kinesis::ChildShard child_output(const stream::Shard& shard);
kinesis::Record record_output(const stream::StoredRecord& record);
kinesis::StreamModeDetails mode_of(const stream::Stream& stream);

/// "shardId-000000000003" as a number; the stream is named in the refusal.
Answer<std::uint32_t> shard_of(const stream::StreamKey& key, const std::string& text);
/// A place to read from, of GetShardIterator or SubscribeToShard.
Answer<stream::Position> position_of(const std::string& type,
                                     const std::optional<std::string>& sequence_number,
                                     const std::optional<Timestamp>& time, Timestamp now);

struct ConsumerName {
    stream::StreamKey key;
    std::string name;
};
std::string consumer_arn(const stream::StreamKey& key, const stream::Consumer& consumer);
std::optional<ConsumerName> parse_consumer_arn(const std::string& arn);

/// Whether `given` is absent or the time at which the stream was made: streams of one name differ
/// by it.
bool is_creation_of(const std::optional<Timestamp>& given, const stream::Stream& stream);

void register_streams(Router& router, stream::Streams& streams);
void register_shards(Router& router, stream::Streams& streams);
void register_records(Router& router, stream::Streams& streams);
void register_consumers(Router& router, stream::Streams& streams);
void register_tags(Router& router, stream::Streams& streams);
void register_settings(Router& router, stream::Streams& streams);

}  // namespace freshet::aws::kinesis_words
