// The analyser at work: one object a statement. Queries in analyze_query.cpp, relations in
// analyze_relation.cpp, expressions in analyze_expr.cpp, calls in analyze_call.cpp and
// analyze_aggregate.cpp, arrays, maps and lambdas in analyze_nested.cpp, dates in analyze_time.cpp.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sql/trino/analyzer.h"
#include "sql/trino/functions/registry.h"
#include "sql/trino/typed.h"

namespace freshet::sql::trino {

/// The result of a subquery, as the query around it names it.
struct SubqueryResult {
    std::string sql;
    std::vector<Field> fields;  ///< value.sql is "cK"; the caller puts its alias in front
};

struct Scope {
    std::vector<Field> fields;
    const Scope* outer = nullptr;
    // parameters in reach, innermost last
    std::vector<std::pair<std::string, Typed>> lambda = {};
};

/// WITH names in reach, innermost last; a body sees those before it.
struct WithEntry {
    const With* with;
    std::size_t visible;  ///< how many entries its body sees
};

enum class Phase {
    free,     ///< columns are values
    grouped,  ///< only group keys and aggregates are values
};

/// query() once for the whole statement, then with_clause() and take_scans() of its result; nothing
/// after an error. The tree, `tables` and `context` outlive it.
class Analysis {
  public:
    Analysis(const TableMap& tables, const Context& context)
        : tables_(tables), context_(context), database_(context.database) {}

    SyntaxResult<SubqueryResult> query(const Query& query, const Scope* outer);
    std::vector<Scan> take_scans() { return std::move(scans_); }
    /// "WITH w0 AS (...), w1 AS (...) ", or nothing: in front of the statement.
    std::string with_clause() const;

