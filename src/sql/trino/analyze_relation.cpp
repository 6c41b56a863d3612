// FROM: tables, views, subqueries, joins and UNNEST.
#include <algorithm>

#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/cast.h"
#include "sql/trino/limits.h"
#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {
namespace {

/// The nullable side of an outer join: a filter above it must not prune below it.
void make_nullable(std::vector<Field>& fields) {
    for (auto& field : fields) field.value.origin.reset();
}

/// The rows of lists that are unnested beside each other, the longest of them to its end.
class UnnestedLists {
  public:
    UnnestedLists(std::vector<std::string> lists, bool has_ordinality, std::string alias)
        : lists_(std::move(lists)), alias_(std::move(alias)), has_ordinality_(has_ordinality) {
        // Their lengths name them again: long ones are bound, and one list of rows is unnested.
        as_rows_ = has_ordinality && !std::ranges::all_of(lists_, may_repeat);
    }
    std::string columns() const {
        if (as_rows_) return "unnest(" + bind_once(lists_, rows_of) + ") AS u0";
        std::string sql;
        for (std::size_t i = 0; i < lists_.size(); ++i)
            sql += (i > 0 ? ", unnest(" : "unnest(") + lists_[i] + ") AS u" + std::to_string(i);
        return has_ordinality_
                   ? sql + ", unnest(" + ordinals(lists_) + ") AS u" + std::to_string(lists_.size())
                   : sql;
    }
    std::string element(std::size_t i) const {
        return as_rows_ ? "struct_extract(" + alias_ + ".u0, 'e" + std::to_string(i) + "')"
                        : alias_ + ".u" + std::to_string(i);
    }
    std::string ordinal() const {
        return as_rows_ ? "struct_extract(" + alias_ + ".u0, 'n')" : element(lists_.size());
    }

  private:
    static std::string ordinals(const std::vector<std::string>& lists) {
        std::string longest;
        for (const auto& list : lists) longest += ", coalesce(len(" + list + "), 0)";
        return "range(1, 1 + greatest(0" + longest + "))";
    }
    static std::string rows_of(const std::vector<std::string>& lists) {
        std::string row = "struct_pack(n := e0";
        for (std::size_t i = 0; i < lists.size(); ++i)
            row += ", e" + std::to_string(i) + " := list_extract(" + lists[i] + ", e0)";
        return "list_transform(" + ordinals(lists) + ", lambda e0: " + row + "))";
    }
    std::vector<std::string> lists_;
    std::string alias_;
    bool has_ordinality_, as_rows_ = false;
};

SyntaxError stale(const Relation& relation, const TableInfo& info, const std::string& why) {
    return SyntaxError{relation.at,
                       "View 'awsdatacatalog." + info.database + "." + info.name +
                           "' is stale or in invalid state: " + why,
                       ErrorCode::view_is_stale};
}

}  // namespace

SyntaxResult<Analysis::From> Analysis::relation(const Relation& relation, const Scope* outer) {
    if (auto entered = enter(relation.at); !entered) return pass(entered);
    auto made = relation_of(relation, outer);
    --depth_;
    return made;
}

SyntaxResult<Analysis::From> Analysis::relation_of(const Relation& relation, const Scope* outer) {
    SyntaxResult<From> made;
    if (relation.kind == RelationKind::join) {
        made = join(relation, outer);
        if (made && !relation.alias.empty()) {
            if (auto renamed = rename(relation, *made); !renamed) return pass(renamed);
        }
        return made;
    }
    if (relation.kind == RelationKind::table) made = table(relation, outer);
    if (relation.kind == RelationKind::unnest) {
        const Scope scope{{}, outer};
        made = unnest(relation, scope);
        if (made) made->sql = made->sql;
    }
    if (relation.kind == RelationKind::query) {
        FRESHET_TRY(inner, query(*relation.query, outer));
        made = from_query(std::move(*inner), "");
    }
    if (!made) return made;
    if (auto renamed = rename(relation, *made); !renamed) return pass(renamed);
    return made;
}

