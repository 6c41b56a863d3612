// The function that transforms records: the event that it takes and what its answer means
// (developer guide, "Data transformation"). Pure.
#pragma once
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "delivery/stages/item.h"

namespace freshet::delivery {

/// What an event says beside its records.
struct EventNames {
    std::string invocation_id, delivery_stream_arn, region;
    std::string source_arn;  ///< "" for DirectPut
};

/// Where a record of a Kinesis stream was.
struct ShardPlace {
    std::string shard_id, sequence_number;
};

/// Stable over restarts, different for each record of a delivery stream.
std::string record_id(const Item& item);

/// `places`: one an item for a Kinesis source, none for DirectPut.
Bytes transform_event(const EventNames& names, std::span<const Item> items,
                      std::span<const ShardPlace> places);

/// A failure in AWS's words, as an error object has it.
struct StageProblem {
    std::string code, message;
};

enum class TransformResult { ok, dropped, failed };
struct Transformed {
    TransformResult result = TransformResult::ok;
    Bytes data;  ///< of ok
    PartitionKeys keys;
};

/// In the order of `items`. A problem is one of the whole answer: each record must be in it once.
std::expected<std::vector<Transformed>, StageProblem> transform_answer(const Bytes& answer,
                                                                       std::span<const Item> items);

/// A line of a processing-failed object.
struct FailedLine {
    StageProblem problem;
    int attempts = 1;
    Timestamp ended;
    std::string function_arn;  ///< "" for another processor
};
void append_failed(const Item& item, const FailedLine& line, std::string& out);

}  // namespace freshet::delivery
