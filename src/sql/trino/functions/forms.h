// The functions of Athena's SQL as users see them: their names and forms. `freshet functions` and
// docs/sql-athena-functions.md list them; the analyser asks the same table which names exist.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::sql::trino {

enum class FunctionKind {
    scalar,
    aggregate,  ///< also a window function, but map_agg
    window,
    refused,  ///< Trino has it; its error says that it is not built
};

/// One form of a function that the analyser writes out, since its types or its engine SQL depend on
/// more than the argument types of functions.h say. T, K, V, S and R stand for any type.
struct Form {
    FunctionKind kind;
    std::string_view name;
    std::string_view arguments;
    std::string_view result;
};

std::span<const Form> forms();
bool is_aggregate(std::string_view name);

/// A function with all its forms, "(bigint) -> bigint" each, those of functions.h included.
struct ListedFunction {
    FunctionKind kind;
    std::string name;
    std::vector<std::string> forms;
};

/// Every function that is built, in order of kind and name.
std::vector<ListedFunction> listed_functions();

}  // namespace freshet::sql::trino
