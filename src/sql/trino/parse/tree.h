// The syntax tree of a Trino statement. Owned from the top; every node knows where it began.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/trino/parse/syntax_error.h"
#include "sql/trino/types.h"

namespace freshet::sql::trino {

struct Expr;
struct Query;
struct Relation;
using ExprPtr = std::unique_ptr<Expr>;
using QueryPtr = std::unique_ptr<Query>;
using RelationPtr = std::unique_ptr<Relation>;

enum class ExprKind {
    null_literal,
    boolean_literal,  ///< text "true" or "false"
    integer_literal,
    decimal_literal,  ///< 1.2: a DOUBLE in Athena
    double_literal,
    string_literal,
    binary_literal,    ///< text: hexadecimal digits
    typed_literal,     ///< DATE '...': `type`, text
    interval_literal,  ///< text; unit, unit_to; is_negated
    parameter,         ///< ?
    column,            ///< names: a, t.a, db.t.a, or a field of a row
    star,              ///< inside count(*)
    call,              ///< text: the function in lower case; arguments
    unary,             ///< text: "-", "+", "not"
    // text: + - * / % || = <> < <= > >=; `and` and `or` have two or more arguments
    binary,
    // a + b - c, a || b || c, a * b / c: `links` between three or more arguments
    chain,
    between,
    in_list,
    in_query,
    exists,
    like,
    is_null,
    is_distinct,  ///< is_negated
    case_when,    ///< [operand if `is_simple`], when, then, ..., [else if `has_else`]
    cast,         ///< to `type`; `is_safe` for TRY_CAST
    extract,      ///< text: the field
    array,
    row,
    subscript,
    field,   ///< (expr).text
    lambda,  ///< names -> arguments[0]
    at_time_zone,
    scalar_query,
    quantified,  ///< x op ALL|ANY (query): text op, unit "all" or "any"
    grouping
};

struct SortItem {
    ExprPtr expr;
    bool is_descending = false;
    bool puts_nulls_first = false;
};

struct Window {
    std::string base;  ///< OVER w
    std::vector<ExprPtr> partition_by;
    std::vector<SortItem> order_by;
    std::string unit;  ///< "ROWS", "RANGE", "GROUPS", or "" without a frame
    struct Bound {
        std::string kind;  ///< "UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", ...
        ExprPtr value;
    };
    Bound from, to;
};

/// An operator between two arguments of a chain.
struct Link {
    std::string text;
    Position at;
};

struct Expr {
    Expr() = default;
    Expr(const Expr&) = delete;
    Expr& operator=(const Expr&) = delete;
    ~Expr();  ///< not along a chain of arguments, which may be longer than the stack is deep
    ExprKind kind = ExprKind::null_literal;
    Position at;
    std::string text;
    std::string unit, unit_to;
    std::vector<std::string> names;
    std::vector<ExprPtr> arguments;
    std::vector<Link> links;
    Type type;
    bool is_negated = false;
    bool is_distinct = false;
    bool is_safe = false;
    bool is_simple = false;
    bool has_else = false;
    bool ignores_nulls = false;
    QueryPtr query;
    ExprPtr filter;
    std::vector<SortItem> order_by;  ///< inside an aggregate
    std::unique_ptr<Window> over;
};

struct SelectItem {
    ExprPtr expr;  ///< nullptr for a star
    std::string alias;
    std::vector<std::string> qualifier;  ///< of `t.*`
    Position at;
};

enum class JoinKind { cross, inner, left, right, full };
enum class RelationKind { table, query, unnest, join };

struct Relation {
    Relation() = default;
    Relation(const Relation&) = delete;
    Relation& operator=(const Relation&) = delete;
    ~Relation();  ///< not along a chain of joins
    RelationKind kind = RelationKind::table;
    Position at;
    std::vector<std::string> names;  ///< of a table
    std::string alias;
    std::vector<std::string> column_aliases;
    QueryPtr query;
    bool is_lateral = false;
    std::vector<ExprPtr> unnest;
    bool has_ordinality = false;
    JoinKind join = JoinKind::cross;
    RelationPtr left, right;
    ExprPtr on;
    std::vector<std::string> using_columns;
};

struct GroupingElement {
    std::string kind;                        ///< "", "ROLLUP", "CUBE", "GROUPING SETS"
    std::vector<std::vector<ExprPtr>> sets;  ///< one set of one for a plain expression
};

struct Select {
    bool is_distinct = false;
    std::vector<SelectItem> items;
    RelationPtr from;
    ExprPtr where;
    std::vector<GroupingElement> group_by;
    bool is_grouped = false;
    ExprPtr having;
    std::vector<std::pair<std::string, Window>> windows;
};

enum class BodyKind { select, values, set_operation, query };

struct Body {
    Body() = default;
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;
    ~Body();  ///< not along a chain of set operations
    BodyKind kind = BodyKind::select;
    Position at;
    Select select;
    std::vector<std::vector<ExprPtr>> rows;  ///< VALUES
    std::string operation;                   ///< "UNION", "INTERSECT", "EXCEPT"
    bool is_all = false;
    std::vector<std::unique_ptr<Body>> parts;  ///< of a set operation: two or more, from the left
    QueryPtr query;
};

struct With {
    std::string name;
    std::vector<std::string> columns;
    QueryPtr query;
    Position at;
};

struct Query {
    Position at;
    std::vector<With> with;
    bool is_recursive = false;
    std::unique_ptr<Body> body;
    std::vector<SortItem> order_by;
    ExprPtr limit;  ///< a literal or parameter; nullptr for none or ALL
    ExprPtr offset;
};

enum class StatementKind {
    select,
    create_view,
    drop_view,
    drop_table,
    drop_database,
    create_database,
    create_table,
    add_partitions,
    drop_partitions,
    add_columns,
    repair_table,
    show_databases,
    show_tables,
    show_columns,
    show_partitions,
    show_create_table,
    show_views,
    show_create_view,
    show_properties,
    show_functions,
    describe,
    optimize
};

struct ColumnDefinition {
    std::string name;
    std::string type;  ///< Hive's
    std::string comment;
};

struct PartitionSpec {
    std::vector<std::pair<std::string, std::string>> values;
    std::string location;
};

using PropertyList = std::vector<std::pair<std::string, std::string>>;

/// CREATE EXTERNAL TABLE.
struct TableDefinition {
    bool is_external = false;
    std::vector<ColumnDefinition> columns;
    std::vector<ColumnDefinition> partition_keys;
    std::string comment;
    std::string serde;  ///< the class, when ROW FORMAT SERDE names one
    PropertyList serde_properties;
    bool is_delimited = false;
    std::string stored_as;  ///< "PARQUET", "TEXTFILE"; "" when not said
    std::string input_format, output_format;
    std::string location;
    PropertyList properties;
};

struct Statement {
    StatementKind kind = StatementKind::select;
    Position at;
    std::vector<std::string> names;  ///< of the table, view or database: [database,] name
    bool has_if_exists = false;
    bool has_if_not_exists = false;
    bool replaces = false;
    bool cascades = false;
    bool is_detailed = false;  ///< DESCRIBE FORMATTED or EXTENDED
    std::string pattern;       ///< SHOW ... LIKE
    std::string comment, location;
    PropertyList properties;
    QueryPtr query;
    std::string query_text;         ///< of a view
    std::string where;              ///< of OPTIMIZE, as written
    bool converts = false;          ///< OPTIMIZE ... USING PARQUET
    std::vector<std::string> into;  ///< of it: [database,] name of the table that takes the Parquet
    TableDefinition table;
    std::vector<PartitionSpec> partitions;
};

}  // namespace freshet::sql::trino
