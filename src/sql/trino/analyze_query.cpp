// Queries: bodies, SELECT with grouping, set operations, ORDER BY and limits.
#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/cast.h"
#include "sql/trino/limits.h"
#include "sql/trino/parse/parser.h"
#include "sql/trino/parse/tree_walk.h"

namespace freshet::sql::trino {
namespace {

std::string column_name(std::size_t index) { return "c" + std::to_string(index); }

std::string join_texts(const std::vector<std::string>& parts, const char* between) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) text += (i > 0 ? between : "") + parts[i];
    return text;
}

bool has_aggregate(const Select& select, const Query* tail) {
    for (const auto& item : select.items) {
        if (item.expr && contains_aggregate(*item.expr)) return true;
    }
    if (select.having) return true;
    if (tail) {
        for (const auto& item : tail->order_by) {
            if (contains_aggregate(*item.expr)) return true;
        }
    }
    return false;
}

bool contains_window(const Expr& expr) {
    return contains(expr, [](const Expr& one) { return one.over != nullptr; });
}

}  // namespace

SyntaxResult<SubqueryResult> Analysis::query(const Query& query, const Scope* outer) {
    if (auto entered = enter(query.at); !entered) return pass(entered);
    const std::size_t before = with_.size();
    if (query.is_recursive && !query.with.empty()) {
        return std::unexpected(
            SyntaxError{query.at, "WITH RECURSIVE is not supported", ErrorCode::not_supported});
    }
    for (const auto& with : query.with) with_.push_back({&with, with_.size()});
    auto made = body(*query.body, &query, outer);
    with_.resize(before);
    --depth_;
    return made;
}

SyntaxResult<SubqueryResult> Analysis::body(const Body& body, const Query* tail,
                                            const Scope* outer) {
    if (body.kind == BodyKind::select) return select(body.select, tail, outer);
    SyntaxResult<SubqueryResult> inner;
    if (body.kind == BodyKind::values) inner = values(body, outer);
    if (body.kind == BodyKind::set_operation) inner = set_operation(body, outer);
    if (body.kind == BodyKind::query) inner = query(*body.query, outer);
    if (!inner || !tail || (tail->order_by.empty() && !tail->limit && !tail->offset)) return inner;
    FRESHET_TRY(text, tail_over(*tail, *inner, outer));
    inner->sql = std::move(*text);
    if (tail->limit || tail->offset) {
        for (auto& field : inner->fields) field.value.origin.reset();
    }
    return inner;
}

SyntaxResult<std::string> Analysis::tail_over(const Query& tail, const SubqueryResult& inner,
                                              const Scope* outer) {
    const std::string alias = fresh("r");
    Scope scope{inner.fields, outer};
    std::vector<Field> outputs = inner.fields;
    for (std::size_t i = 0; i < scope.fields.size(); ++i) {
        scope.fields[i].value.sql = alias + "." + column_name(i);
        outputs[i].value.sql = scope.fields[i].value.sql;
    }
    std::string sql = "SELECT * FROM (" + inner.sql + ") AS " + alias;
    FRESHET_TRY(order, order_clause(tail.order_by, scope, outputs, false));
    FRESHET_TRY(limit, limit_clause(tail));
    return sql + *order + *limit;
}

SyntaxResult<std::int64_t> Analysis::limit_value(const Expr& expr) {
    std::string text = expr.text;
    if (expr.kind == ExprKind::parameter) {
        const auto place = static_cast<std::size_t>(std::stoi(expr.text));
        if (place >= context_.parameters.size())
            return std::unexpected(SyntaxError{expr.at, "Incorrect number of parameters",
                                               ErrorCode::invalid_parameter_usage});
        text = context_.parameters[place];
    }
    std::int64_t count = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (problem != std::errc() || end != text.data() + text.size() || count < 0) {
        return std::unexpected(SyntaxError{expr.at, "Invalid row count: " + text,
                                           ErrorCode::numeric_value_out_of_range});
    }
    return count;
}

SyntaxResult<std::string> Analysis::limit_clause(const Query& query) {
    std::string sql;
    std::int64_t offset = 0;
    if (query.offset) {
        FRESHET_TRY(count, limit_value(*query.offset));
        offset = *count;
    }
    if (query.limit) {
        FRESHET_TRY(count, limit_value(*query.limit));
        sql += " LIMIT " + std::to_string(*count);
    }
    if (offset > 0) sql += " OFFSET " + std::to_string(offset);
    return sql;
}

