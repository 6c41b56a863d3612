#include "sql/trino/bind_once.h"

namespace freshet::sql::trino {
namespace {

/// A column, a literal, a cast of one of them. Longer ones are bound.
constexpr std::size_t repeated_text_max = 48;

}  // namespace

bool is_volatile(std::string_view sql) {
    return sql.contains("random(") || sql.contains("uuid(") || sql.contains("shuffle(");
}

bool may_repeat(const std::string& sql) {
    return sql.size() <= repeated_text_max && !is_volatile(sql) && !sql.contains("SELECT") &&
           !sql.contains("lambda");
}

std::string bind_once(const std::vector<std::string>& operands,
                      const std::function<std::string(const std::vector<std::string>&)>& body) {
    std::vector<std::size_t> bound;
    for (std::size_t i = 0; i < operands.size(); ++i) {
        if (!may_repeat(operands[i])) bound.push_back(i);
    }
    if (bound.empty()) return body(operands);
    std::vector<std::string> names = operands;
    std::string values;
    if (bound.size() == 1) {
        names[bound[0]] = "once";
        values = operands[bound[0]];
    } else {
        for (std::size_t i = 0; i < bound.size(); ++i) {
            const std::string field = "a" + std::to_string(i);
            names[bound[i]] = "once." + field;
            values += (i == 0 ? "struct_pack(" : ", ") + field + " := " + operands[bound[i]];
        }
        values += ")";
    }
    return "list_extract(list_transform([" + values + "], lambda once: " + body(names) + "), 1)";
}

}  // namespace freshet::sql::trino
