// The ARNs of roles and accounts.
#include "base/text/arn.h"
#include "aws/services/iam/words.h"

namespace freshet::aws::iam_words {

std::string role_arn(const identity::Role& role) {
    return arn_text("iam", {role.key.account, ""}, "role" + role.path + role.key.name);
}

std::string root_arn(const std::string& account) { return arn_text("iam", {account, ""}, "root"); }

}  // namespace freshet::aws::iam_words