SyntaxResult<SubqueryResult> Analysis::values(const Body& body, const Scope* outer) {
    Scope scope{{}, outer};
    std::vector<std::vector<Typed>> rows;
    std::vector<Type> types;
    for (const auto& row : body.rows) {
        FRESHET_TRY(cells, values_of(row, scope));
        if (types.empty()) {
            for (const auto& cell : *cells) types.push_back(cell.type);
        }
        if (cells->size() != types.size()) {
            return std::unexpected(mismatch_error(body.at, "Values rows have mismatched sizes"));
        }
        for (std::size_t i = 0; i < types.size(); ++i) {
            auto common = common_type(types[i], (*cells)[i].type);
            if (!common)
                return std::unexpected(
                    mismatch_error(body.at, "Values rows have mismatched types"));
            types[i] = std::move(*common);
        }
        rows.push_back(std::move(*cells));
    }
    SubqueryResult made;
    std::vector<std::string> texts;
    for (auto& row : rows) {
        std::vector<std::string> cells;
        for (std::size_t i = 0; i < row.size(); ++i) {
            std::string cell = coerce(std::move(row[i]), types[i]).sql;
            if (types[i].is(TypeKind::unknown)) cell = "CAST(NULL AS INTEGER)";
            cells.push_back(std::move(cell));
        }
        texts.push_back("(" + join_texts(cells, ", ") + ")");
    }
    std::vector<std::string> names;
    for (std::size_t i = 0; i < types.size(); ++i) {
        names.push_back(column_name(i));
        Field field;
        field.name = field.label = "_col" + std::to_string(i);
        field.value = Typed{column_name(i), types[i]};
        made.fields.push_back(std::move(field));
    }
    const std::string alias = fresh("r");
    made.sql = "SELECT * FROM (VALUES " + join_texts(texts, ", ") + ") AS " + alias + "(" +
               join_texts(names, ", ") + ")";
    return made;
}

SyntaxResult<SubqueryResult> Analysis::set_operation(const Body& body, const Scope* outer) {
    if (auto entered = enter(body.at); !entered) return pass(entered);
    if (body.parts.size() > set_parts_max) {
        return std::unexpected(SyntaxError{
            body.at, body.operation + " has more than " + std::to_string(set_parts_max) + " parts",
            ErrorCode::query_too_complex});
    }
    std::vector<SubqueryResult> inputs;
    std::size_t bytes = 0;
    for (const auto& part : body.parts) {
        FRESHET_TRY(input, this->body(*part, nullptr, outer));
        bytes += input->sql.size();
        if (auto small = check_size(bytes, part->at); !small) return pass(small);
        inputs.push_back(std::move(*input));
    }
    --depth_;
    SubqueryResult made;
    made.fields = inputs[0].fields;
    for (const auto& input : inputs) {
        if (auto merged = merge_columns(body, made.fields, input.fields); !merged)
            return pass(merged);
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::string alias = fresh("r");
        std::string side;
        for (std::size_t c = 0; c < made.fields.size(); ++c) {
            const Typed cell{alias + "." + column_name(c), inputs[i].fields[c].value.type};
            side += (c > 0 ? ", " : "") + coerce(cell, made.fields[c].value.type).sql + " AS " +
                    column_name(c);
        }
        if (i > 0) made.sql += " " + body.operation + (body.is_all ? " ALL " : " ");
        made.sql += "(SELECT " + side + " FROM (" + inputs[i].sql + ") AS " + alias + ")";
    }
    return made;
}

/// The columns of a set operation, from those of its parts so far and of the next one.
SyntaxResult<> Analysis::merge_columns(const Body& body, std::vector<Field>& columns,
                                       const std::vector<Field>& next) {
    if (columns.size() != next.size()) {
        return std::unexpected(mismatch_error(
            body.at, body.operation + " query has different number of fields: " +
                         std::to_string(columns.size()) + ", " + std::to_string(next.size())));
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
        Typed& value = columns[i].value;
        auto common = common_type(value.type, next[i].value.type);
        if (!common) {
            return std::unexpected(mismatch_error(
                body.at, "column " + std::to_string(i + 1) + " in " + body.operation +
                             " query has incompatible types: " + value.type.name() + ", " +
                             next[i].value.type.name()));
        }
        value.is_utc = value.is_utc && next[i].value.is_utc;
        if (common->is(TypeKind::timestamp_tz) && !body.is_all && !value.is_utc) {
            return std::unexpected(SyntaxError{
                body.at,
                body.operation +
                    " over a timestamp with time zone of several zones is not supported",
                ErrorCode::not_supported});
        }
        value.type = std::move(*common);
        value.origin.reset();
        value.is_constant = false;
    }
    return {};
}

