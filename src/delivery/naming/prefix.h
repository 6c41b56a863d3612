// Firehose's prefix expressions: !{timestamp:yyyy/MM}, !{firehose:random-string},
// !{firehose:error-output-type}, !{partitionKeyFromQuery:key}, !{partitionKeyFromLambda:key}.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "base/time_zone.h"

namespace freshet::delivery {

/// What an expression may be replaced with.
struct PrefixInput {
    Timestamp instant;                             ///< arrival of the object's oldest record, UTC
    std::optional<std::string> error_output_type;  ///< in an error prefix only
    std::uint64_t seed = 0;          ///< of random strings: the same object, the same name
    const TimeZone* zone = nullptr;  ///< of the times; null: UTC
    /// Of partitionKeyFromQuery and partitionKeyFromLambda; null where there is no partitioning.
    const std::map<std::string, std::string>*from_query = nullptr, *from_lambda = nullptr;
};

/// Refuses what AWS refuses at creation: broken expressions, unknown letters, an error prefix that
/// must be there. Keys of partitions may be used when the destination `is_partitioned`, and then
/// one must be.
Result<> check_prefixes(const std::optional<std::string>& prefix,
                        const std::optional<std::string>& error_prefix,
                        bool is_partitioned = false);

/// The keys that a prefix uses: of partitionKeyFromQuery or of partitionKeyFromLambda.
std::vector<std::string> keys_used(std::string_view prefix, std::string_view space);

/// The beginning of an object's key. Without an expression "yyyy/MM/dd/HH/" follows the text.
Result<std::string> evaluate_prefix(const std::optional<std::string>& prefix,
                                    const PrefixInput& input);

/// A Java DateTimeFormatter pattern in `zone`, null: UTC. Errc::invalid_argument names a letter
/// that is not one.
Result<std::string> format_java_time(const std::string& pattern, Timestamp instant,
                                     const TimeZone* zone = nullptr);

}  // namespace freshet::delivery
