// Firehose's prefix expressions: !{timestamp:yyyy/MM}, !{firehose:random-string},
// !{firehose:error-output-type}.
#pragma once
#include <functional>
#include <optional>
#include <string>

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
};

/// Refuses what AWS refuses at creation: broken expressions, unknown letters, an error prefix that
/// must be there.
Result<> check_prefixes(const std::optional<std::string>& prefix,
                        const std::optional<std::string>& error_prefix);

/// The beginning of an object's key. Without an expression "yyyy/MM/dd/HH/" follows the text.
Result<std::string> evaluate_prefix(const std::optional<std::string>& prefix,
                                    const PrefixInput& input);

/// A Java DateTimeFormatter pattern in `zone`, null: UTC. Errc::invalid_argument names a letter
/// that is not one.
Result<std::string> format_java_time(const std::string& pattern, Timestamp instant,
                                     const TimeZone* zone = nullptr);

}  // namespace freshet::delivery
