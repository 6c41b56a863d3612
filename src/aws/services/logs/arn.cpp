// The ARNs of log groups.
#include "base/text/arn.h"
#include "aws/services/logs/words.h"

namespace freshet::aws::logs_words {

std::string group_name(const std::optional<std::string>& name,
                       const std::optional<std::string>& identifier) {
    if (name) return *name;
    const std::string text = identifier.value_or("");
    constexpr std::string_view mark = ":log-group:";
    const std::size_t at = text.find(mark);
    if (at == std::string::npos) return text;
    const std::string rest = text.substr(at + mark.size());
    return rest.substr(0, rest.find(':'));
}

std::string arn_of(const Caller& caller, const std::string& group) {
    return arn_text("logs", caller.home(), "log-group:" + group);
}

}  // namespace freshet::aws::logs_words
