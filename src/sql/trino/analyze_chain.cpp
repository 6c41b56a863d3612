// Chains of operators, and CASE: what is long rather than deep.
#include <algorithm>
#include <set>

#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/cast.h"
#include "sql/trino/limits.h"
#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {
namespace {

std::string joined(const std::vector<std::string>& terms, const char* between) {
    std::string sql = "(";
    for (std::size_t i = 0; i < terms.size(); ++i) sql += (i > 0 ? between : "") + terms[i];
    return sql + ")";
}

/// In groups that the engine's optimizer does not see into: its time grows with the square of a
/// group.
std::string grouped_terms(std::vector<std::string> terms, const char* between) {
    while (terms.size() > logic_terms_max) {
        std::vector<std::string> groups;
        for (std::size_t at = 0; at < terms.size(); at += logic_terms_max) {
            const std::size_t end = std::min(terms.size(), at + logic_terms_max);
            const std::vector<std::string> group(terms.begin() + static_cast<std::ptrdiff_t>(at),
                                                 terms.begin() + static_cast<std::ptrdiff_t>(end));
            groups.push_back("tr_truth" + joined(group, between));
        }
        terms = std::move(groups);
    }
    return joined(terms, between);
}

/// a || b || c || d as (a || b) || (c || d): no deeper than the logarithm of their number.
std::string balanced(const std::vector<std::string>& parts, std::size_t begin, std::size_t end) {
    if (end - begin == 1) return parts[begin];
    const std::size_t middle = begin + (end - begin) / 2;
    return "(" + balanced(parts, begin, middle) + " || " + balanced(parts, middle, end) + ")";
}

/// Whether `made op next` has the type of `made`, whatever the operator.
bool keeps_type(const Typed& made, const Typed& next) {
    if (made.type.is(TypeKind::decimal) || !made.type.is_numeric() || !next.type.is_numeric())
        return false;
    const auto common = common_type(made.type, next.type);
    return common && *common == made.type;
}

}  // namespace

/// a + b - c as a fold over the list of its operands: as deep as one operator, however long. All
/// are of one type.
SyntaxResult<Typed> Analysis::fold(const std::vector<Typed>& operands, const Link* links,
                                   std::size_t count) {
    const Type type = operands[0].type;
    const bool are_alike = std::all_of(
        links, links + count, [&](const Link& link) { return link.text == links[0].text; });
    const std::string left = are_alike ? "x0" : "x0.v", right = are_alike ? "y0" : "y0.v";
    const auto step = [&](const std::string& op) {
        return arithmetic(op, Typed{left, type}, Typed{right, type}, links[0].at);
    };
    std::string list;
    for (std::size_t i = 0; i < operands.size(); ++i) {
        const std::string value = coerce(operands[i], type).sql;
        const std::string op = quote_text(links[i == 0 ? 0 : i - 1].text);
        list += (i > 0 ? ", " : "") +
                (are_alike ? value : "struct_pack(v := " + value + ", op := " + op + ")");
    }
    std::string body;
    if (are_alike) {
        FRESHET_TRY(made, step(links[0].text));
        body = std::move(made->sql);
    } else {
        std::set<std::string> ops;
        for (std::size_t i = 0; i < count; ++i) ops.insert(links[i].text);
        body = "struct_pack(v := CASE y0.op";
        for (const auto& op : ops) {
            FRESHET_TRY(made, step(op));
            body += " WHEN " + quote_text(op) + " THEN " + made->sql;
        }
        body += " END, op := y0.op)";
    }
    const std::string folded = "list_reduce([" + list + "], lambda x0, y0: " + body + ")";
    return Typed{are_alike ? folded : "struct_extract(" + folded + ", 'v')", type};
}

SyntaxResult<Typed> Analysis::logic(const Expr& expr, const Scope& scope) {
    std::vector<std::string> terms;
    std::size_t bytes = 0;
    for (const auto& argument : expr.arguments) {
        FRESHET_TRY(term, boolean(*argument, scope, "Logical expression term"));
        bytes += term->sql.size();
        if (auto small = check_size(bytes, argument->at); !small) return pass(small);
        terms.push_back(std::move(term->sql));
    }
    // Conjunctions that the engine can push down stay open; no engine takes long over them.
    const bool is_and = expr.text == "and";
    std::string sql = is_and && terms.size() < 10 * logic_terms_max
                          ? joined(terms, " AND ")
                          : grouped_terms(std::move(terms), is_and ? " AND " : " OR ");
    return Typed{std::move(sql), make_type(TypeKind::boolean)};
}

SyntaxResult<Typed> Analysis::concatenation_of(std::vector<Typed> parts, Position at) {
    const auto text = [](const Typed& v) {
        return v.type.is(TypeKind::varchar) || v.type.is(TypeKind::unknown);
    };
    const auto bytes = [](const Typed& v) { return v.type.is(TypeKind::varbinary); };
    const bool is_all_text = std::ranges::all_of(parts, text);
    if (!is_all_text && !std::ranges::all_of(parts, bytes)) {
        Typed made = std::move(parts[0]);
        for (std::size_t i = 1; i < parts.size(); ++i) {
            FRESHET_TRY(next, concatenation(made, parts[i], at));
            if (auto small = check_size(next->sql.size(), at); !small) return pass(small);
            made = std::move(*next);
        }
        return made;
    }
    std::vector<std::string> texts;
    int length = 0;
    for (auto& part : parts) {
        length = length < 0 || part.type.precision < 0 || !part.type.is_text()
                     ? -1
                     : length + part.type.precision;
        texts.push_back(is_all_text ? coerce(std::move(part), varchar_type()).sql
                                    : std::move(part.sql));
    }
    return Typed{balanced(texts, 0, texts.size()),
                 is_all_text ? varchar_type(length) : make_type(TypeKind::varbinary)};
}