SyntaxResult<> Analysis::rename(const Relation& relation, From& from) {
    if (relation.alias.empty()) return {};
    if (!relation.column_aliases.empty())
        std::erase_if(from.fields, [](const Field& field) { return field.is_hidden; });
    if (!relation.column_aliases.empty() && relation.column_aliases.size() != from.fields.size()) {
        return std::unexpected(
            SyntaxError{relation.at,
                        "Column alias list has " + std::to_string(relation.column_aliases.size()) +
                            " entries but '" + lower_case(relation.alias) + "' has " +
                            std::to_string(from.fields.size()) + " columns available",
                        ErrorCode::mismatched_column_aliases});
    }
    for (std::size_t i = 0; i < from.fields.size(); ++i) {
        Field& field = from.fields[i];
        field.relation = lower_case(relation.alias);
        field.database.clear();
        if (relation.column_aliases.empty()) continue;
        field.label = relation.column_aliases[i];
        field.name = lower_case(field.label);
    }
    return {};
}

SyntaxResult<Analysis::From> Analysis::from_query(SubqueryResult inner, const std::string& name) {
    From from;
    const std::string alias = fresh("r");
    from.sql = "(" + inner.sql + ") AS " + alias;
    from.fields = std::move(inner.fields);
    for (std::size_t i = 0; i < from.fields.size(); ++i) {
        Field& field = from.fields[i];
        field.value.sql = alias + ".c" + std::to_string(i);
        field.value.is_constant = false;
        field.value.text.reset();
        field.relation = name;
        field.database.clear();
    }
    return from;
}

std::string Analysis::with_clause() const {
    std::string sql;
    for (std::size_t i = 0; i < common_.size(); ++i)
        sql += (i == 0 ? "WITH w" : ", w") + std::to_string(i) + " AS (" + common_[i] + ")";
    return sql.empty() ? sql : sql + " ";
}

/// A query that is written once and named: it has no filter of one of its uses.
std::optional<Analysis::From> Analysis::known(const void* key, const std::string& name) {
    const auto found = used_.find(key);
    if (found == used_.end() || !found->second.stored) return std::nullopt;
    return *from_query(*found->second.stored, name);
}

/// The first uses are written out in place, so that a filter on one of them reaches its
/// tables; what is used again when much has been repeated gets a name. So a chain of queries that
/// each use the one before twice does not double.
SyntaxResult<Analysis::From> Analysis::named(SubqueryResult inner, const void* key,
                                             const std::string& name) {
    Used& used = used_[key];
    if (used.bytes > 0) repeated_bytes_ += inner.sql.size();
    used.bytes = inner.sql.size();
    if (repeated_bytes_ <= repeated_bytes_max) return from_query(std::move(inner), name);
    std::size_t bytes = inner.sql.size();
    for (const auto& body : common_) bytes += body.size();
    if (auto small = check_size(bytes, Position{}); !small) return pass(small);
    common_.push_back("SELECT * FROM (" + inner.sql + ") AS " + fresh("r"));
    inner.sql = "SELECT * FROM w" + std::to_string(common_.size() - 1);
    for (auto& field : inner.fields) field.value.origin.reset();
    used.stored = inner;
    return from_query(std::move(inner), name);
}

SyntaxResult<Analysis::From> Analysis::with_query_of(const WithEntry& entry,
                                                     const std::string& name) {
    if (auto stored = known(entry.with, name)) return std::move(*stored);
    const With& with = *entry.with;
    std::vector<WithEntry> kept(with_.begin() + static_cast<std::ptrdiff_t>(entry.visible),
                                with_.end());
    with_.resize(entry.visible);
    auto inner = query(*with.query, nullptr);
    with_.insert(with_.end(), kept.begin(), kept.end());
    if (!inner) return pass(inner);
    if (!with.columns.empty() && with.columns.size() != inner->fields.size()) {
        return std::unexpected(SyntaxError{with.at,
                                           "WITH column alias list has " +
                                               std::to_string(with.columns.size()) +
                                               " entries but WITH query(" + name + ") has " +
                                               std::to_string(inner->fields.size()) + " columns",
                                           ErrorCode::mismatched_column_aliases});
    }
    for (std::size_t c = 0; c < with.columns.size(); ++c) {
        inner->fields[c].label = with.columns[c];
        inner->fields[c].name = lower_case(with.columns[c]);
    }
    return named(std::move(*inner), &with, name);
}

