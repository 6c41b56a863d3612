#include "aws/protocol/policy.h"

#include <simdjson.h>

#include <algorithm>

namespace freshet::aws {

std::string policy_fault(std::string_view document) {
    namespace dom = simdjson::dom;
    dom::parser parser;
    dom::element root;
    if (parser.parse(document).get(root)) return "This policy contains invalid Json";
    dom::object policy;
    if (root.get(policy)) return "Syntax errors in policy.";
    dom::element statement;
    if (policy["Statement"].get(statement)) return "Missing required field Statement";
    if (statement.is_object()) return "";
    dom::array statements;
    const bool is_good = !statement.get(statements) &&
                         std::all_of(statements.begin(), statements.end(),
                                     [](const dom::element& one) { return one.is_object(); });
    return is_good ? "" : "Syntax errors in policy.";
}

}  // namespace freshet::aws
