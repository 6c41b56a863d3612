// The ARNs that tables name.
#include "base/text/arn.h"
#include "aws/services/glue/words.h"

namespace freshet::aws::glue_words {

std::string root_arn(const Caller& caller) {
    return arn_text("iam", {caller.account(), ""}, "root");
}

}  // namespace freshet::aws::glue_words
