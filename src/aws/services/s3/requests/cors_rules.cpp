#include "aws/services/s3/requests/cors_rules.h"

#include <algorithm>

#include "base/text/ascii.h"

namespace freshet::aws::s3_words {
namespace {

bool fits(std::string_view pattern, std::string_view text) {
    const auto star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == text;
    const std::string_view before = pattern.substr(0, star), after = pattern.substr(star + 1);
    return text.size() >= before.size() + after.size() && text.starts_with(before) &&
           text.ends_with(after);
}

}  // namespace

bool CorsRule::allows_origin(std::string_view origin) const {
    return std::ranges::any_of(origins, [&](const std::string& one) { return fits(one, origin); });
}

bool CorsRule::allows_method(std::string_view method) const {
    return std::ranges::any_of(methods, [&](const std::string& one) { return one == method; });
}

bool CorsRule::allows_header(std::string_view header) const {
    return std::ranges::any_of(
        headers, [&](const std::string& one) { return fits(lower(one), lower(header)); });
}

const CorsRule* allowing(const CorsRules& rules, std::string_view origin, std::string_view method,
                         std::string_view headers) {
    const auto allows_headers = [&](const CorsRule& rule) {
        for (std::string_view left = headers; !left.empty();) {
            const auto comma = left.find(',');
            std::string_view one = left.substr(0, comma);
            left = comma == std::string_view::npos ? std::string_view() : left.substr(comma + 1);
            while (one.starts_with(' ')) one.remove_prefix(1);
            while (one.ends_with(' ')) one.remove_suffix(1);
            if (!one.empty() && !rule.allows_header(one)) return false;
        }
        return true;
    };
    const auto found = std::ranges::find_if(rules, [&](const CorsRule& rule) {
        return rule.allows_origin(origin) && rule.allows_method(method) && allows_headers(rule);
    });
    return found == rules.end() ? nullptr : &*found;
}

}  // namespace freshet::aws::s3_words
