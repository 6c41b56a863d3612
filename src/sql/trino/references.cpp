// Which relations a query names: what has to be loaded from the catalog before it can be analysed.
#include <set>

#include "sql/trino/analysis.h"

namespace freshet::sql::trino {
namespace {

class Collector {
  public:
    explicit Collector(const std::string& database) : database_(lower_case(database)) {}

    void query(const Query& query) {
        for (const auto& with : query.with) this->query(*with.query);
        body(*query.body);
        for (const auto& item : query.order_by) expression(*item.expr);
    }
    std::vector<std::string> names() const { return {names_.begin(), names_.end()}; }

  private:
    void body(const Body& body) {
        if (body.left) this->body(*body.left);
        if (body.right) this->body(*body.right);
        if (body.query) query(*body.query);
        for (const auto& row : body.rows) {
            for (const auto& cell : row) expression(*cell);
        }
        const Select& select = body.select;
        for (const auto& item : select.items) {
            if (item.expr) expression(*item.expr);
        }
        if (select.from) relation(*select.from);
        if (select.where) expression(*select.where);
        if (select.having) expression(*select.having);
        for (const auto& element : select.group_by) {
            for (const auto& set : element.sets) {
                for (const auto& expr : set) expression(*expr);
            }
        }
    }
    void relation(const Relation& relation) {
        if (relation.kind == RelationKind::table) {
            const auto& parts = relation.names;
            names_.insert((parts.size() > 1 ? lower_case(parts[parts.size() - 2]) : database_) + "." + lower_case(parts.back()));
        }
        if (relation.query) query(*relation.query);
        if (relation.left) this->relation(*relation.left);
        if (relation.right) this->relation(*relation.right);
        if (relation.on) expression(*relation.on);
        for (const auto& expr : relation.unnest) expression(*expr);
    }
    void expression(const Expr& expr) {
        if (expr.query) query(*expr.query);
        for_each_child(expr, [this](const Expr& child) { expression(child); });
    }

    std::string database_;
    std::set<std::string> names_;
};

}  // namespace

std::vector<std::string> referenced_tables(const Query& query, const std::string& database) {
    Collector collector(database);
    collector.query(query);
    return collector.names();
}

}  // namespace freshet::sql::trino
