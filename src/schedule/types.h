// The words of the schedule service.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/resource.h"
#include "base/time.h"

namespace freshet::schedule {

struct Rule;
using RuleKey = ResourceName<Rule>;

/// "<name>" in the template is what the path finds in the event.
struct Transformer {
    std::map<std::string, std::string> paths;
    std::string text;
};

struct Target {
    std::string id, arn, role_arn;
    std::optional<std::string> input, input_path;
    std::optional<Transformer> transformer;
};

struct Rule {
    std::int64_t id = 0;
    RuleKey key;
    std::string expression, description, role_arn;
    bool is_enabled = true;
    std::optional<Timestamp> due;  ///< the next tick; nothing when there is none
    std::vector<Target> targets;
};

/// What became of a rule's calls since the server started.
struct Figures {
    std::uint64_t calls = 0, failures = 0;
    std::string trouble;  ///< why the last one failed; "" when it went well
};

}  // namespace freshet::schedule