SyntaxResult<std::vector<Field>> Analysis::select_fields(const Select& select, const Scope& scope) {
    std::vector<Field> outputs;
    std::size_t bytes = 0;
    for (const auto& item : select.items) {
        if (outputs.size() > columns_max)
            return std::unexpected(SyntaxError{
                item.at, "a query gives at most " + std::to_string(columns_max) + " columns",
                ErrorCode::query_too_complex});
        if (item.expr) {
            FRESHET_TRY(made, value(*item.expr, scope));
            bytes += made->sql.size();
            if (auto small = check_size(bytes, item.at); !small) return pass(small);
            Field field;
            field.label = item.alias;
            if (field.label.empty() && item.expr->kind == ExprKind::column)
                field.label = item.expr->names.back();
            if (field.label.empty() && item.expr->kind == ExprKind::field)
                field.label = item.expr->text;
            if (field.label.empty()) field.label = "_col" + std::to_string(outputs.size());
            field.name = lower_case(field.label);
            field.value = std::move(*made);
            outputs.push_back(std::move(field));
            continue;
        }
        if (!select.from)
            return std::unexpected(
                SyntaxError{item.at, "SELECT * not allowed in queries without FROM clause"});
        bool was_found = false;
        for (const auto& field : scope.fields) {
            const bool is_wanted =
                item.qualifier.empty() ||
                (field.relation == lower_case(item.qualifier.back()) &&
                 (item.qualifier.size() == 1 ||
                  field.database == lower_case(item.qualifier[item.qualifier.size() - 2])));
            if (!is_wanted) continue;
            was_found = true;
            if (field.is_hidden) continue;
            if (phase_ == Phase::grouped &&
                std::ranges::find(group_keys_, field.value.sql) == group_keys_.end()) {
                return std::unexpected(SyntaxError{
                    item.at,
                    "'" + field.name +
                        "' must be an aggregate expression or appear in GROUP BY clause",
                    ErrorCode::expression_not_aggregate});
            }
            if (field.value.origin)
                scans_[field.value.origin->scan].used[field.value.origin->column] = true;
            outputs.push_back(field);
            if (outputs.size() > columns_max) break;
        }
        if (!was_found)
            return std::unexpected(SyntaxError{
                item.at,
                "Table '" + (item.qualifier.empty() ? "" : item.qualifier.back()) + "' not found",
                ErrorCode::table_not_found});
    }
    return outputs;
}

SyntaxResult<Typed> Analysis::group_key(const Expr& expr, const Select& select,
                                        const Scope& scope) {
    const Expr* key = &expr;
    if (expr.kind == ExprKind::integer_literal) {
        const int ordinal = expr.text.size() > 6 ? 0 : std::stoi(expr.text);
        if (ordinal < 1 || static_cast<std::size_t>(ordinal) > select.items.size() ||
            !select.items[static_cast<std::size_t>(ordinal) - 1].expr) {
            return std::unexpected(
                SyntaxError{expr.at, "GROUP BY position " + expr.text + " is not in select list",
                            ErrorCode::invalid_column_reference});
        }
        key = select.items[static_cast<std::size_t>(ordinal) - 1].expr.get();
    }
    if (contains_aggregate(*key)) {
        return std::unexpected(SyntaxError{
            expr.at,
            "GROUP BY clause cannot contain aggregations, window functions or grouping operations",
            ErrorCode::expression_not_scalar});
    }
    FRESHET_TRY(made, value(*key, scope));
    if (made->type.is(TypeKind::timestamp_tz) && !made->is_utc) {
        return std::unexpected(SyntaxError{
            expr.at, "GROUP BY a timestamp with time zone of several zones is not supported",
            ErrorCode::not_supported});
    }
    if (made->is_constant) made->sql = "(SELECT " + made->sql + ")";
    return made;
}

