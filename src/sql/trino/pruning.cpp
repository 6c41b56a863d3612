// Which partitions a filter can leave out: taken from WHERE on the way, judged before any file is
// opened.
#include <algorithm>
#include <charconv>

#include "sql/trino/analysis.h"

namespace freshet::sql::trino {
namespace {

using Kind = PartitionFilter::Kind;

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return value;
}

/// nullopt: not known.
std::optional<int> compare(const std::string& left, const std::string& right, bool as_number) {
    if (!as_number) return left < right ? -1 : left > right ? 1 : 0;
    const auto a = whole_number(left), b = whole_number(right);
    if (!a || !b) return std::nullopt;
    return *a < *b ? -1 : *a > *b ? 1 : 0;
}

bool holds(const std::string& op, int order) {
    if (op == "=") return order == 0;
    if (op == "<>") return order != 0;
    if (op == "<") return order < 0;
    if (op == "<=") return order <= 0;
    if (op == ">") return order > 0;
    return order >= 0;
}

std::string mirrored(const std::string& op) {
    if (op == "<") return ">";
    if (op == "<=") return ">=";
    if (op == ">") return "<";
    if (op == ">=") return "<=";
    return op;
}

/// The text of a literal that compares with `type` as text or as a whole number.
std::optional<std::string> literal_for(const Expr& expr, const Type& type) {
    if (type.is_integer() && expr.kind == ExprKind::integer_literal) return expr.text;
    if (type.is(TypeKind::varchar) && expr.kind == ExprKind::string_literal) return expr.text;
    return std::nullopt;
}

}  // namespace

bool may_match(const PartitionFilter& filter,
               const std::vector<std::optional<std::string>>& values) {
    const auto match = [&](const PartitionFilter& part) { return may_match(part, values); };
    switch (filter.kind) {
        case Kind::unknown:
            return true;
        case Kind::all:
            return std::ranges::all_of(filter.parts, match);
        case Kind::any:
            return std::ranges::any_of(filter.parts, match);
        case Kind::is_null:
            return !values[filter.column].has_value();
        case Kind::compare:
        case Kind::in:
            break;
    }
    const auto& value = values[filter.column];
    if (!value) return false;
    for (const auto& other : filter.values) {
        const auto order = compare(*value, other, filter.as_number);
        if (!order || holds(filter.kind == Kind::in ? "=" : filter.op, *order)) return true;
    }
    return false;
}

void Analysis::prune_by(const Expr& condition, const Scope& scope) {
    // a column of an outer query is not a filter on its table
    prune_by_terms(condition, Scope{scope.fields});
}

void Analysis::prune_by_terms(const Expr& condition, const Scope& scope) {
    if (condition.kind == ExprKind::binary && condition.text == "and") {
        for (const auto& term : condition.arguments) prune_by_terms(*term, scope);
        return;
    }
    PartitionFilter filter;
    std::optional<std::size_t> scan;
    if (read_partition_filter(condition, scope, filter, scan) && scan)
        scans_[*scan].filters.push_back(std::move(filter));
}

bool Analysis::read_partition_filter(const Expr& expr, const Scope& scope, PartitionFilter& filter,
                                     std::optional<std::size_t>& scan) {
    if (expr.kind == ExprKind::binary && (expr.text == "and" || expr.text == "or")) {
        filter.kind = expr.text == "and" ? Kind::all : Kind::any;
        for (const auto& term : expr.arguments) {
            if (!read_partition_filter(*term, scope, filter.parts.emplace_back(), scan))
                return false;
        }
        return true;
    }
    return read_leaf_filter(expr, scope, filter, scan);
}

bool Analysis::read_leaf_filter(const Expr& expr, const Scope& scope, PartitionFilter& filter,
                                std::optional<std::size_t>& scan) {
    const bool is_known =
        expr.kind == ExprKind::in_list || expr.kind == ExprKind::between ||
        expr.kind == ExprKind::is_null ||
        (expr.kind == ExprKind::binary &&
         std::string_view("= <> < <= > >=").find(expr.text) != std::string_view::npos);
    if (!is_known || expr.is_negated) return false;
    const bool is_flipped =
        expr.kind == ExprKind::binary && expr.arguments[0]->kind != ExprKind::column;
    const Expr& name = *expr.arguments[is_flipped ? 1 : 0];
    if (name.kind != ExprKind::column) return false;
    const auto resolved = column(name, scope);
    if (!resolved || !resolved->origin) return false;
    const Origin origin = *resolved->origin;
    const TableInfo& info = tables_.at(scans_[origin.scan].table);
    if (origin.column >= info.columns.size()) return false;  // path_column
    const TableColumn& key = info.columns[origin.column];
    if (!key.is_partition_key || (scan && *scan != origin.scan) || !(resolved->type == key.type))
        return false;
    scan = origin.scan;
    filter.column = origin.column;
    filter.as_number = key.type.is_integer();
    if (expr.kind == ExprKind::is_null) {
        filter.kind = Kind::is_null;
        return true;
    }
    std::vector<std::string> literals;
    for (std::size_t i = 0; i < expr.arguments.size(); ++i) {
        if (i == (is_flipped ? 1U : 0U)) continue;
        auto text = literal_for(*expr.arguments[i], key.type);
        if (!text) return false;
        literals.push_back(std::move(*text));
    }
    if (expr.kind == ExprKind::between) {
        PartitionFilter low = filter, high = filter;
        low.kind = high.kind = Kind::compare;
        low.op = ">=";
        low.values = {literals[0]};
        high.op = "<=";
        high.values = {literals[1]};
        filter.kind = Kind::all;
        filter.parts = {std::move(low), std::move(high)};
        return true;
    }
    filter.kind = expr.kind == ExprKind::in_list ? Kind::in : Kind::compare;
    filter.op = is_flipped ? mirrored(expr.text) : expr.text;
    filter.values = std::move(literals);
    return true;
}

}  // namespace freshet::sql::trino
