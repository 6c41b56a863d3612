// Queries: WITH, set operations, SELECT, FROM, GROUP BY, ORDER BY and limits.
#include "sql/trino/parse/parser.h"

#include <array>

#include "sql/hive/parser.h"
#include "sql/trino/parse/tree_walk.h"

namespace freshet::sql::trino {
namespace {

/// Words that end an expression or relation, so they are an alias only after AS.
constexpr std::array<std::string_view, 52> reserved = {
    "ALTER",  "AND",    "AS",      "BETWEEN",  "BY",        "CASE", "CAST",  "CREATE",
    "CROSS",  "CUBE",   "DELETE",  "DISTINCT", "DROP",      "ELSE", "END",   "ESCAPE",
    "EXCEPT", "EXISTS", "FALSE",   "FOR",      "FROM",      "FULL", "GROUP", "GROUPING",
    "HAVING", "IN",     "INNER",   "INSERT",   "INTERSECT", "INTO", "IS",    "JOIN",
    "LEFT",   "LIKE",   "NATURAL", "NOT",      "NULL",      "ON",   "OR",    "ORDER",
    "OUTER",  "RIGHT",  "ROLLUP",  "SELECT",   "TABLE",     "THEN", "TRUE",  "UNION",
    "UNNEST", "USING",  "WHEN",    "WHERE"};
constexpr std::array<std::string_view, 6> ends_relation = {"LIMIT",  "OFFSET", "FETCH",
                                                           "WINDOW", "WITH",   "TABLESAMPLE"};

bool is_reserved(std::string_view upper) {
    for (const auto word : reserved) {
        if (word == upper) return true;
    }
    return false;
}

bool ends_a_relation(std::string_view upper) {
    for (const auto word : ends_relation) {
        if (word == upper) return true;
    }
    return false;
}

SyntaxResult<Statement> parse_view(TokenReader& in, Statement statement) {
    Parser parser(in);
    statement.kind = StatementKind::create_view;
    FRESHET_TRY(names, parser.qualified_name());
    statement.names = std::move(*names);
    if (in.accept_word("COMMENT")) statement.comment = in.take().text;
    if (in.accept_word("SECURITY")) in.take();
    if (auto as = in.expect_word("AS"); !as) return pass(as);
    const std::size_t begin = in.peek().begin;
    FRESHET_TRY(query, parser.query());
    statement.query = std::move(*query);
    statement.query_text = in.text_since(begin);
    return statement;
}

/// An extension for plain tables of what Athena has for Iceberg's; USING PARQUET [INTO table] is
/// Freshet's own.
SyntaxResult<Statement> parse_optimize(TokenReader& in, Statement statement) {
    Parser parser(in);
    statement.kind = StatementKind::optimize;
    FRESHET_TRY(names, parser.qualified_name());
    statement.names = std::move(*names);
    for (const std::string_view word : {"REWRITE", "DATA", "USING"}) {
        if (auto read = in.expect_word(word); !read) return pass(read);
    }
    statement.converts = in.accept_word("PARQUET");
    if (!statement.converts && !in.accept_word("BIN_PACK"))
        return std::unexpected(in.mismatch("'BIN_PACK', 'PARQUET'"));
    if (statement.converts && in.accept_word("INTO")) {
        FRESHET_TRY(into, parser.qualified_name());
        statement.into = std::move(*into);
    }
    if (!in.accept_word("WHERE")) return statement;
    const std::size_t begin = in.peek().begin;
    if (auto condition = parser.expression(); !condition) return pass(condition);
    statement.where = in.text_since(begin);
    return statement;
}

SyntaxResult<Statement> parse_trino(TokenReader& in) {
    Statement statement;
    statement.at = in.peek().at;
    if (in.accept_words({"CREATE", "OR", "REPLACE", "VIEW"})) {
        statement.replaces = true;
        return parse_view(in, std::move(statement));
    }
    if (in.accept_words({"CREATE", "VIEW"})) return parse_view(in, std::move(statement));
    if (in.accept_word("OPTIMIZE")) return parse_optimize(in, std::move(statement));
    if (in.accept_words({"DROP", "VIEW"})) {
        statement.kind = StatementKind::drop_view;
        statement.has_if_exists = in.accept_words({"IF", "EXISTS"});
        FRESHET_TRY(names, Parser(in).qualified_name());
        statement.names = std::move(*names);
        return statement;
    }
    if (!in.is_word("SELECT") && !in.is_word("WITH") && !in.is_word("VALUES") &&
        !in.is_word("TABLE") && !in.is_symbol("(")) {
        static constexpr std::array<std::string_view, 11> known = {
            "INSERT",  "UPDATE",     "DELETE",  "MERGE",  "UNLOAD", "PREPARE",
            "EXECUTE", "DEALLOCATE", "EXPLAIN", "VACUUM", "CREATE"};
        for (const auto word : known) {
            if (in.is_word(word))
                return std::unexpected(SyntaxError{in.peek().at,
                                                   "Queries of this type are not supported",
                                                   ErrorCode::unsupported_statement});
        }
        return std::unexpected(
            in.mismatch("'SELECT', 'WITH', 'VALUES', 'CREATE', 'DROP', 'SHOW', 'DESCRIBE', "
                        "'ALTER', 'MSCK'"));
    }
    FRESHET_TRY(query, Parser(in).query());
    statement.query = std::move(*query);
    return statement;
}

}  // namespace

SyntaxResult<Statement> parse_statement(std::string_view text) {
    if (hive::is_hive_statement(text)) return hive::parse_statement(text);
    FRESHET_TRY(tokens, tokenize(text, Dialect::trino));
    TokenReader in(text, std::move(*tokens));
    FRESHET_TRY(statement, parse_trino(in));
    in.accept_symbol(";");
    if (in.peek().kind != TokenKind::end) {
        return std::unexpected(
            in.peek().text == ";" || in.peek().kind == TokenKind::symbol
                ? SyntaxError{in.peek().at,
                              "mismatched input '" + in.peek().text + "'. Expecting: <EOF>"}
                : in.mismatch("<EOF>"));
    }
    if (statement->query) {
        if (auto low = check_height(*statement->query); !low) return pass(low);
    }
    return statement;
}

SyntaxResult<std::string> Parser::identifier() {
    const Token& token = in_.peek();
    if (token.kind == TokenKind::quoted ||
        (token.kind == TokenKind::word && !is_reserved(token.upper))) {
        return in_.take().text;
    }
    return std::unexpected(in_.mismatch("<identifier>"));
}

SyntaxResult<std::vector<std::string>> Parser::qualified_name() {
    std::vector<std::string> names;
    do {
        FRESHET_TRY(name, identifier());
        names.push_back(std::move(*name));
    } while (in_.accept_symbol("."));
    return names;
}

SyntaxResult<> Parser::with_clause(Query& query) {
    query.is_recursive = in_.accept_word("RECURSIVE");
    do {
        With with;
        with.at = in_.peek().at;
        FRESHET_TRY(name, identifier());
        with.name = std::move(*name);
        if (in_.is_symbol("(")) {
            FRESHET_TRY(columns, name_list());
            with.columns = std::move(*columns);
        }
        if (auto as = in_.expect_word("AS"); !as) return as;
        if (auto open = in_.expect_symbol("("); !open) return open;
        FRESHET_TRY(body, this->query());
        with.query = std::move(*body);
        if (auto close = in_.expect_symbol(")"); !close) return close;
        query.with.push_back(std::move(with));
    } while (in_.accept_symbol(","));
    return {};
}

SyntaxResult<QueryPtr> Parser::query() {
    if (auto entered = enter(); !entered) return pass(entered);
    auto query = std::make_unique<Query>();
    query->at = in_.peek().at;
    if (in_.accept_word("WITH")) {
        if (auto with = with_clause(*query); !with) return pass(with);
    }
    FRESHET_TRY(body, set_expression(0));
    query->body = std::move(*body);
    if (in_.accept_words({"ORDER", "BY"})) {
        FRESHET_TRY(items, sort_items());
        query->order_by = std::move(*items);
    }
    if (auto limited = limits(*query); !limited) return pass(limited);
    --depth_;
    return query;
}

SyntaxResult<> Parser::limits(Query& query) {
    const auto count = [&](ExprPtr& into) -> SyntaxResult<> {
        if (in_.accept_word("ALL")) return {};
        const Token& token = in_.peek();
        if (token.kind != TokenKind::integer && token.kind != TokenKind::parameter) {
            return std::unexpected(in_.mismatch("'ALL', <integer>, '?'"));
        }
        if (token.kind == TokenKind::parameter) {
            into = parameter();
            return {};
        }
        into = make_expr(ExprKind::integer_literal, token.at, token.text);
        in_.take();
        return {};
    };
    if (in_.accept_word("OFFSET")) {
        if (auto read = count(query.offset); !read) return read;
        if (!in_.accept_word("ROWS")) in_.accept_word("ROW");
    }
    if (in_.accept_word("LIMIT")) {
        if (auto read = count(query.limit); !read) return read;
    } else if (in_.accept_word("FETCH")) {
        if (!in_.accept_word("FIRST")) {
            if (auto next = in_.expect_word("NEXT"); !next) return next;
        }
        if (auto read = count(query.limit); !read) return read;
        if (!in_.accept_word("ROWS")) {
            if (auto row = in_.expect_word("ROW"); !row) return row;
        }
        if (auto only = in_.expect_word("ONLY"); !only) return only;
    }
    return {};
}

SyntaxResult<std::unique_ptr<Body>> Parser::set_expression(int level) {
    FRESHET_TRY(left, level == 0 ? set_expression(1) : primary_body());
    while (level == 0 ? in_.is_word("UNION") || in_.is_word("EXCEPT") : in_.is_word("INTERSECT")) {
        auto body = std::make_unique<Body>();
        body->kind = BodyKind::set_operation;
        body->at = in_.peek().at;
        body->operation = in_.take().upper;
        body->is_all = in_.accept_word("ALL");
        if (!body->is_all) in_.accept_word("DISTINCT");
        FRESHET_TRY(right, level == 0 ? set_expression(1) : primary_body());
        // The same operation once more is one more part of it.
        Body& before = **left;
        if (before.kind == BodyKind::set_operation && before.operation == body->operation &&
            before.is_all == body->is_all && body->operation != "EXCEPT") {
            before.parts.push_back(std::move(*right));
            continue;
        }
        body->parts.push_back(std::move(*left));
        body->parts.push_back(std::move(*right));
        *left = std::move(body);
    }
    return left;
}

SyntaxResult<std::unique_ptr<Body>> Parser::primary_body() {
    auto body = std::make_unique<Body>();
    body->at = in_.peek().at;
    if (in_.accept_symbol("(")) {
        body->kind = BodyKind::query;
        FRESHET_TRY(inner, query());
        body->query = std::move(*inner);
        if (auto close = in_.expect_symbol(")"); !close) return pass(close);
        return body;
    }
    if (in_.accept_word("VALUES")) {
        body->kind = BodyKind::values;
        do {
            FRESHET_TRY(row, expression());
            std::vector<ExprPtr> cells;
            if ((*row)->kind == ExprKind::row) {
                cells = std::move((*row)->arguments);
            } else {
                cells.push_back(std::move(*row));
            }
            body->rows.push_back(std::move(cells));
        } while (in_.accept_symbol(","));
        return body;
    }
    if (in_.accept_word("TABLE")) {
        auto relation = std::make_unique<Relation>();
        relation->at = in_.peek().at;
        FRESHET_TRY(names, qualified_name());
        relation->names = std::move(*names);
        body->select.items.emplace_back();
        body->select.items.back().at = body->at;
        body->select.from = std::move(relation);
        return body;
    }
    if (!in_.accept_word("SELECT"))
        return std::unexpected(in_.mismatch("'(', 'SELECT', 'TABLE', 'VALUES'"));
    Select& select = body->select;
    if (!in_.accept_word("ALL")) select.is_distinct = in_.accept_word("DISTINCT");
    if (auto items = select_items(select); !items) return pass(items);
    if (in_.accept_word("FROM")) {
        FRESHET_TRY(from, relation());
        select.from = std::move(*from);
    }
    if (in_.accept_word("WHERE")) {
        FRESHET_TRY(where, expression());
        select.where = std::move(*where);
    }
    if (in_.accept_words({"GROUP", "BY"})) {
        if (auto grouped = group_by(select); !grouped) return pass(grouped);
    }
    if (in_.accept_word("HAVING")) {
        FRESHET_TRY(having, expression());
        select.having = std::move(*having);
    }
    if (in_.accept_word("WINDOW")) {
        do {
            FRESHET_TRY(name, identifier());
            if (auto as = in_.expect_word("AS"); !as) return pass(as);
            FRESHET_TRY(window, window_specification());
            select.windows.emplace_back(lower_case(*name), std::move(*window));
        } while (in_.accept_symbol(","));
    }
    return body;
}

SyntaxResult<> Parser::select_items(Select& select) {
    do {
        SelectItem item;
        item.at = in_.peek().at;
        if (in_.accept_symbol("*")) {
            select.items.push_back(std::move(item));
            continue;
        }
        // t.*, db.t.*
        const std::size_t mark = in_.position();
        std::vector<std::string> names;
        while (in_.peek().kind == TokenKind::word || in_.peek().kind == TokenKind::quoted) {
            names.push_back(in_.take().text);
            if (!in_.accept_symbol(".")) break;
            if (in_.accept_symbol("*")) {
                item.qualifier = std::move(names);
                break;
            }
        }
        if (!item.qualifier.empty()) {
            select.items.push_back(std::move(item));
            continue;
        }
        in_.rewind(mark);
        FRESHET_TRY(expr, expression());
        item.expr = std::move(*expr);
        if (in_.accept_word("AS")) {
            FRESHET_TRY(alias, identifier());
            item.alias = std::move(*alias);
        } else if (in_.peek().kind == TokenKind::quoted ||
                   (in_.peek().kind == TokenKind::word && !is_reserved(in_.peek().upper) &&
                    !ends_a_relation(in_.peek().upper))) {
            item.alias = in_.take().text;
        }
        select.items.push_back(std::move(item));
    } while (in_.accept_symbol(","));
    return {};
}

SyntaxResult<std::vector<ExprPtr>> Parser::grouping_set() {
    std::vector<ExprPtr> set;
    if (!in_.is_symbol("(")) {
        FRESHET_TRY(expr, expression());
        set.push_back(std::move(*expr));
        return set;
    }
    in_.take();
    if (in_.accept_symbol(")")) return set;
    FRESHET_TRY(list, expression_list());
    if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    return list;
}

SyntaxResult<> Parser::group_by(Select& select) {
    select.is_grouped = true;
    do {
        GroupingElement element;
        if (in_.accept_word("ROLLUP")) {
            element.kind = "ROLLUP";
        } else if (in_.accept_word("CUBE")) {
            element.kind = "CUBE";
        } else if (in_.accept_words({"GROUPING", "SETS"})) {
            element.kind = "GROUPING SETS";
        }
        if (element.kind.empty()) {
            if (in_.is_symbol("(") && in_.is_symbol(")", 1)) {
                in_.take();
                in_.take();
                element.sets.emplace_back();
            } else {
                FRESHET_TRY(expr, expression());
                if ((*expr)->kind == ExprKind::row && (*expr)->text.empty()) {
                    element.sets.push_back(std::move((*expr)->arguments));
                } else {
                    element.sets.emplace_back();
                    element.sets.back().push_back(std::move(*expr));
                }
            }
        } else {
            if (auto open = in_.expect_symbol("("); !open) return open;
            do {
                FRESHET_TRY(set, grouping_set());
                element.sets.push_back(std::move(*set));
            } while (in_.accept_symbol(","));
            if (auto close = in_.expect_symbol(")"); !close) return close;
        }
        select.group_by.push_back(std::move(element));
    } while (in_.accept_symbol(","));
    return {};
}

SyntaxResult<std::vector<SortItem>> Parser::sort_items() {
    std::vector<SortItem> items;
    do {
        SortItem item;
        FRESHET_TRY(expr, expression());
        item.expr = std::move(*expr);
        if (in_.accept_word("DESC")) {
            item.is_descending = true;
        } else {
            in_.accept_word("ASC");
        }
        if (in_.accept_word("NULLS")) {
            if (in_.accept_word("FIRST")) {
                item.puts_nulls_first = true;
            } else if (auto last = in_.expect_word("LAST"); !last) {
                return pass(last);
            }
        }
        items.push_back(std::move(item));
    } while (in_.accept_symbol(","));
    return items;
}

SyntaxResult<std::vector<std::string>> Parser::name_list() {
    std::vector<std::string> names;
    if (auto open = in_.expect_symbol("("); !open) return pass(open);
    do {
        FRESHET_TRY(name, identifier());
        names.push_back(std::move(*name));
    } while (in_.accept_symbol(","));
    if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    return names;
}

SyntaxResult<RelationPtr> Parser::relation() {
    if (auto entered = enter(); !entered) return pass(entered);
    FRESHET_TRY(left, relation_primary());
    while (true) {
        if (in_.accept_symbol(",")) {
            auto join = std::make_unique<Relation>();
            join->kind = RelationKind::join;
            join->at = in_.peek().at;
            FRESHET_TRY(right, relation_primary());
            while (true) {  // a join binds closer than the comma
                FRESHET_TRY(more, join_tail(*right));
                if (!*more) break;
            }
            join->left = std::move(*left);
            join->right = std::move(*right);
            *left = std::move(join);
            continue;
        }
        FRESHET_TRY(more, join_tail(*left));
        if (!*more) break;
    }
    --depth_;
    return left;
}

SyntaxResult<bool> Parser::join_tail(RelationPtr& left) {
    auto join = std::make_unique<Relation>();
    join->kind = RelationKind::join;
    join->at = in_.peek().at;
    if (in_.is_word("NATURAL")) {
        return std::unexpected(
            SyntaxError{in_.peek().at, "Natural join not supported", ErrorCode::not_supported});
    }
    if (in_.accept_words({"CROSS", "JOIN"})) {
        join->join = JoinKind::cross;
    } else if (in_.accept_words({"INNER", "JOIN"}) || in_.accept_word("JOIN")) {
        join->join = JoinKind::inner;
    } else if (in_.accept_words({"LEFT", "OUTER", "JOIN"}) || in_.accept_words({"LEFT", "JOIN"})) {
        join->join = JoinKind::left;
    } else if (in_.accept_words({"RIGHT", "OUTER", "JOIN"}) ||
               in_.accept_words({"RIGHT", "JOIN"})) {
        join->join = JoinKind::right;
    } else if (in_.accept_words({"FULL", "OUTER", "JOIN"}) || in_.accept_words({"FULL", "JOIN"})) {
        join->join = JoinKind::full;
    } else {
        return false;
    }
    FRESHET_TRY(right, relation_primary());
    join->right = std::move(*right);
    if (join->join != JoinKind::cross) {
        while (!in_.is_word("ON") && !in_.is_word("USING")) {
            FRESHET_TRY(more, join_tail(join->right));
            if (!*more) return std::unexpected(in_.mismatch("'ON', 'USING'"));
        }
        if (in_.accept_word("ON")) {
            FRESHET_TRY(on, expression());
            join->on = std::move(*on);
        } else {
            in_.take();
            FRESHET_TRY(columns, name_list());
            join->using_columns = std::move(*columns);
        }
    }
    join->left = std::move(left);
    left = std::move(join);
    return true;
}

SyntaxResult<> Parser::relation_alias(Relation& relation) {
    if (in_.is_word("TABLESAMPLE")) {
        return std::unexpected(
            SyntaxError{in_.peek().at, "TABLESAMPLE is not supported", ErrorCode::not_supported});
    }
    const Token& token = in_.peek();
    if (in_.accept_word("AS") || token.kind == TokenKind::quoted ||
        (token.kind == TokenKind::word && !is_reserved(token.upper) &&
         !ends_a_relation(token.upper))) {
        FRESHET_TRY(alias, identifier());
        relation.alias = std::move(*alias);
        if (in_.is_symbol("(")) {
            FRESHET_TRY(columns, name_list());
            relation.column_aliases = std::move(*columns);
        }
    }
    return {};
}

SyntaxResult<RelationPtr> Parser::relation_primary() {
    auto made = std::make_unique<Relation>();
    made->at = in_.peek().at;
    made->is_lateral = in_.accept_word("LATERAL");
    if (in_.is_word("UNNEST") && in_.is_symbol("(", 1)) {
        in_.take();
        in_.take();
        made->kind = RelationKind::unnest;
        FRESHET_TRY(list, expression_list());
        made->unnest = std::move(*list);
        if (auto close = in_.expect_symbol(")"); !close) return pass(close);
        made->has_ordinality = in_.accept_words({"WITH", "ORDINALITY"});
    } else if (in_.is_symbol("(")) {
        in_.take();
        if (is_query_ahead()) {
            made->kind = RelationKind::query;
            FRESHET_TRY(inner, query());
            made->query = std::move(*inner);
        }
        if (!made->query) {
            FRESHET_TRY(nested, relation());
            made = std::move(*nested);
        }
        if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    } else {
        if (in_.is_word("TABLE") && in_.is_symbol("(", 1)) {
            return std::unexpected(SyntaxError{in_.peek().at, "Table functions are not supported",
                                               ErrorCode::not_supported});
        }
        FRESHET_TRY(names, qualified_name());
        made->names = std::move(*names);
    }
    if (auto alias = relation_alias(*made); !alias) return pass(alias);
    return made;
}

}  // namespace freshet::sql::trino
