// An ARN as text: arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE. For the rim (src/aws, src/app) and for
// columns that keep a resource in this form; services have ResourceName.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/resource.h"

namespace freshet {

struct Arn {
    std::string service;
    Home home;
    std::string resource;
};

/// Nothing when `text` has not six parts. The resource may hold colons.
std::optional<Arn> parse_arn(std::string_view text);
std::string arn_text(std::string_view service, const Home& home, std::string_view resource);

/// `before`: what precedes the name in the resource, "stream/".
template <class Kind>
std::string arn_text(std::string_view service, const ResourceName<Kind>& name,
                     std::string_view before) {
    return arn_text(service, name.home, std::string(before) + name.name);
}

/// The name after `before` in the resource of `text`; nothing when that has no such beginning.
template <class Kind>
std::optional<ResourceName<Kind>> name_in_arn(std::string_view text, std::string_view before) {
    std::optional<Arn> arn = parse_arn(text);
    if (!arn || !arn->resource.starts_with(before)) return std::nullopt;
    return ResourceName<Kind>{std::move(arn->home), arn->resource.substr(before.size())};
}

}  // namespace freshet
