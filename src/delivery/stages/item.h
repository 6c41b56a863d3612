// What passes through the stages of a delivery stream (README.md, "Stages").
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "delivery/metrics/meter.h"
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

/// Partition keys that many records share, so that a million records do not hold a million maps.
/// Equal keys are one pointer while the interner lives. One thread.
using SharedKeys = std::shared_ptr<const PartitionKeys>;
class KeyInterner {
  public:
    SharedKeys intern(PartitionKeys keys);

  private:
    std::unordered_map<std::string, SharedKeys> known_;
};

/// One record on its way.
struct Item {
    Bytes data;    ///< as the stages before made it
    Bytes source;  ///< as the source had it: what goes to the error output
    Timestamp arrival;
    RecordPlace origin;
    Bytes partition_key = {};                      ///< of a Kinesis stream
    SharedKeys from_query = {}, from_lambda = {};  ///< null: none
};

/// What a stage refused, by error output type: the bytes of an error object.
using Failures = std::map<std::string, std::string>;

struct Flow {
    std::vector<Item> items;
    Failures failures;
    std::vector<Measurement> measured;  ///< by the stages
};

}  // namespace freshet::delivery
