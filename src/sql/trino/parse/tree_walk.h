// Visits every node of a query without recursion, parents before their children: a tree may be
// higher than a stack is deep.
#pragma once
#include <functional>

#include "sql/trino/parse/tree.h"

namespace freshet::sql::trino {

struct TreeVisitor {
    std::function<void(const Expr&)> expression = {};
    std::function<void(const Relation&)> relation = {};
};

/// The height of the tree: 1 for a query without a node.
int walk(const Query& query, const TreeVisitor& visitor = {});
/// The same of one expression, its subqueries too.
int walk(const Expr& expr, const TreeVisitor& visitor = {});

/// Whether `expr` or an expression below it, not into subqueries, is what `wanted` says.
bool contains(const Expr& expr, const std::function<bool(const Expr&)>& wanted);

/// The error for a tree that is too high to be analysed, or nothing.
SyntaxResult<> check_height(const Query& query);

}  // namespace freshet::sql::trino
