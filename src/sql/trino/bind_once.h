// Writes an engine expression that needs an operand in several places with the operand written
// once: its text stays linear in how deeply such expressions are nested, and what is
// volatile is evaluated once.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::sql::trino {

/// `body` is given a text for each operand: the operand itself when it is short, else the name it
/// is bound to by `list_extract(list_transform([operand], lambda once: body), 1)`. What else the
/// body names must not hold a subquery: the engine takes none in a lambda.
std::string bind_once(const std::vector<std::string>& operands,
                      const std::function<std::string(const std::vector<std::string>&)>& body);

/// Whether the engine gives another value each time.
bool is_volatile(std::string_view sql);
/// Whether `sql` may be written wherever it is needed.
bool may_repeat(const std::string& sql);

}  // namespace freshet::sql::trino