    // What the rows of the registry are carried out with.
    const std::string& database() const { return database_; }
    SyntaxResult<Typed> value(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> arithmetic(const std::string& op, Typed left, Typed right, Position at);
    SyntaxResult<Typed> comparison(const std::string& op, Typed left, Typed right, Position at);
    SyntaxResult<Typed> concatenation_of(std::vector<Typed> parts, Position at);
    SyntaxResult<Typed> conditional(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> now_call(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> reduce_call(const Expr& expr, const Scope& scope);

  private:
    // analyze_query.cpp
    SyntaxResult<SubqueryResult> body(const Body& body, const Query* tail, const Scope* outer);
    SyntaxResult<SubqueryResult> select(const Select& select, const Query* tail,
                                        const Scope* outer);
    SyntaxResult<SubqueryResult> select_from(const Select& select, const Query* tail,
                                             const std::string& from, const Scope& scope);
    SyntaxResult<> check_grouping_sets(const Select& select) const;
    SyntaxResult<SubqueryResult> values(const Body& body, const Scope* outer);
    SyntaxResult<SubqueryResult> set_operation(const Body& body, const Scope* outer);
    SyntaxResult<> merge_columns(const Body& body, std::vector<Field>& columns,
                                 const std::vector<Field>& next);
    SyntaxResult<std::string> tail_over(const Query& tail, const SubqueryResult& inner,
                                        const Scope* outer);
    SyntaxResult<std::string> limit_clause(const Query& query);
    SyntaxResult<std::int64_t> limit_value(const Expr& expr);
    SyntaxResult<std::string> group_clause(const Select& select, const Scope& scope);
    SyntaxResult<Typed> group_key(const Expr& expr, const Select& select, const Scope& scope);
    SyntaxResult<std::vector<Field>> select_fields(const Select& select, const Scope& scope);
    SyntaxResult<std::string> order_clause(const std::vector<SortItem>& items, const Scope& scope,
                                           const std::vector<Field>& outputs, bool is_distinct);
    void prune_by(const Expr& condition, const Scope& scope);
    void prune_by_terms(const Expr& condition, const Scope& scope);
    bool read_partition_filter(const Expr& expr, const Scope& scope, PartitionFilter& filter,
                               std::optional<std::size_t>& scan);
    bool read_leaf_filter(const Expr& expr, const Scope& scope, PartitionFilter& filter,
                          std::optional<std::size_t>& scan);
    // analyze_relation.cpp
    struct From {
        std::string sql;
        std::vector<Field> fields;
    };
    SyntaxResult<From> relation(const Relation& relation, const Scope* outer);
    SyntaxResult<From> relation_of(const Relation& relation, const Scope* outer);
    SyntaxResult<From> table(const Relation& relation, const Scope* outer);
    SyntaxResult<From> view(const Relation& relation, const TableInfo& info);
    SyntaxResult<From> as_stored(const Relation& relation, const TableInfo& info, From from) const;
    SyntaxResult<From> from_query(SubqueryResult inner, const std::string& name);
    SyntaxResult<From> with_query_of(const WithEntry& entry, const std::string& name);
    SyntaxResult<From> named(SubqueryResult inner, const void* key, const std::string& name);
    std::optional<From> known(const void* key, const std::string& name);
    SyntaxResult<From> join(const Relation& relation, const Scope* outer);
    SyntaxResult<From> join_unnest(const Relation& relation, From left, const Scope* outer);
    SyntaxResult<From> unnest(const Relation& relation, const Scope& scope);
    SyntaxResult<std::string> join_condition(const Relation& relation, From& left, From& right,
                                             const Scope* outer);
    SyntaxResult<> rename(const Relation& relation, From& from);
    // analyze_expr.cpp
    SyntaxResult<Typed> value_of(const Expr& expr, const Scope& scope);
    /// IS NULL, CAST, EXTRACT and the field of a row.
    SyntaxResult<Typed> of_one(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> is_distinct(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> grouping(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> boolean(const Expr& expr, const Scope& scope, std::string_view where);
    SyntaxResult<Typed> literal(const Expr& expr);
    SyntaxResult<Typed> typed_literal(const Expr& expr);
    SyntaxResult<Typed> interval_literal(const Expr& expr);
    SyntaxResult<Typed> parameter(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> column(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> field_of(const Typed& base, const std::string& name, Position at);
    SyntaxResult<Typed> unary(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> binary(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> logic(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> chain(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> fold(const std::vector<Typed>& operands, const Link* links,
                             std::size_t count);
    SyntaxResult<Typed> decimal_arithmetic(const std::string& op, const Typed& left,
                                           const Typed& right, Position at);
    SyntaxResult<Typed> time_arithmetic(const std::string& op, const Typed& left,
                                        const Typed& right, Position at);
    SyntaxResult<Typed> concatenation(const Typed& left, const Typed& right, Position at);
    SyntaxResult<Typed> in_list(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> with_query(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> between(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> like(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> case_when(const Expr& expr, const Scope& scope);
    SyntaxResult<std::string> case_text(const Expr& expr, const std::optional<Typed>& operand,
                                        const std::vector<Typed>& whens,
                                        const std::vector<Typed>& results, const Type& type);
    SyntaxResult<Typed> at_time_zone(const Expr& expr, const Scope& scope);
    SyntaxResult<std::vector<Typed>> values_of(const std::vector<ExprPtr>& list,
                                               const Scope& scope);
    // analyze_call.cpp
    SyntaxResult<Typed> call(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> scalar_call(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> lambda_argument(const Expr& lambda, const TypePattern& pattern,
                                        Bindings& bound, const Scope& scope);
    SyntaxResult<Typed> registered_call(const Expr& expr, std::vector<Typed> arguments,
                                        const std::string& tail);
    SyntaxResult<Typed> carried_out(const Expr& expr, const Chosen& chosen,
                                    std::vector<Typed> arguments, const std::string& tail);
    SyntaxResult<Typed> nullif(const Expr& expr, std::vector<Typed> values);
    // analyze_aggregate.cpp
    SyntaxResult<Typed> aggregate(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> windowed(const Expr& expr, const Scope& scope);
    SyntaxResult<std::string> over_clause(const Expr& expr, const Scope& scope);
    SyntaxResult<std::string> frame_clause(const Window& window, const Scope& scope);
    // analyze_nested.cpp
    /// A lambda of several parameters takes them each, or as the fields of one (Call::lambda).
    enum class LambdaForm { plain, packed };
    struct LambdaBody {
        std::string names;  ///< "p0, p1"
        Typed body;
    };
    SyntaxResult<LambdaBody> lambda_body(const Expr& lambda, const std::vector<Type>& parameters,
                                         const Scope& scope, LambdaForm form);
    SyntaxResult<Typed> array(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> row(const Expr& expr, const Scope& scope);
    SyntaxResult<Typed> subscript(const Expr& expr, const Scope& scope);
    // analyze_time.cpp
    SyntaxResult<Typed> part_of(const Expr& expr, const Typed& argument);

    SyntaxResult<> enter(Position at);
    /// Whether so much engine text is too much.
    SyntaxResult<> check_size(std::size_t bytes, Position at) const;
    std::string fresh(const char* prefix) { return prefix + std::to_string(next_++); }

    const TableMap& tables_;
    const Context& context_;
    std::string database_;
    std::vector<Scan> scans_;
    std::vector<WithEntry> with_;
    /// What a WITH query or a view gave at its first use, by its place in the tree or the table
    /// map.
    struct Used {
        std::size_t bytes = 0;
        std::optional<SubqueryResult> stored;  ///< sql is the name of one of common_
    };
    std::map<const void*, Used> used_;
    std::vector<std::string> common_;  ///< bodies of w0, w1, ...
    std::size_t repeated_bytes_ = 0;
    std::vector<QueryPtr> view_queries_;
    std::vector<ExprPtr> parameters_;
    int next_ = 0;
    int depth_ = 0;
    int relations_ = 0;
    Phase phase_ = Phase::free;
    std::vector<std::string> group_keys_;
    const Scope* grouped_scope_ = nullptr;
    const std::vector<std::pair<std::string, Window>>* windows_ = nullptr;
};

bool contains_aggregate(const Expr& expr);
bool contains_query(const Expr& expr);
SyntaxError mismatch_error(Position at, std::string message);

/// A date, time or timestamp moved by `months` or by `millis` (engine SQL, one of them empty). By
/// milliseconds it has at least three digits.
Typed moved(const Typed& v, const std::string& months, const std::string& millis);
/// A time or timestamp rounded to the digits of `type`.
Typed fitted(Typed v, const Type& type);

}  // namespace freshet::sql::trino
