// The root element of a REST-XML answer: S3 gives most documents a name of their own, and the model
// does not have it.
#pragma once
#include <string>
#include <string_view>

namespace freshet::aws::s3_words {

/// "ListBucketResult" of ListObjectsV2; "" where the one member of the answer is the root;
/// "CopyObjectResult" where nothing else is known.
std::string root_of(std::string_view operation);

}  // namespace freshet::aws::s3_words
