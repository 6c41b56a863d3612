// What passes through the stages of a delivery stream (README.md, "Stages").
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "log/log.h"

namespace freshet::delivery {

/// Where a record came from: the same after a restart.
struct RecordPlace {
    log::PartitionId partition;
    log::Ordinal ordinal = 0;
    std::size_t sub = 0;  ///< of the records in one record of the log
};

/// By key, in order of keys.
using PartitionKeys = std::map<std::string, std::string>;

/// One record on its way.
struct Item {
    Bytes data;    ///< as the stages before made it
    Bytes source;  ///< as the source had it: what goes to the error output
    Timestamp arrival;
    RecordPlace origin;
    Bytes partition_key = {};  ///< of a Kinesis stream
    PartitionKeys from_query = {}, from_lambda = {};
};

/// What a stage refused, by error output type: the bytes of an error object.
using Failures = std::map<std::string, std::string>;

struct Flow {
    std::vector<Item> items;
    Failures failures;
};

}  // namespace freshet::delivery
