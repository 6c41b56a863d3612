// The ARNs of tables.
#include <fmt/format.h>

#include "aws/services/dynamodb/words.h"

namespace freshet::aws::dynamodb {

namespace domain = tables;

domain::TableKey table_key(const Caller& caller, const std::string& name) {
    constexpr std::string_view mark = ":table/";
    const auto at = name.starts_with("arn:") ? name.find(mark) : std::string::npos;
    const std::string bare = at == std::string::npos ? name : name.substr(at + mark.size());
    return {caller.home(), bare};
}

std::string arn_of(const domain::TableKey& key) {
    return fmt::format("arn:aws:dynamodb:{}:{}:table/{}", key.home.region, key.home.account,
                       key.name);
}

}  // namespace freshet::aws::dynamodb