SyntaxResult<Analysis::From> Analysis::table(const Relation& relation, const Scope*) {
    if (++relations_ > relations_max)
        return std::unexpected(SyntaxError{relation.at, "the statement names too many relations",
                                           ErrorCode::query_too_complex});
    const std::string name = lower_case(relation.names.back());
    if (relation.names.size() == 1) {
        for (std::size_t i = with_.size(); i > 0; --i) {
            const WithEntry entry = with_[i - 1];
            if (lower_case(entry.with->name) != name) continue;
            return with_query_of(entry, name);
        }
    }
    if (relation.names.size() > 3)
        return std::unexpected(SyntaxError{relation.at, "Too many parts in table name"});
    const std::string database = relation.names.size() > 1
                                     ? lower_case(relation.names[relation.names.size() - 2])
                                     : lower_case(database_);
    const std::string key = database + "." + name;
    const auto found = tables_.find(key);
    if (found == tables_.end()) {
        return std::unexpected(SyntaxError{relation.at,
                                           "Table 'awsdatacatalog." + key + "' does not exist",
                                           ErrorCode::table_not_found});
    }
    const TableInfo& info = found->second;
    if (info.is_view) return view(relation, info);
    if (!info.is_readable)
        return std::unexpected(SyntaxError{relation.at, info.why, info.why_code});
    From from;
    const std::size_t index = scans_.size();
    const std::string alias = fresh("r");
    from.sql = "scan_" + std::to_string(index) + " AS " + alias;
    const auto add = [&](const std::string& label, const Type& type) {
        const std::size_t column = from.fields.size();
        Field& field = from.fields.emplace_back();
        field.name = lower_case(label);
        field.label = label;
        field.relation = name;
        field.database = database;
        field.value = Typed{alias + ".c" + std::to_string(column), type};
        field.value.origin = Origin{index, column};
    };
    for (const auto& column : info.columns) add(column.name, column.type);
    add(std::string(path_column), varchar_type());
    from.fields.back().is_hidden = true;
    scans_.push_back(Scan{key, {}, std::vector<bool>(from.fields.size(), false)});
    return from;
}

SyntaxResult<Analysis::From> Analysis::view(const Relation& relation, const TableInfo& info) {
    if (auto stored = known(&info, info.name)) return as_stored(relation, info, std::move(*stored));
    auto parsed = parse_statement(info.view_sql);
    if (!parsed || !parsed->query) {
        return std::unexpected(SyntaxError{
            relation.at,
            "Failed analyzing stored view 'awsdatacatalog." + info.database + "." + info.name + "'",
            ErrorCode::invalid_view});
    }
    view_queries_.push_back(std::move(parsed->query));
    const std::string database = std::exchange(database_, info.view_database);
    auto with = std::exchange(with_, {});
    auto inner = query(*view_queries_.back(), nullptr);
    database_ = database;
    with_ = std::move(with);
    if (!inner) {
        const SyntaxError& why = inner.error();
        if (why.code == ErrorCode::column_not_found)
            return std::unexpected(stale(relation, info, why.text()));
        // What no change of the view's tables brings about is reported as it is.
        const bool is_of_statement =
            why.code == ErrorCode::user_canceled || why.code == ErrorCode::query_text_too_large ||
            why.code == ErrorCode::query_too_complex || why.code == ErrorCode::view_is_stale;
        return std::unexpected(SyntaxError{relation.at,
                                           "Failed analyzing stored view 'awsdatacatalog." +
                                               info.database + "." + info.name + "': " + why.text(),
                                           is_of_statement ? why.code : ErrorCode::invalid_view});
    }
    FRESHET_TRY(from, named(std::move(*inner), &info, info.name));
    return as_stored(relation, info, std::move(*from));
}

/// The columns with the types that the view was made with, or the error that its query gives others
/// now.
SyntaxResult<Analysis::From> Analysis::as_stored(const Relation& relation, const TableInfo& info,
                                                 From from) const {
    const auto& stored = info.view_columns;
    if (!stored.empty() && stored.size() != from.fields.size()) {
        return std::unexpected(
            stale(relation, info,
                  "stored view column count (" + std::to_string(stored.size()) +
                      ") does not match column count derived from the view query analysis (" +
                      std::to_string(from.fields.size()) + ")"));
    }
    for (std::size_t i = 0; i < from.fields.size(); ++i) {
        Field& field = from.fields[i];
        field.database = info.database;
        if (stored.empty() || stored[i].type.is(TypeKind::unknown)) continue;
        const std::string projected = "column [" + field.name + "] of type " +
                                      field.value.type.name() +
                                      " projected from query view at position " + std::to_string(i);
        const std::string kept = " column [" + stored[i].name + "] of type " +
                                 stored[i].type.name() + " stored in view definition";
        if (field.name != lower_case(stored[i].name))
            return std::unexpected(
                stale(relation, info, projected + " has a different name from" + kept));
        if (!coerces(field.value.type, stored[i].type))
            return std::unexpected(
                stale(relation, info, projected + " cannot be coerced to" + kept));
        field.value = coerce(std::move(field.value), stored[i].type);
    }
    return from;
}

