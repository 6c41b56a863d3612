// The ARNs of roles and accounts.
#include <fmt/format.h>

#include "aws/services/iam/words.h"

namespace freshet::aws::iam_words {

std::string role_arn(const identity::Role& role) {
    return fmt::format("arn:aws:iam::{}:role{}{}", role.key.account, role.path, role.key.name);
}

std::string root_arn(const std::string& account) {
    return fmt::format("arn:aws:iam::{}:root", account);
}

}  // namespace freshet::aws::iam_words
