// The functions of Athena's SQL: one row each, in a file a family. From the rows come the
// analyser's choice among overloads and its errors, SHOW FUNCTIONS, `freshet functions` and
// docs/sql-athena-functions.md, and a test that runs every example.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/trino/functions/signature.h"
#include "sql/trino/parse/syntax_error.h"
#include "sql/trino/parse/tree.h"
#include "sql/trino/typed.h"

namespace freshet::sql::trino {

class Analysis;
struct Scope;

enum class FunctionKind {
    scalar,
    aggregate,  ///< also a window function, but map_agg
    window,
    refused,  ///< Trino has it; its error says that it is not built
};

/// A lambda of one parameter, or of several as the fields key, value and other of one.
struct Lambda {
    std::string name, body;
};

/// A call whose row is chosen.
struct Call {
    Analysis& analysis;
    const Expr& expr;
    /// Coerced to the row's types. Of a lambda: "lambda p0: ..." and the type of its result.
    std::vector<Typed> arguments;
    Type result;       ///< as the signature says; a rewrite may give a narrower one
    std::string tail;  ///< of an aggregate and of a window function: FILTER and OVER

    const std::string& sql(std::size_t i) const { return arguments[i].sql; }
    /// The parts of a lambda's text.
    Lambda lambda(std::size_t i) const;
    /// "DISTINCT " and " ORDER BY ..." inside an aggregate's brackets.
    std::string distinct() const { return expr.is_distinct ? "DISTINCT " : ""; }
    const std::string& order() const { return expr.unit; }
    /// An engine aggregate over `list`, with DISTINCT, ORDER BY, FILTER and OVER.
    std::string in_engine(std::string_view aggregate, const std::string& list) const {
        return std::string(aggregate) + "(" + distinct() + list + order() + ")" + tail;
    }
    /// `sql` with the type of the signature's result.
    Typed made(std::string sql) const { return Typed{std::move(sql), result}; }
};

/// What a call becomes when it is more than a text with the arguments filled in.
using Rewrite = SyntaxResult<Typed> (*)(const Call& call);
/// A form whose arguments are not all values: IF, COALESCE, TRY. It analyses them itself.
using Form = SyntaxResult<Typed> (*)(Analysis& analysis, const Expr& expr, const Scope& scope);

/// How a function is carried out. In `sql`: $1, $2, ... are the arguments, one that is needed twice
/// is computed once, not in aggregates; $* all of them with commas; $r the engine's type of the
/// result; in aggregates $d and $o are DISTINCT and ORDER BY, $f FILTER and OVER, $i IGNORE NULLS.
/// Functions "tr_..." are ours (src/duck/native), others the engine's where the meaning is the
/// same.
struct How {
    std::string_view sql;
    Rewrite rewrite = nullptr;
    Form form = nullptr;
    constexpr How(const char* text) : sql(text) {}          // NOLINT: a row reads better
    constexpr How(Rewrite function) : rewrite(function) {}  // NOLINT
    constexpr How(Form function) : form(function) {}        // NOLINT
};

/// The sentence and the example are in the first row of a name.
struct FunctionRow {
    std::string_view name;
    std::string_view signature;
    How how;
    std::string_view about = {};
    std::string_view example = {};  ///< what follows SELECT
    std::string_view gives = {};    ///< the text of its one value; "NULL"
};

struct FunctionEntry {
    FunctionKind kind;
    const FunctionRow* row;
    Signature signature;
};

/// Every row, by kind and name; overloads in the order of their table.
std::span<const FunctionEntry> functions();
/// The overloads of a name, of any kind.
std::span<const FunctionEntry> functions_named(std::string_view name);
bool is_aggregate(std::string_view name);

struct Chosen {
    const FunctionEntry* entry = nullptr;
    Bindings bound;
};
/// By Trino's rules: an exact overload, else the most specific one that coercions reach.
std::optional<Chosen> choose(std::span<const FunctionEntry> overloads,
                             const std::vector<Shape>& shapes);
/// "Function 'f' not registered", "Unexpected parameters (...) for function f. Expected: ...".
SyntaxError no_overload(const Expr& expr, const std::vector<Shape>& shapes);

/// `how.sql` with the call filled in.
std::string filled(std::string_view pattern, const Call& call);

std::span<const FunctionRow> math_functions();
std::span<const FunctionRow> text_functions();
std::span<const FunctionRow> regexp_functions();
std::span<const FunctionRow> binary_functions();
std::span<const FunctionRow> url_functions();
std::span<const FunctionRow> json_functions();
std::span<const FunctionRow> time_functions();
std::span<const FunctionRow> conditional_functions();
std::span<const FunctionRow> array_functions();
std::span<const FunctionRow> map_functions();
std::span<const FunctionRow> aggregate_functions();
std::span<const FunctionRow> window_functions();
std::span<const FunctionRow> refused_functions();

}  // namespace freshet::sql::trino
