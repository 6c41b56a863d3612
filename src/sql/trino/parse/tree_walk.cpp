#include "sql/trino/parse/tree_walk.h"

#include <algorithm>
#include <variant>

#include "sql/trino/limits.h"

namespace freshet::sql::trino {
namespace {

struct Node {
    std::variant<const Expr*, const Query*, const Body*, const Relation*> what;
    int depth;
};

/// Calls `each` with the pointers to what is below `expr`, but for its subquery.
template <class Each>
void for_children(const Expr& expr, const Each& each) {
    const auto of_sort = [&](const std::vector<SortItem>& items) {
        for (const auto& item : items) each(item.expr);
    };
    for (const auto& argument : expr.arguments) each(argument);
    each(expr.filter);
    of_sort(expr.order_by);
    if (!expr.over) return;
    for (const auto& key : expr.over->partition_by) each(key);
    of_sort(expr.over->order_by);
    each(expr.over->from.value);
    each(expr.over->to.value);
}

class Walk {
  public:
    explicit Walk(const TreeVisitor& visitor) : visitor_(visitor) {}

    int run(Node first) {
        left_.push_back(first);
        int height = 0;
        while (!left_.empty()) {
            const Node node = left_.back();
            left_.pop_back();
            height = std::max(height, node.depth);
            depth_ = node.depth + 1;
            std::visit([this](const auto* what) { open(*what); }, node.what);
        }
        return height;
    }

  private:
    template <class Pointer>
    void add(const Pointer& child) {
        if (child) left_.push_back({&*child, depth_});
    }
    void add(const std::vector<ExprPtr>& list) {
        for (const auto& expr : list) add(expr);
    }
    void add(const std::vector<SortItem>& items) {
        for (const auto& item : items) add(item.expr);
    }
    void add(const Window& window) {
        add(window.partition_by);
        add(window.order_by);
        add(window.from.value);
        add(window.to.value);
    }
    void open(const Expr& expr) {
        if (visitor_.expression) visitor_.expression(expr);
        for_children(expr, [this](const ExprPtr& child) { add(child); });
        add(expr.query);
    }
    void open(const Query& query) {
        for (const auto& with : query.with) add(with.query);
        add(query.body);
        add(query.order_by);
        add(query.limit);
        add(query.offset);
    }
    void open(const Body& body) {
        for (const auto& row : body.rows) add(row);
        for (const auto& part : body.parts) add(part);
        add(body.query);
        const Select& select = body.select;
        for (const auto& item : select.items) add(item.expr);
        add(select.from);
        add(select.where);
        for (const auto& element : select.group_by) {
            for (const auto& set : element.sets) add(set);
        }
        add(select.having);
        for (const auto& [name, window] : select.windows) add(window);
    }
    void open(const Relation& relation) {
        if (visitor_.relation) visitor_.relation(relation);
        add(relation.query);
        add(relation.unnest);
        add(relation.left);
        add(relation.right);
        add(relation.on);
    }

    const TreeVisitor& visitor_;
    std::vector<Node> left_;
    int depth_ = 0;
};

/// Takes a chain apart from the top, so that no destructor goes down along it.
template <class T>
void dismantle(std::vector<std::unique_ptr<T>> left,
               std::vector<std::unique_ptr<T>> T::* children) {
    while (!left.empty()) {
        const std::unique_ptr<T> one = std::move(left.back());
        left.pop_back();
        if (!one) continue;
        for (auto& child : (*one).*children) left.push_back(std::move(child));
        ((*one).*children).clear();
    }
}

}  // namespace

Expr::~Expr() { dismantle(std::move(arguments), &Expr::arguments); }
Body::~Body() { dismantle(std::move(parts), &Body::parts); }

Relation::~Relation() {
    RelationPtr rest = std::move(left);
    while (rest) rest = std::move(rest->left);
}

int walk(const Query& query, const TreeVisitor& visitor) { return Walk(visitor).run({&query, 1}); }

int walk(const Expr& expr, const TreeVisitor& visitor) { return Walk(visitor).run({&expr, 1}); }

bool contains(const Expr& expr, const std::function<bool(const Expr&)>& wanted) {
    std::vector<const Expr*> left{&expr};
    while (!left.empty()) {
        const Expr& one = *left.back();
        left.pop_back();
        if (wanted(one)) return true;
        for_children(one, [&](const ExprPtr& child) {
            if (child) left.push_back(child.get());
        });
    }
    return false;
}

SyntaxResult<> check_height(const Query& query) {
    if (walk(query) <= tree_height_max) return {};
    return std::unexpected(SyntaxError{query.at, "statement is too deeply nested"});
}

}  // namespace freshet::sql::trino
