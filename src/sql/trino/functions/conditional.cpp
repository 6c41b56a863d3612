// What decides by its arguments, and what the analyser knows of itself: the forms of SQL that look
// like functions.
#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/functions/registry.h"

namespace freshet::sql::trino {
namespace {

SyntaxResult<Typed> conditional(Analysis& analysis, const Expr& expr, const Scope& scope) {
    return analysis.conditional(expr, scope);
}

SyntaxResult<Typed> try_of(Analysis& analysis, const Expr& expr, const Scope& scope) {
    FRESHET_TRY(inner, analysis.value(*expr.arguments[0], scope));
    Typed made{"TRY(" + inner->sql + ")", inner->type};
    made.is_utc = inner->is_utc;
    return made;
}

SyntaxResult<Typed> current(Analysis& analysis, const Expr& expr, const Scope&) {
    return Typed{quote_text(expr.text == "current_schema" ? analysis.database() : "awsdatacatalog"),
                 varchar_type()};
}

SyntaxResult<Typed> type_name(const Call& call) {
    return Typed{quote_text(call.arguments[0].type.name()), varchar_type()};
}

/// greatest and least: NULL if one of them is.
SyntaxResult<Typed> extreme(const Call& call) {
    const Type& type = call.result;
    if (type.is(TypeKind::timestamp_tz) || type.is(TypeKind::array) || type.is(TypeKind::row))
        return std::unexpected(
            SyntaxError{call.expr.at, call.expr.text + " of " + type.name() + " is not supported",
                        ErrorCode::not_supported});
    std::vector<std::string> texts;
    for (const Typed& v : call.arguments) texts.push_back(v.sql);
    return call.made(bind_once(texts, [&](const std::vector<std::string>& names) {
        std::string any_null, list;
        for (const auto& one : names) {
            any_null += (any_null.empty() ? "" : " OR ") + one + " IS NULL";
            list += (list.empty() ? "" : ", ") + one;
        }
        return "(CASE WHEN " + any_null + " THEN NULL ELSE " + call.expr.text + "(" + list +
               ") END)";
    }));
}

constexpr FunctionRow rows[] = {
    {"if", "(boolean, T) -> T", conditional,
     "The second argument if the first is true, else the third or NULL.", "if(1 > 2, 'x', 'y')",
     "y"},
    {"if", "(boolean, T, T) -> T", conditional},
    {"coalesce", "(T, T...) -> T", conditional, "The first argument that is not NULL.",
     "coalesce(NULL, 5)", "5"},
    {"nullif", "(T, T) -> T", conditional, "NULL if both are equal, else the first.",
     "nullif(1, 1)", "NULL"},
    {"try", "(T) -> T", try_of, "NULL where the argument is an error.", "try(1 / 0)", "NULL"},
    {"greatest", "(T, T...) -> T, T:orderable", extreme,
     "The greatest of its arguments; NULL if one of them is.", "greatest(1, 3, 2)", "3"},
    {"least", "(T, T...) -> T, T:orderable", extreme,
     "The least of its arguments; NULL if one of them is.", "least('b', 'a')", "a"},
    {"typeof", "(T) -> varchar", type_name, "The name of a type.", "typeof(1.5)", "double"},
    {"current_catalog", "() -> varchar", current, "The catalog of the statement.",
     "current_catalog", "awsdatacatalog"},
    {"current_schema", "() -> varchar", current, "The database of the statement.", "current_schema",
     "default"},
    {"current_user", "() -> varchar", "'freshet'", "The user.", "current_user", "freshet"},
    {"version", "() -> varchar", "'Athena engine version 3'", "The version of the engine.",
     "version()", "Athena engine version 3"},
};

}  // namespace

std::span<const FunctionRow> conditional_functions() { return rows; }

}  // namespace freshet::sql::trino
