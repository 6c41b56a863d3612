// What AWS's models demand of a request, checked once over the decoded structure, in AWS's own
// words: "2 validation errors detected: Value 'a b' at 'streamName' failed to satisfy constraint:
// ...".
#pragma once
#include <string>
#include <vector>

#include "aws/fault.h"
#include "aws/protocol/shape.h"

namespace freshet::aws {

/// The place of a value in its request, as a chain on the stack: "records.3.member.partitionKey".
struct Path {
    const Path* parent = nullptr;
    std::string_view name = {};  ///< a member's; empty for an element of a list or a map
    std::size_t index = 0;       ///< of an element, from 0
    const std::string* key = nullptr;

    std::string text() const;
};

/// The violations of one request, in the order they were found; at most ten are shown.
class Violations {
  public:
    void add(const Path& path, std::string value, std::string constraint);
    void add_missing(const Path& path);
    bool empty() const { return texts_.empty(); }
    /// The fault that answers them, with `code`; S3 says no more than that a document is malformed.
    Fault fault(const ServiceInfo& service, const char* code) const;

  private:
    std::vector<std::string> texts_, missing_;
};

/// Checks lengths, ranges, patterns and enumerations of `value` and of all inside it. Missing
/// required members are found by the decoders, since a plain member cannot show that it is missing.
void validate(const Shape& shape, const void* value, Violations& violations);

}  // namespace freshet::aws
