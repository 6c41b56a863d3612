// Which relations a query names: what has to be loaded from the catalog before it can be analysed.
#include <set>

#include "sql/trino/analyzer.h"
#include "sql/trino/parse/tree_walk.h"

namespace freshet::sql::trino {

std::vector<std::string> referenced_tables(const Query& query, const std::string& database) {
    std::set<std::string> names;
    TreeVisitor visitor;
    visitor.relation = [&](const Relation& relation) {
        if (relation.kind != RelationKind::table) return;
        const auto& parts = relation.names;
        names.insert(lower_case(parts.size() > 1 ? parts[parts.size() - 2] : database) + "." +
                     lower_case(parts.back()));
    };
    walk(query, visitor);
    return {names.begin(), names.end()};
}

}  // namespace freshet::sql::trino