SyntaxResult<Typed> Analysis::chain(const Expr& expr, const Scope& scope) {
    FRESHET_TRY(operands, values_of(expr.arguments, scope));
    Typed made = std::move((*operands)[0]);
    const bool is_long = expr.links.size() > chain_links_max;
    int levels = 0;
    for (std::size_t i = 0; i < expr.links.size();) {
        const Link& link = expr.links[i];
        std::size_t end = i;
        while (is_long && end < expr.links.size() && expr.links[end].text != "||" &&
               keeps_type(made, (*operands)[end + 1]))
            ++end;
        SyntaxResult<Typed> next;
        if (link.text == "||") {
            std::vector<Typed> parts;
            parts.push_back(std::move(made));
            for (; i < expr.links.size() && expr.links[i].text == "||"; ++i)
                parts.push_back(std::move((*operands)[i + 1]));
            next = concatenation_of(std::move(parts), link.at);
        } else if (end - i > 1) {
            std::vector<Typed> terms;
            terms.push_back(std::move(made));
            for (std::size_t term = i; term < end; ++term)
                terms.push_back(std::move((*operands)[term + 1]));
            next = fold(terms, &expr.links[i], end - i);
            i = end;
        } else {
            next = arithmetic(link.text, std::move(made), std::move((*operands)[i + 1]), link.at);
            ++i;
        }
        if (!next) return next;
        if (auto small = check_size(next->sql.size(), link.at); !small) return pass(small);
        if (++levels > engine_depth_max) {
            return std::unexpected(
                SyntaxError{link.at,
                            "a chain of more than " + std::to_string(engine_depth_max) +
                                " operators on " + next->type.name() + " is not supported",
                            ErrorCode::not_supported});
        }
        made = std::move(*next);
        if (static_cast<std::size_t>(levels) % chain_links_max == 0)
            made.sql = "list_extract([" + made.sql + "], 1)";
    }
    return made;
}

SyntaxResult<std::string> Analysis::case_text(const Expr& expr, const std::optional<Typed>& operand,
                                              const std::vector<Typed>& whens,
                                              const std::vector<Typed>& results, const Type& type) {
    std::string sql = "(CASE";
    for (std::size_t i = 0; i < whens.size(); ++i) {
        std::string condition = whens[i].sql;
        if (operand) {
            FRESHET_TRY(equal, comparison("=", *operand, whens[i], expr.arguments[1 + 2 * i]->at));
            condition = std::move(equal->sql);
        }
        sql += " WHEN " + condition + " THEN " + coerce(results[i], type).sql;
    }
    if (expr.has_else) sql += " ELSE " + coerce(results.back(), type).sql;
    return sql + " END)";
}

SyntaxResult<Typed> Analysis::case_when(const Expr& expr, const Scope& scope) {
    std::optional<Typed> operand;
    std::vector<Typed> whens, results;
    std::size_t at = 0, bytes = 0;
    bool queries = false;
    const auto read = [&](std::vector<Typed>& into, bool is_condition) -> SyntaxResult<> {
        const Expr& part = *expr.arguments[at++];
        auto made = is_condition ? boolean(part, scope, "CASE WHEN clause") : value(part, scope);
        if (!made) return pass(made);
        queries = queries || contains_query(part);
        bytes += made->sql.size();
        into.push_back(std::move(*made));
        return check_size(bytes, part.at);
    };
    if (expr.is_simple) {
        FRESHET_TRY(made, value(*expr.arguments[at++], scope));
        operand = std::move(*made);
    }
    while (at + 1 < expr.arguments.size()) {
        if (auto when = read(whens, !operand); !when) return pass(when);
        if (auto then = read(results, false); !then) return pass(then);
    }
    if (expr.has_else) {
        if (auto otherwise = read(results, false); !otherwise) return pass(otherwise);
    }
    Typed made;
    made.is_utc = true;
    for (const auto& result : results) {
        auto common = common_type(made.type, result.type);
        if (!common)
            return std::unexpected(mismatch_error(
                expr.at, "All CASE results must be the same type: " + made.type.name() + " and " +
                             result.type.name()));
        made.type = std::move(*common);
        made.is_utc = made.is_utc && (result.is_utc || !result.type.is(TypeKind::timestamp_tz));
    }
    // The engine takes no subquery where the operand has a name: then it is written out.
    if (!operand || queries || whens.size() < 2) {
        FRESHET_TRY(sql, case_text(expr, operand, whens, results, made.type));
        made.sql = std::move(*sql);
        return made;
    }
    std::optional<SyntaxError> problem;
    made.sql = bind_once({operand->sql}, [&](const std::vector<std::string>& names) -> std::string {
        operand->sql = names[0];
        auto sql = case_text(expr, operand, whens, results, made.type);
        if (!sql) problem = sql.error();
        return sql.value_or("");
    });
    if (problem) return std::unexpected(std::move(*problem));
    return made;
}

}  // namespace freshet::sql::trino
