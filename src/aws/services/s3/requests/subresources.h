// What a request of S3 asks for beside the operation that its method and URI name: a sub-resource
// ("?acl") or a condition that the operation does not know. Both are refused, since the plain verb
// alone would delete or replace what the client wanted to keep.
#pragma once
#include <string>

#include "aws/fault.h"
#include "aws/protocol/rest.h"
#include "aws/protocol/shape.h"
#include "io/http/http.h"

namespace freshet::aws::s3_words {

/// 405 MethodNotAllowed for a sub-resource that `operation` does not have, 400 InvalidArgument for
/// a list-type that S3 does not have; 501 NotImplemented for a condition of a write that it does
/// not judge. Query names that S3 does not know are ignored.
Answer<void> refuse_beyond_operation(const OperationInfo& operation, const std::string& method,
                                     const Target& target, const io::Headers& headers);

}  // namespace freshet::aws::s3_words
