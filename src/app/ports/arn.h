// An ARN taken apart: arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace freshet::app {

struct Arn {
    std::string service, region, account, resource;
};

/// Nothing when `text` has not six parts. The resource may hold colons.
std::optional<Arn> parse_arn(std::string_view text);

}  // namespace freshet::app
