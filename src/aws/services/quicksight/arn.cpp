// The ARNs of data sources, data sets and dashboards; the account that a request's path names.
#include "base/text/arn.h"
#include "aws/services/quicksight/words.h"

namespace freshet::aws::quicksight_words {

std::string arn_of(const char* kind, const dashboards::Key& key) {
    return arn_text("quicksight", key, std::string(kind) + "/");
}

Answer<std::string> id_of(const char* kind, const Caller& caller, const std::string& arn) {
    const std::string head = arn_of(kind, {caller.home(), ""});
    if (!arn.starts_with(head) || arn.size() == head.size())
        return invalid(fmt::format("{} is no ARN of a {} of this account and region.", arn, kind));
    return arn.substr(head.size());
}

Answer<dashboards::Key> key_of(const Caller& caller, const std::string& account, std::string id) {
    if (account != caller.account())
        return refuse(
            "AccessDeniedException",
            fmt::format("The caller is of account {}, not of {}.", caller.account(), account));
    return dashboards::Key{caller.home(), std::move(id)};
}

}  // namespace freshet::aws::quicksight_words
