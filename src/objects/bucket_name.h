// Names that S3 lets a bucket have.
#pragma once
#include <string_view>

namespace freshet::objects {

bool is_bucket_name(std::string_view name);

}  // namespace freshet::objects
