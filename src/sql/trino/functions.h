// The functions that are told apart by their signatures alone: name, argument types, result, engine
// SQL.
#pragma once
#include <span>
#include <string_view>

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
/// Whether any form of it is built: one of functions(), or one that the analyser writes out.
bool is_function(std::string_view name);

}  // namespace freshet::sql::trino