SyntaxResult<> Analysis::check_grouping_sets(const Select& select) const {
    std::size_t sets = 1;
    for (const auto& element : select.group_by) {
        const std::size_t size = element.sets.size();
        const std::size_t more = element.kind == "CUBE"
                                     ? std::size_t{1} << std::min<std::size_t>(size, 32)
                                 : element.kind == "ROLLUP"        ? size + 1
                                 : element.kind == "GROUPING SETS" ? size
                                                                   : 1;
        sets *= std::max<std::size_t>(more, 1);
        if (sets <= grouping_sets_max) continue;
        return std::unexpected(SyntaxError{
            select.items[0].at,
            "GROUP BY has more than " + std::to_string(grouping_sets_max) + " grouping sets",
            ErrorCode::too_many_grouping_sets});
    }
    return {};
}

SyntaxResult<std::string> Analysis::group_clause(const Select& select, const Scope& scope) {
    if (auto few = check_grouping_sets(select); !few) return pass(few);
    std::vector<std::string> elements;
    for (const auto& element : select.group_by) {
        std::vector<std::string> sets;
        for (const auto& set : element.sets) {
            std::vector<std::string> keys;
            for (const auto& expr : set) {
                FRESHET_TRY(key, group_key(*expr, select, scope));
                const bool is_constant = key->is_constant;
                if (!is_constant) group_keys_.push_back(key->sql);
                if (!is_constant || !element.kind.empty()) keys.push_back(std::move(key->sql));
            }
            if (element.kind.empty() && keys.empty()) continue;
            sets.push_back(element.kind.empty() ? join_texts(keys, ", ")
                                                : "(" + join_texts(keys, ", ") + ")");
        }
        if (sets.empty() && element.kind.empty()) continue;
        elements.push_back(
            element.kind.empty() ? sets[0] : element.kind + " (" + join_texts(sets, ", ") + ")");
    }
    if (elements.empty())
        return std::string(select.is_grouped && !select.group_by.empty() ? " GROUP BY ()" : "");
    return " GROUP BY " + join_texts(elements, ", ");
}

SyntaxResult<SubqueryResult> Analysis::select(const Select& select, const Query* tail,
                                              const Scope* outer) {
    From from;
    if (select.from) {
        FRESHET_TRY(read, relation(*select.from, outer));
        from = std::move(*read);
    }
    const Scope scope{from.fields, outer};
    // What the surrounding SELECT was doing is put back at the end.
    const Phase phase_before = std::exchange(phase_, Phase::free);
    auto keys_before = std::exchange(group_keys_, {});
    const Scope* scope_before = std::exchange(grouped_scope_, nullptr);
    const auto* windows_before = std::exchange(windows_, &select.windows);

    auto made = select_from(select, tail, from.sql, scope);
    phase_ = phase_before;
    group_keys_ = std::move(keys_before);
    grouped_scope_ = scope_before;
    windows_ = windows_before;
    return made;
}

/// With the phase set up by select().
SyntaxResult<SubqueryResult> Analysis::select_from(const Select& select, const Query* tail,
                                                   const std::string& from, const Scope& scope) {
    std::string where;
    if (select.where) {
        if (contains_aggregate(*select.where)) {
            return std::unexpected(SyntaxError{
                select.where->at,
                "WHERE clause cannot contain aggregations, window functions or grouping operations",
                ErrorCode::expression_not_scalar});
        }
        FRESHET_TRY(condition, boolean(*select.where, scope, "WHERE clause"));
        where = " WHERE " + condition->sql;
        prune_by(*select.where, scope);
    }
    const bool is_grouped = select.is_grouped || has_aggregate(select, tail);
    std::string group;
    if (is_grouped) {
        FRESHET_TRY(clause, group_clause(select, scope));
        group = std::move(*clause);
        phase_ = Phase::grouped;
        grouped_scope_ = &scope;
    }
    FRESHET_TRY(outputs, select_fields(select, scope));
    std::string having;
    if (select.having) {
        FRESHET_TRY(condition, boolean(*select.having, scope, "HAVING clause"));
        having = " HAVING " + condition->sql;
    }
    std::string order;
    if (tail) {
        FRESHET_TRY(clause, order_clause(tail->order_by, scope, *outputs, select.is_distinct));
        FRESHET_TRY(limit, limit_clause(*tail));
        order = *clause + *limit;
    }
    SubqueryResult made;
    made.sql = select.is_distinct ? "SELECT DISTINCT " : "SELECT ";
    const bool is_cut = tail && (tail->limit || tail->offset);
    const bool has_windows = std::ranges::any_of(select.items, [](const SelectItem& item) {
        return item.expr && contains_window(*item.expr);
    });
    for (std::size_t i = 0; i < outputs->size(); ++i) {
        Field& field = (*outputs)[i];
        if (select.is_distinct && field.value.type.is(TypeKind::timestamp_tz) &&
            !field.value.is_utc) {
            return std::unexpected(SyntaxError{
                select.items[0].at,
                "DISTINCT over a timestamp with time zone of several zones is not supported",
                ErrorCode::not_supported});
        }
        made.sql += (i > 0 ? ", " : "") + field.value.sql + " AS " + column_name(i);
        field.value.sql = column_name(i);
        field.value.is_constant = false;
        field.value.text.reset();
        field.relation.clear();
        field.database.clear();
        const bool has_key = !is_grouped || select.group_by.size() > 0;
        bool has_plain_keys = true;
        for (const auto& element : select.group_by)
            has_plain_keys = has_plain_keys && element.kind.empty();
        if (is_cut || !has_key || !has_plain_keys || has_windows) field.value.origin.reset();
    }
    made.sql += (from.empty() ? "" : " FROM " + from) + where + group + having + order;
    made.fields = std::move(*outputs);
    return made;
}

