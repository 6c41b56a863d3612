// The conditions of a request: on an object that is read or copied (RFC 9110, 13.2.2), and on one
// that is written.
#pragma once
#include <optional>
#include <string>

#include "aws/fault.h"
#include "objects/types.h"

namespace freshet::aws::s3_words {

/// The four conditions of a read, whatever headers they came in.
struct ReadConditions {
    const std::optional<std::string>& if_match;
    const std::optional<std::string>& if_none_match;
    const std::optional<Timestamp>& if_modified_since;
    const std::optional<Timestamp>& if_unmodified_since;
};

enum class Condition { holds, if_match, if_unmodified_since, if_none_match, if_modified_since };

/// The first that does not hold. If-Match goes before If-Unmodified-Since, and If-None-Match before
/// If-Modified-Since: where the ETag is asked for, the time is not.
Condition first_failed(const ReadConditions& conditions, const objects::ObjectInfo& object);
/// "If-Match" and so on.
const char* name_of(Condition condition);

/// The answer to a GET or HEAD whose condition failed: 412, or 304 with the headers that a cache
/// needs.
Fault not_as_asked(Condition condition, const objects::ObjectInfo& object);

/// 412 unless the source of a copy is as the request asks.
Answer<void> check_source(const ReadConditions& conditions, const objects::ObjectInfo& source);
template <class Input>
Answer<void> check_source(const Input& input, const objects::ObjectInfo& source) {
    return check_source(
        ReadConditions{input.copy_source_if_match, input.copy_source_if_none_match,
                       input.copy_source_if_modified_since, input.copy_source_if_unmodified_since},
        source);
}

/// If-Match and If-None-Match of a write.
Answer<objects::WriteCondition> write_condition(const std::optional<std::string>& if_match,
                                                const std::optional<std::string>& if_none_match);

}  // namespace freshet::aws::s3_words
