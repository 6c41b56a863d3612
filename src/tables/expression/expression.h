// The expression language: conditions, filters, key conditions, updates, projections. Each parser
// answers a tree (condition.h, update.h, path.h) or Errc::invalid in DynamoDB's words.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "tables/expression/condition.h"
#include "tables/expression/update.h"

namespace freshet::tables {

/// What stands for #names and :values in the expressions of one request.
class Substitutes {
  public:
    std::map<std::string, std::string> names;
    std::map<std::string, Value> values;

    /// nullptr for one that is not defined; marks the others used.
    const std::string* name(const std::string& key);
    const Value* value(const std::string& key);
    /// Names and values that no expression used are refused.
    Result<> all_used() const;

  private:
    std::set<std::string> used_;
};

/// `what`: the parameter's name, for messages: "ConditionExpression", "FilterExpression".
Result<Condition> parse_condition(std::string_view what, const std::string& text,
                                  Substitutes& substitutes);
Result<Update> parse_update(const std::string& text, Substitutes& substitutes);
Result<std::vector<Path>> parse_projection(const std::string& text, Substitutes& substitutes);

bool is_reserved(std::string_view word);

}  // namespace freshet::tables
