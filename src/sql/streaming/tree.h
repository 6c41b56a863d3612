// The syntax tree of an application's code, as it was written. Names are as stored: upper case
// unless quoted.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "record/schema.h"
#include "sql/streaming/token.h"

namespace freshet::sql::streaming {

enum class ExprKind {
    null,
    boolean,    ///< `is_true`
    number,     ///< `text`
    text,       ///< `text`
    datetime,   ///< DATE '..', TIME '..', TIMESTAMP '..': `type`, `text`
    interval,   ///< `interval`
    column,     ///< `path`: name, or qualifier and name
    unary,      ///< `text`: "-", "+", "NOT"
    binary,     ///< `text`: the operator; AND and OR have two or more `args`
    chain,      ///< a + b - c, a * b / c: `links` between three or more `args`, from the left
    between,    ///< value, low, high; `is_negated`
    in_list,    ///< value, then the list; `is_negated`
    is_test,    ///< `text`: NULL TRUE FALSE UNKNOWN; `is_negated`
    distinct,   ///< IS [NOT] DISTINCT FROM; `is_negated`
    like,       ///< value, pattern[, escape]; `is_negated`; `text`: LIKE or SIMILAR
    case_when,  ///< when, then, when, then, ... [else]
    case_of,    ///< CASE value WHEN: value, when, then, ..., [else]
    cast,       ///< `type`
    call        ///< `text`: the function; `unit` of EXTRACT, FLOOR, CEIL
};

/// A day-time length, or a number of months.
struct IntervalValue {
    std::int64_t ms = 0;
    int months = 0;
};

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

/// An operator between two operands of a chain.
struct Link {
    std::string text;
    Position at;
};

struct Expr {
    ExprKind kind = ExprKind::null;
    Position at;
    std::string text;
    std::vector<std::string> path;
    std::vector<ExprPtr> args;
    std::vector<Link> links;
    record::Type type;
    IntervalValue interval;
    std::string unit;
    bool is_negated = false;
    bool is_true = false;
    bool is_star = false;      ///< COUNT(*)
    bool is_distinct = false;  ///< COUNT(DISTINCT x)
};

struct Select;

enum class FromKind { stream, subquery, function };

/// `FROM name`, `FROM (SELECT ...)`, `FROM TABLE(function(CURSOR(SELECT ...), ...))`.
struct From {
    FromKind kind = FromKind::stream;
    Position at;
    std::string name;  ///< of the stream or of the function
    std::string alias;
    std::vector<std::string> columns;  ///< AS alias(columns)
    std::unique_ptr<Select> query;     ///< the subquery, or the function's CURSOR
    std::vector<ExprPtr> args;         ///< of the function, after the CURSOR
};

struct Item {
    ExprPtr expr;       ///< null for `*` and `x.*`
    std::string alias;  ///< empty: the column's own name
    std::string star_of;
    Position at;
};

struct Select {
    Position at;
    std::vector<Item> items;
    From from;
    ExprPtr where;
    std::vector<ExprPtr> group_by;
    ExprPtr having;
};

struct CreateStream {
    Position at;
    std::string name;
    std::vector<record::Column> columns;
};

struct CreatePump {
    Position at;
    std::string name;
    bool is_stopped = false;
    std::string target;
    Position target_at;
    std::vector<std::string> columns;
    std::unique_ptr<Select> query;
};

/// What one application's code makes, in order.
struct Script {
    std::vector<CreateStream> streams;
    std::vector<CreatePump> pumps;
};

/// The whole text, or the first thing that is wrong with it. What the dialect has and this version
/// does not build is an error that says so.
Checked<Script> parse_script(std::string_view code);

}  // namespace freshet::sql::streaming
