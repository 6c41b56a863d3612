// The root element of a REST-XML answer: S3 gives most documents a name of their own, and the model
// does not have it.
#pragma once
#include <string>
#include <string_view>

namespace freshet::aws {

/// "ListBucketResult" of ListObjectsV2; "CopyObjectResult" where nothing else is known.
std::string xml_root_of(std::string_view operation);

}  // namespace freshet::aws
