// The tags of objects and buckets: judged by S3's rules, kept as the query string that
// x-amz-tagging has.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "aws/fault.h"
#include "objects/types.h"

namespace freshet::aws::s3_words {

inline constexpr const char* tags_attribute = "x-amz-tagging";
inline constexpr std::size_t object_tags_max = 10;  ///< S3
inline constexpr std::size_t bucket_tags_max = 50;  ///< S3

using Tags = std::vector<std::pair<std::string, std::string>>;

Answer<void> check_tags(const Tags& tags, std::size_t count_max);
/// Of the header x-amz-tagging.
Answer<Tags> tags_of_header(const std::string& header);
std::string pack_tags(const Tags& tags);
Tags unpack_tags(const std::string& packed);
/// Empty when it has none.
Tags tags_of(const objects::Attributes& attributes);
void keep_tags(objects::Attributes& attributes, const Tags& tags);

}  // namespace freshet::aws::s3_words
