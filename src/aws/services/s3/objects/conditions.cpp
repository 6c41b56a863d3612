#include "aws/services/s3/objects/conditions.h"

#include <algorithm>
#include <chrono>

#include "aws/services/s3/words.h"

namespace freshet::aws::s3_words {
namespace {

/// Whether one of `list`, "*" or ETags with or without quotes, is the object's.
bool names(const std::string& list, const std::string& etag) {
    for (std::size_t at = 0; at <= list.size();) {
        const auto comma = std::min(list.find(',', at), list.size());
        std::string_view one = std::string_view(list).substr(at, comma - at);
        while (one.starts_with(' ')) one.remove_prefix(1);
        while (one.ends_with(' ')) one.remove_suffix(1);
        if (one == "*" || unquoted(one) == etag) return true;
        at = comma + 1;
    }
    return false;
}

Fault failed_precondition(std::string condition) {
    return {"PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
            412,
            {{"Condition", std::move(condition)}}};
}

}  // namespace

Condition first_failed(const ReadConditions& conditions, const objects::ObjectInfo& object) {
    const auto modified = std::chrono::floor<std::chrono::seconds>(object.modified);
    if (conditions.if_match) {
        if (!names(*conditions.if_match, object.etag)) return Condition::if_match;
    } else if (conditions.if_unmodified_since && modified > *conditions.if_unmodified_since) {
        return Condition::if_unmodified_since;
    }
    if (conditions.if_none_match) {
        if (names(*conditions.if_none_match, object.etag)) return Condition::if_none_match;
    } else if (conditions.if_modified_since && modified <= *conditions.if_modified_since) {
        return Condition::if_modified_since;
    }
    return Condition::holds;
}

const char* name_of(Condition condition) {
    switch (condition) {
        case Condition::if_match:
            return "If-Match";
        case Condition::if_unmodified_since:
            return "If-Unmodified-Since";
        case Condition::if_none_match:
            return "If-None-Match";
        case Condition::if_modified_since:
            return "If-Modified-Since";
        case Condition::holds:
            break;
    }
    return "";
}

Fault not_as_asked(Condition condition, const objects::ObjectInfo& object) {
    if (condition == Condition::if_match || condition == Condition::if_unmodified_since) {
        return failed_precondition(name_of(condition));
    }
    Fault fault{
        "NotModified",
        "Not Modified",
        304,
        {{"ETag", quoted_tag(object.etag)}, {"Last-Modified", to_http_date(object.modified)}}};
    for (const auto& [attribute, header] :
         {std::pair{"cache-control", "Cache-Control"}, std::pair{"expires", "Expires"}}) {
        const auto found = object.attributes.find(attribute);
        if (found != object.attributes.end()) fault.fields.emplace_back(header, found->second);
    }
    return fault;
}

Answer<void> check_source(const ReadConditions& conditions, const objects::ObjectInfo& source) {
    const Condition failed = first_failed(conditions, source);
    if (failed == Condition::holds) return {};
    return std::unexpected(
        failed_precondition(std::string("x-amz-copy-source-") + name_of(failed)));
}

Answer<objects::WriteCondition> write_condition(const std::optional<std::string>& if_match,
                                                const std::optional<std::string>& if_none_match) {
    objects::WriteCondition condition;
    const bool is_unknown = (if_none_match && *if_none_match != "*") || (if_match && if_none_match);
    if (is_unknown)
        return refuse("NotImplemented",
                      "A header you provided implies functionality that is not implemented", 501);
    condition.must_be_absent = if_none_match.has_value();
    if (if_match) condition.must_match = unquoted(*if_match);
    return condition;
}

}  // namespace freshet::aws::s3_words
