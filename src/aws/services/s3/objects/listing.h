// What S3's lists have in common: pages, encoding, owners and common prefixes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aws/fault.h"
#include "aws/model/s3.h"

namespace freshet::aws::s3_words {

inline constexpr std::int32_t page_max = 1000;  ///< S3: of one page of keys, uploads or parts

/// How many of a list are wanted: all of a page without the member; fewer than none is refused.
Answer<std::size_t> page_size(const std::optional<std::int32_t>& asked, const char* argument);
/// "url" alone.
Answer<void> check_encoding(const std::optional<std::string>& encoding);
s3::Owner owner_of(const std::string& account);
/// Nothing when there are none.
std::optional<std::vector<s3::CommonPrefix>> prefixes_of(
    const std::vector<std::string>& prefixes, const std::optional<std::string>& encoding);

}  // namespace freshet::aws::s3_words