SyntaxResult<Analysis::From> Analysis::join(const Relation& relation, const Scope* outer) {
    FRESHET_TRY(left, this->relation(*relation.left, outer));
    if (relation.right->kind == RelationKind::unnest || relation.right->is_lateral) {
        return join_unnest(relation, std::move(*left), outer);
    }
    FRESHET_TRY(right, this->relation(*relation.right, outer));
    static constexpr const char* words[] = {" CROSS JOIN ", " INNER JOIN ", " LEFT JOIN ",
                                            " RIGHT JOIN ", " FULL JOIN "};
    From from;
    FRESHET_TRY(condition, join_condition(relation, *left, *right, outer));
    // A join on the right needs its own parentheses.
    const std::string right_sql =
        relation.right->kind == RelationKind::join ? "(" + right->sql + ")" : right->sql;
    from.sql = left->sql + words[static_cast<int>(relation.join)] + right_sql + *condition;
    if (relation.join == JoinKind::right || relation.join == JoinKind::full)
        make_nullable(left->fields);
    if (relation.join == JoinKind::left || relation.join == JoinKind::full)
        make_nullable(right->fields);
    for (const auto& name : relation.using_columns) {
        const auto named = [&](const Field& field) { return field.name == lower_case(name); };
        const auto l = std::ranges::find_if(left->fields, named);
        const auto r = std::ranges::find_if(right->fields, named);
        Field merged = relation.join == JoinKind::right ? *r : *l;
        const Type common = *common_type(l->value.type, r->value.type);
        Typed l_value = coerce(l->value, common), r_value = coerce(r->value, common);
        merged.value = relation.join == JoinKind::right ? r_value : l_value;
        if (relation.join == JoinKind::full)
            merged.value.sql = "coalesce(" + l_value.sql + ", " + r_value.sql + ")";
        merged.relation.clear();
        from.fields.push_back(std::move(merged));
        left->fields.erase(l);
        right->fields.erase(r);
    }
    for (auto& field : left->fields) from.fields.push_back(std::move(field));
    for (auto& field : right->fields) from.fields.push_back(std::move(field));
    return from;
}

SyntaxResult<std::string> Analysis::join_condition(const Relation& relation, From& left,
                                                   From& right, const Scope* outer) {
    if (relation.join == JoinKind::cross) return std::string();
    if (relation.on) {
        Scope scope{left.fields, outer};
        scope.fields.insert(scope.fields.end(), right.fields.begin(), right.fields.end());
        const Phase before = std::exchange(phase_, Phase::free);
        auto condition = boolean(*relation.on, scope, "JOIN ON clause");
        phase_ = before;
        if (!condition) return pass(condition);
        if (relation.join == JoinKind::inner) prune_by(*relation.on, scope);
        return " ON (" + condition->sql + ")";
    }
    std::string sql;
    for (const auto& name : relation.using_columns) {
        const Field* found[2] = {nullptr, nullptr};
        for (const auto& field : left.fields) {
            if (field.name == lower_case(name)) found[0] = &field;
        }
        for (const auto& field : right.fields) {
            if (field.name == lower_case(name)) found[1] = &field;
        }
        for (int side = 0; side < 2; ++side) {
            if (found[side]) continue;
            return std::unexpected(SyntaxError{relation.at,
                                               "Column '" + name + "' is missing from " +
                                                   (side == 0 ? "left" : "right") + " side of join",
                                               ErrorCode::column_not_found});
        }
        for (const Field* field : found) {
            if (field->value.origin)
                scans_[field->value.origin->scan].used[field->value.origin->column] = true;
        }
        FRESHET_TRY(equal, comparison("=", found[0]->value, found[1]->value, relation.at));
        sql += (sql.empty() ? " ON (" : " AND ") + equal->sql;
    }
    return sql + ")";
}

