// The overloads that are resolved by their argument types alone: name, argument types, result,
// engine SQL.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "sql/trino/types.h"

namespace freshet::sql::trino {

/// `arguments`: one letter each: b boolean, i integer, l bigint, r real, d double, v varchar, x
/// varbinary, a date, p timestamp, z timestamp with time zone, I interval day to second, j json;
/// "v*" is one or more. `result`: a letter; "A" and a letter for an array; "=" for the type of the
/// first argument. `sql`: $1, $2, ... are the arguments, $* all of them with commas.
struct Function {
    std::string_view name;
    std::string_view arguments;
    std::string_view result;
    std::string_view sql;
};

std::span<const Function> functions();
/// Whether it is a scalar or a window function: one of functions(), or of forms() (forms.h).
bool is_function(std::string_view name);

Type type_of_letter(char letter);
/// "(varchar, bigint)", with "..." for more of the last one.
std::string arguments_of(const Function& function);
std::string result_of(const Function& function);

}  // namespace freshet::sql::trino
