#include "aws/services/s3/settings.h"

#include <algorithm>

#include "aws/services/s3/words.h"

namespace freshet::aws::s3_words {

std::unexpected<Fault> not_configured(const char* code, const char* message, const std::string& bucket) {
    return std::unexpected(Fault{code, message, 404, {{"BucketName", bucket}}});
}

Answer<std::string> ownership_setting(const std::string& ownership) {
    static constexpr std::string_view known[] = {"BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"};
    if (std::ranges::find(known, ownership) == std::end(known)) return malformed_xml();
    return ownership;
}

}  // namespace freshet::aws::s3_words