SyntaxResult<std::string> Analysis::order_clause(const std::vector<SortItem>& items,
                                                 const Scope& scope,
                                                 const std::vector<Field>& outputs,
                                                 bool is_distinct) {
    std::vector<std::string> texts;
    std::optional<Scope> with_outputs;
    for (const auto& item : items) {
        Typed key;
        std::optional<std::size_t> output;
        // Only a query's own ORDER BY has positions: elsewhere a number is a constant.
        if (item.expr->kind == ExprKind::integer_literal && !outputs.empty()) {
            const int ordinal = item.expr->text.size() > 6 ? 0 : std::stoi(item.expr->text);
            if (ordinal < 1 || static_cast<std::size_t>(ordinal) > outputs.size()) {
                return std::unexpected(
                    SyntaxError{item.expr->at,
                                "ORDER BY position " + item.expr->text + " is not in select list",
                                ErrorCode::invalid_column_reference});
            }
            output = static_cast<std::size_t>(ordinal) - 1;
        } else if (item.expr->kind == ExprKind::column && item.expr->names.size() == 1) {
            const std::string name = lower_case(item.expr->names[0]);
            for (std::size_t i = 0; i < outputs.size(); ++i) {
                if (outputs[i].name != name) continue;
                if (output && outputs[*output].value.sql != outputs[i].value.sql) {
                    return std::unexpected(SyntaxError{item.expr->at,
                                                       "Column '" + name + "' is ambiguous",
                                                       ErrorCode::ambiguous_name});
                }
                if (!output) output = i;
            }
        }
        if (output) {
            key = outputs[*output].value;
        } else {
            // Inside an expression, an output's alias means its value.
            if (!with_outputs) {
                with_outputs = scope;
                for (const auto& field : outputs) {
                    const bool is_known = std::ranges::any_of(
                        scope.fields, [&](const Field& other) { return other.name == field.name; });
                    if (!is_known) with_outputs->lambda.emplace_back(field.name, field.value);
                }
            }
            FRESHET_TRY(made, value(*item.expr, *with_outputs));
            key = std::move(*made);
            for (std::size_t i = 0; i < outputs.size() && !output; ++i) {
                if (outputs[i].value.sql == key.sql) output = i;
            }
            if (is_distinct && !output) {
                return std::unexpected(SyntaxError{
                    item.expr->at,
                    "For SELECT DISTINCT, ORDER BY expressions must appear in select list",
                    ErrorCode::expression_not_in_distinct});
            }
        }
        if (!is_orderable(key.type)) {
            return std::unexpected(mismatch_error(
                item.expr->at, "Type " + key.type.name() +
                                   " is not orderable, and therefore cannot be used in ORDER BY"));
        }
        std::string text = key.type.is(TypeKind::timestamp_tz) && !is_distinct
                               ? "tr_instant(" + key.sql + ")"
                           : output                              ? std::to_string(*output + 1)
                           : key.is_constant && !outputs.empty() ? "(SELECT " + key.sql + ")"
                                                                 : key.sql;
        texts.push_back(text + (item.is_descending ? " DESC" : " ASC") +
                        (item.puts_nulls_first ? " NULLS FIRST" : " NULLS LAST"));
    }
    return texts.empty() ? std::string() : " ORDER BY " + join_texts(texts, ", ");
}

}  // namespace freshet::sql::trino