SyntaxResult<Analysis::From> Analysis::join_unnest(const Relation& relation, From left,
                                                   const Scope* outer) {
    const bool is_on_true = relation.on && relation.on->kind == ExprKind::boolean_literal &&
                            relation.on->text == "true";
    const bool is_left_join = relation.join == JoinKind::left && is_on_true;
    if (relation.join != JoinKind::cross && !is_left_join &&
        !(relation.join == JoinKind::inner && is_on_true)) {
        return std::unexpected(SyntaxError{relation.at,
                                           "UNNEST and LATERAL on other than the right side of "
                                           "CROSS JOIN, or a join ON TRUE, is not supported",
                                           ErrorCode::not_supported});
    }
    const Scope scope{left.fields, outer};
    SyntaxResult<From> right;
    if (relation.right->kind == RelationKind::unnest) {
        right = unnest(*relation.right, scope);
    } else {
        FRESHET_TRY(inner, query(*relation.right->query, &scope));
        right = from_query(std::move(*inner), "");
    }
    if (!right) return right;
    if (auto renamed = rename(*relation.right, *right); !renamed) return pass(renamed);
    From from;
    from.sql = left.sql + (is_left_join ? " LEFT JOIN LATERAL " : " CROSS JOIN LATERAL ") +
               right->sql + (is_left_join ? " ON TRUE" : "");
    from.fields = std::move(left.fields);
    for (auto& field : right->fields) {
        field.value.origin.reset();
        from.fields.push_back(std::move(field));
    }
    return from;
}

SyntaxResult<Analysis::From> Analysis::unnest(const Relation& relation, const Scope& scope) {
    const Phase before = std::exchange(phase_, Phase::free);
    auto arguments = values_of(relation.unnest, scope);
    phase_ = before;
    if (!arguments) return pass(arguments);
    From from;
    std::vector<std::string> outer, lists;
    const std::string alias = fresh("r"), inner_alias = fresh("r");
    for (std::size_t i = 0; i < arguments->size(); ++i) {
        const Typed& argument = (*arguments)[i];
        if (!argument.type.is(TypeKind::array) && !argument.type.is(TypeKind::map))
            return std::unexpected(mismatch_error(relation.unnest[i]->at,
                                                  "Cannot unnest type: " + argument.type.name()));
        lists.push_back(argument.type.is(TypeKind::array) ? argument.sql
                                                          : "map_entries(" + argument.sql + ")");
    }
    const UnnestedLists unnested(lists, relation.has_ordinality, inner_alias);
    const auto add = [&](std::string sql, Type type) {
        Field field;
        field.name = field.label = "_col" + std::to_string(from.fields.size());
        field.value = Typed{alias + ".c" + std::to_string(from.fields.size()), std::move(type)};
        outer.push_back(std::move(sql) + " AS c" + std::to_string(from.fields.size()));
        from.fields.push_back(std::move(field));
    };
    for (std::size_t i = 0; i < arguments->size(); ++i) {
        const Type& type = (*arguments)[i].type;
        const std::string element = unnested.element(i);
        if (type.is(TypeKind::map)) {
            add("struct_extract(" + element + ", 'key')", type.arguments[0]);
            add("struct_extract(" + element + ", 'value')", type.arguments[1]);
            continue;
        }
        const Type& inside = type.arguments[0];
        if (!inside.is(TypeKind::row)) {
            add(element, inside);
            continue;
        }
        for (std::size_t f = 0; f < inside.arguments.size(); ++f) {
            add("struct_extract(" + element + ", 'f" + std::to_string(f) + "')",
                inside.arguments[f]);
            if (!inside.names[f].empty())
                from.fields.back().name = from.fields.back().label = inside.names[f];
        }
    }
    if (relation.has_ordinality) add(unnested.ordinal(), make_type(TypeKind::bigint));
    std::string sql = "(SELECT ";
    for (std::size_t i = 0; i < outer.size(); ++i) sql += (i > 0 ? ", " : "") + outer[i];
    from.sql =
        sql + " FROM (SELECT " + unnested.columns() + ") AS " + inner_alias + ") AS " + alias;
    return from;
}

}  // namespace freshet::sql::trino
