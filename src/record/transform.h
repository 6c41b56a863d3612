// The event that the preprocessing function of an application takes, and its answer (developer
// guide, "Lambda preprocessing event input data model").
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"

namespace freshet::record {

struct TransformRecord {
    std::string id;  ///< the sequence number
    std::string shard_id, partition_key;
    Timestamp arrival;
    Bytes data;
};

Bytes transform_event(std::string_view invocation_id, std::string_view application_arn,
                      std::string_view stream_arn, const std::vector<TransformRecord>& records);

enum class TransformResult { ok, dropped, failed };

struct Transformed {
    TransformResult result = TransformResult::ok;
    Bytes data;
};

/// The answer, in the order of `records`. Errc::invalid names what is missing or wrong: an id that
/// is not there, or there twice, a result that is none, data that is not base64.
Result<std::vector<Transformed>> transform_answer(const Bytes& answer,
                                                  const std::vector<TransformRecord>& records);

}  // namespace freshet::record
