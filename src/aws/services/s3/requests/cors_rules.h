// The rules that a bucket's owner gives for pages of other sites, and S3's judgement by them
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::aws::s3_words {

/// One '*' in an origin or a header matches any letters.
struct CorsRule {
    std::vector<std::string> origins, methods, headers, exposed;
    std::optional<std::int32_t> max_age_s = {};

    bool allows_origin(std::string_view origin) const;
    bool allows_method(std::string_view method) const;
    bool allows_header(std::string_view header) const;
};
using CorsRules = std::vector<CorsRule>;

/// The first of `rules` that allows the origin, the method and each of `headers`, a list with
/// commas; nullptr: none does.
const CorsRule* allowing(const CorsRules& rules, std::string_view origin, std::string_view method,
                         std::string_view headers);

}  // namespace freshet::aws::s3_words
