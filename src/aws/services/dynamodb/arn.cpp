// The ARNs of tables.
#include "base/text/arn.h"
#include "aws/services/dynamodb/words.h"

namespace freshet::aws::dynamodb {

namespace domain = tables;

domain::TableKey table_key(const Caller& caller, const std::string& name) {
    constexpr std::string_view mark = ":table/";
    const auto at = name.starts_with("arn:") ? name.find(mark) : std::string::npos;
    const std::string bare = at == std::string::npos ? name : name.substr(at + mark.size());
    return {caller.home(), bare};
}

std::string arn_of(const domain::TableKey& key) { return arn_text("dynamodb", key, "table/"); }

}  // namespace freshet::aws::dynamodb
