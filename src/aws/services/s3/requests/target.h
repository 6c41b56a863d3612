// Which bucket and which operation a request of S3 asks for, beyond what the model's URIs say.
#pragma once
#include <string>

#include "aws/http/route.h"

namespace freshet::aws::s3_words {

/// The bucket that the host or the first part of the path names; of a request to another service,
/// what would be one.
std::string bucket_of(const io::Headers& headers, const Target& target);

/// Puts the bucket that the host names before the path.
void put_bucket_in_path(const io::Headers& headers, Target& target);

/// The operation that a header, an upload id or another query name picks among those that the model
/// gives the URI of `route`.
std::string refined_operation(const ServiceRim& s3, const std::string& method, const Route& route,
                              const io::Headers& headers, const Target& target);

}  // namespace freshet::aws::s3_words
