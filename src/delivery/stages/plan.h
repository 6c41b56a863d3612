// What the processors of a destination do, in their order (README.md, "Stages"): checked once, when
// the destination is given, and read from it again by each cut.
#pragma once
#include <optional>
#include <string>

#include "delivery/types.h"

namespace freshet::delivery {

/// RecordDeAggregation.
struct Splitting {
    bool is_json = true;
    std::string delimiter;  ///< when it is not
};

/// The Lambda processor.
struct Transformation {
    std::string function_arn;
    int retries = 3;  ///< after the first call
    std::size_t batch_bytes = 1 << 20;
};

struct Plan {
    bool decompresses = false;
    bool extracts_messages = false;  ///< of CloudWatch Logs
    std::optional<Splitting> splitting;
    std::optional<Transformation> transformation;
    std::string query;  ///< of MetadataExtraction: jq, "" for none
    bool is_partitioned = false;

    /// Records are delivered as they are, as one object.
    bool is_plain() const {
        return !decompresses && !splitting && !transformation && query.empty() && !is_partitioned;
    }
};

/// Errc::invalid_argument in AWS's words.
Result<Plan> plan_of(const Destination& destination);

}  // namespace freshet::delivery
