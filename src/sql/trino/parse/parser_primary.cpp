// The atoms of an expression: literals, names, calls and Trino's special forms.
#include <array>

#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {

SyntaxResult<ExprPtr> Parser::primary() {
    const Token& token = in_.peek();
    const auto literal = [&](ExprKind kind) {
        const Token was_taken = in_.take();
        return make_expr(kind, was_taken.at, was_taken.text);
    };
    switch (token.kind) {
        case TokenKind::integer:
            return literal(ExprKind::integer_literal);
        case TokenKind::decimal:
            return literal(ExprKind::decimal_literal);
        case TokenKind::floating:
            return literal(ExprKind::double_literal);
        case TokenKind::string:
            return literal(ExprKind::string_literal);
        case TokenKind::binary:
            return literal(ExprKind::binary_literal);
        case TokenKind::parameter:
            return parameter();
        case TokenKind::quoted:
            return name_or_call();
        case TokenKind::word:
            return word_primary();
        case TokenKind::symbol:
            if (token.text == "(") return parenthesized();
            break;
        case TokenKind::end:
            break;
    }
    return std::unexpected(in_.mismatch("<expression>"));
}

/// Its text is its place among the statement's parameters, from 0.
ExprPtr Parser::parameter() {
    return make_expr(ExprKind::parameter, in_.take().at, std::to_string(parameters_++));
}

SyntaxResult<ExprPtr> Parser::parenthesized() {
    const Position at = in_.take().at;
    if (is_query_ahead()) {
        auto expr = make_expr(ExprKind::scalar_query, at);
        FRESHET_TRY(query, this->query());
        expr->query = std::move(*query);
        if (auto close = in_.expect_symbol(")"); !close) return pass(close);
        return expr;
    }
    FRESHET_TRY(list, expression_list());
    if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    if (list->size() == 1) return std::move(list->front());
    auto row = make_expr(ExprKind::row, at);
    row->arguments = std::move(*list);
    return row;
}

SyntaxResult<ExprPtr> Parser::word_primary() {
    bool was_taken = false;
    auto special = special_form(in_.peek().upper, was_taken);
    if (was_taken) return special;
    return name_or_call();
}

SyntaxResult<ExprPtr> Parser::special_form(const std::string& word_text, bool& was_taken) {
    const std::string word = word_text;
    const Position at = in_.peek().at;
    const bool opens = in_.is_symbol("(", 1);
    was_taken = true;
    if (word == "NULL") return in_.take(), make_expr(ExprKind::null_literal, at);
    if (word == "TRUE" || word == "FALSE") {
        in_.take();
        return make_expr(ExprKind::boolean_literal, at, lower_case(word));
    }
    if (word == "CASE") return case_expression();
    if ((word == "CAST" || word == "TRY_CAST") && opens) return cast(word == "TRY_CAST");
    if (word == "EXTRACT" && opens) return extract();
    if ((word == "TRIM" || word == "POSITION" || word == "SUBSTRING") && opens)
        return trim_or_position(word);
    if (word == "EXISTS" && opens) {
        in_.take();
        in_.take();
        auto expr = make_expr(ExprKind::exists, at);
        FRESHET_TRY(query, this->query());
        expr->query = std::move(*query);
        if (auto close = in_.expect_symbol(")"); !close) return pass(close);
        return expr;
    }
    if ((word == "ARRAY" && in_.is_symbol("[", 1)) || (word == "ROW" && opens) ||
        (word == "GROUPING" && opens)) {
        in_.take();
        in_.take();
        auto expr = make_expr(word == "ARRAY" ? ExprKind::array
                              : word == "ROW" ? ExprKind::row
                                              : ExprKind::grouping,
                              at);
        if (word == "ROW") expr->text = "row";
        const std::string_view close = word == "ARRAY" ? "]" : ")";
        if (!in_.is_symbol(close)) {
            FRESHET_TRY(list, expression_list());
            expr->arguments = std::move(*list);
        }
        if (auto closed = in_.expect_symbol(close); !closed) return pass(closed);
        return expr;
    }
    if (word == "INTERVAL" &&
        (in_.peek(1).kind == TokenKind::string || in_.is_symbol("-", 1) || in_.is_symbol("+", 1))) {
        return interval();
    }
    for (const std::string_view bare :
         {"CURRENT_DATE", "CURRENT_TIMESTAMP", "CURRENT_TIME", "LOCALTIMESTAMP", "LOCALTIME",
          "CURRENT_USER", "CURRENT_CATALOG", "CURRENT_SCHEMA"}) {
        if (word != bare) continue;
        return bare_call(at);
    }
    // DATE '...', TIMESTAMP '...', DECIMAL '...', DOUBLE PRECISION '...', any simple type and a
    // string.
    if (in_.peek(1).kind == TokenKind::string) {
        static constexpr std::array<std::string_view, 12> prefixes = {
            "DATE",     "TIMESTAMP", "TIME",   "DECIMAL", "BIGINT", "INTEGER",
            "SMALLINT", "TINYINT",   "DOUBLE", "REAL",    "JSON",   "VARCHAR"};
        for (const auto prefix : prefixes) {
            if (word != prefix) continue;
            in_.take();
            auto expr = make_expr(ExprKind::typed_literal, at, in_.take().text);
            expr->unit = lower_case(word);
            return expr;
        }
    }
    was_taken = false;
    return std::unexpected(in_.mismatch("<expression>"));
}

/// CURRENT_DATE, CURRENT_TIMESTAMP(6): with the digits of the second where it has some.
SyntaxResult<ExprPtr> Parser::bare_call(Position at) {
    const std::string word = in_.take().upper;
    auto expr = make_expr(ExprKind::call, at, lower_case(word));
    if (word.contains("TIME") && in_.accept_symbol("(")) {
        FRESHET_TRY(digits, expression());
        expr->arguments.push_back(std::move(*digits));
        if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    }
    return expr;
}

SyntaxResult<ExprPtr> Parser::name_or_call() {
    const Position at = in_.peek().at;
    auto first = identifier();
    if (!first) return std::unexpected(in_.mismatch("<expression>"));
    if (in_.is_symbol("(")) return call(lower_case(*first), at);
    auto expr = make_expr(ExprKind::column, at);
    expr->names.push_back(std::move(*first));
    while (in_.is_symbol(".") &&
           (in_.peek(1).kind == TokenKind::word || in_.peek(1).kind == TokenKind::quoted)) {
        in_.take();
        FRESHET_TRY(next, identifier());
        expr->names.push_back(std::move(*next));
    }
    if (in_.is_symbol("(")) return call(lower_case(expr->names.back()), at);
    return expr;
}

SyntaxResult<ExprPtr> Parser::call(std::string name, Position at) {
    in_.take();
    auto expr = make_expr(ExprKind::call, at, std::move(name));
    if (in_.is_symbol("*") && in_.is_symbol(")", 1)) {
        expr->arguments.push_back(make_expr(ExprKind::star, in_.take().at));
    } else if (!in_.is_symbol(")")) {
        if (!in_.accept_word("ALL")) expr->is_distinct = in_.accept_word("DISTINCT");
        FRESHET_TRY(list, expression_list());
        expr->arguments = std::move(*list);
    }
    if (in_.accept_words({"ORDER", "BY"})) {
        FRESHET_TRY(items, sort_items());
        expr->order_by = std::move(*items);
    }
    if (in_.accept_words({"IGNORE", "NULLS"})) expr->ignores_nulls = true;
    if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    if (auto tail = call_tail(*expr); !tail) return pass(tail);
    return expr;
}

SyntaxResult<> Parser::call_tail(Expr& call) {
    if (in_.accept_words({"WITHIN", "GROUP"})) {
        if (auto open = in_.expect_symbol("("); !open) return open;
        if (!in_.accept_words({"ORDER", "BY"})) return std::unexpected(in_.mismatch("'ORDER'"));
        FRESHET_TRY(items, sort_items());
        call.order_by = std::move(*items);
        if (auto close = in_.expect_symbol(")"); !close) return close;
    }
    if (in_.is_word("FILTER") && in_.is_symbol("(", 1)) {
        in_.take();
        in_.take();
        if (auto where = in_.expect_word("WHERE"); !where) return where;
        FRESHET_TRY(filter, expression());
        call.filter = std::move(*filter);
        if (auto close = in_.expect_symbol(")"); !close) return close;
    }
    if (in_.accept_words({"IGNORE", "NULLS"})) {
        call.ignores_nulls = true;
    } else {
        in_.accept_words({"RESPECT", "NULLS"});
    }
    if (in_.accept_word("OVER")) {
        call.over = std::make_unique<Window>();
        if (in_.is_symbol("(")) {
            FRESHET_TRY(window, window_specification());
            *call.over = std::move(*window);
        } else {
            FRESHET_TRY(name, identifier());
            call.over->base = lower_case(*name);
        }
    }
    return {};
}

SyntaxResult<Window> Parser::window_specification() {
    Window window;
    if (auto open = in_.expect_symbol("("); !open) return pass(open);
    if (in_.peek().kind == TokenKind::word && !in_.is_word("PARTITION") && !in_.is_word("ORDER") &&
        !in_.is_word("ROWS") && !in_.is_word("RANGE") && !in_.is_word("GROUPS")) {
        window.base = lower_case(in_.take().text);
    }
    if (in_.accept_words({"PARTITION", "BY"})) {
        FRESHET_TRY(list, expression_list());
        window.partition_by = std::move(*list);
    }
    if (in_.accept_words({"ORDER", "BY"})) {
        FRESHET_TRY(items, sort_items());
        window.order_by = std::move(*items);
    }
    if (in_.is_word("ROWS") || in_.is_word("RANGE") || in_.is_word("GROUPS")) {
        if (auto frame = window_frame(window); !frame) return pass(frame);
    }
    if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    return window;
}

SyntaxResult<> Parser::window_frame(Window& window) {
    window.unit = in_.take().upper;
    const bool has_between = in_.accept_word("BETWEEN");
    FRESHET_TRY(from, frame_bound());
    window.from = std::move(*from);
    if (!has_between) {
        window.to.kind = "CURRENT ROW";
        return {};
    }
    if (auto and_word = in_.expect_word("AND"); !and_word) return and_word;
    FRESHET_TRY(to, frame_bound());
    window.to = std::move(*to);
    return {};
}

SyntaxResult<Window::Bound> Parser::frame_bound() {
    Window::Bound bound;
    for (const auto& [first, second] : std::array<std::pair<std::string_view, std::string_view>, 3>{
             {{"UNBOUNDED", "PRECEDING"}, {"UNBOUNDED", "FOLLOWING"}, {"CURRENT", "ROW"}}}) {
        if (!in_.accept_words({first, second})) continue;
        bound.kind = std::string(first) + " " + std::string(second);
        return bound;
    }
    FRESHET_TRY(value, additive());
    bound.value = std::move(*value);
    if (!in_.is_word("PRECEDING") && !in_.is_word("FOLLOWING"))
        return std::unexpected(in_.mismatch("'PRECEDING', 'FOLLOWING'"));
    bound.kind = in_.take().upper;
    return bound;
}

SyntaxResult<ExprPtr> Parser::case_expression() {
    auto expr = make_expr(ExprKind::case_when, in_.take().at);
    if (!in_.is_word("WHEN")) {
        expr->is_simple = true;
        FRESHET_TRY(operand, expression());
        expr->arguments.push_back(std::move(*operand));
    }
    if (!in_.is_word("WHEN")) return std::unexpected(in_.mismatch("'WHEN'"));
    while (in_.accept_word("WHEN")) {
        FRESHET_TRY(when, expression());
        if (auto then = in_.expect_word("THEN"); !then) return pass(then);
        FRESHET_TRY(result, expression());
        expr->arguments.push_back(std::move(*when));
        expr->arguments.push_back(std::move(*result));
    }
    if (in_.accept_word("ELSE")) {
        expr->has_else = true;
        FRESHET_TRY(otherwise, expression());
        expr->arguments.push_back(std::move(*otherwise));
    }
    if (auto end = in_.expect_word("END"); !end) return pass(end);
    return expr;
}

SyntaxResult<ExprPtr> Parser::cast(bool is_safe) {
    auto expr = make_expr(ExprKind::cast, in_.take().at);
    in_.take();
    expr->is_safe = is_safe;
    FRESHET_TRY(value, expression());
    expr->arguments.push_back(std::move(*value));
    if (auto as = in_.expect_word("AS"); !as) return pass(as);
    FRESHET_TRY(type, this->type());
    expr->type = std::move(*type);
    if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    return expr;
}

SyntaxResult<ExprPtr> Parser::extract() {
    auto expr = make_expr(ExprKind::extract, in_.take().at);
    in_.take();
    expr->text = lower_case(in_.take().text);
    if (auto from = in_.expect_word("FROM"); !from) return pass(from);
    FRESHET_TRY(value, expression());
    expr->arguments.push_back(std::move(*value));
    if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    return expr;
}

SyntaxResult<ExprPtr> Parser::interval() {
    auto expr = make_expr(ExprKind::interval_literal, in_.take().at);
    if (in_.accept_symbol("-")) {
        expr->is_negated = true;
    } else {
        in_.accept_symbol("+");
    }
    expr->text = in_.take().text;
    const auto unit = [&]() -> SyntaxResult<std::string> {
        for (const std::string_view name :
             {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "WEEK", "YEARS", "MONTHS", "DAYS",
              "HOURS", "MINUTES", "SECONDS"}) {
            if (in_.accept_word(name)) return std::string(name);
        }
        return std::unexpected(in_.mismatch("'DAY', 'HOUR', 'MINUTE', 'MONTH', 'SECOND', 'YEAR'"));
    };
    FRESHET_TRY(from, unit());
    expr->unit = std::move(*from);
    if (in_.accept_word("TO")) {
        FRESHET_TRY(to, unit());
        expr->unit_to = std::move(*to);
    }
    return expr;
}

SyntaxResult<ExprPtr> Parser::trim_or_position(const std::string& word) {
    auto expr = make_expr(ExprKind::call, in_.take().at, lower_case(word));
    in_.take();
    if (word == "TRIM") {
        for (const auto& [side, name] :
             std::array<std::pair<std::string_view, std::string_view>, 3>{
                 {{"LEADING", "ltrim"}, {"TRAILING", "rtrim"}, {"BOTH", "trim"}}}) {
            if (in_.accept_word(side)) expr->text = name;
        }
        if (in_.accept_word("FROM")) {
            FRESHET_TRY(only, expression());
            expr->arguments.push_back(std::move(*only));
            if (auto close = in_.expect_symbol(")"); !close) return pass(close);
            return expr;
        }
    }
    FRESHET_TRY(first, additive());
    expr->arguments.push_back(std::move(*first));
    if (word == "POSITION" && in_.accept_word("IN")) {
        FRESHET_TRY(text, additive());
        expr->text = "strpos";
        expr->arguments.insert(expr->arguments.begin(), std::move(*text));
    } else if (word == "TRIM" && in_.accept_word("FROM")) {
        FRESHET_TRY(text, additive());
        expr->arguments.insert(expr->arguments.begin(), std::move(*text));
    } else if (word == "SUBSTRING" && in_.accept_word("FROM")) {
        FRESHET_TRY(from, additive());
        expr->arguments.push_back(std::move(*from));
        if (in_.accept_word("FOR")) {
            FRESHET_TRY(length, additive());
            expr->arguments.push_back(std::move(*length));
        }
    } else {
        while (in_.accept_symbol(",")) {
            FRESHET_TRY(next, expression());
            expr->arguments.push_back(std::move(*next));
        }
    }
    if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    return expr;
}

std::optional<Type> parse_type(std::string_view text) {
    auto tokens = tokenize(text, Dialect::trino);
    if (!tokens) return std::nullopt;
    TokenReader in(text, std::move(*tokens));
    auto type = Parser(in).type();
    if (!type || in.peek().kind != TokenKind::end) return std::nullopt;
    return std::move(*type);
}

SyntaxResult<Type> Parser::type() {
    if (auto entered = enter(); !entered) return pass(entered);
    const Token token = in_.peek();
    if (token.kind != TokenKind::word) return std::unexpected(in_.mismatch("<type>"));
    in_.take();
    const bool is_time = token.upper == "TIMESTAMP" || token.upper == "TIME";
    auto made = token.upper == "ARRAY" || token.upper == "MAP" ? collection_type(token)
                : token.upper == "ROW"                         ? row_type()
                : is_time                                      ? time_type(token)
                                                               : plain_type(token);
    if (made) --depth_;
    return made;
}

SyntaxResult<std::vector<int>> Parser::type_numbers() {
    std::vector<int> numbers;
    if (!in_.accept_symbol("(")) return numbers;
    do {
        const Token number = in_.peek();
        if (number.kind != TokenKind::integer || number.text.size() > 9)
            return std::unexpected(in_.mismatch("<integer>"));
        numbers.push_back(std::stoi(in_.take().text));
    } while (in_.accept_symbol(","));
    if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    return numbers;
}

SyntaxResult<Type> Parser::collection_type(const Token& word) {
    if (auto open = in_.expect_symbol("("); !open) return pass(open);
    FRESHET_TRY(first, type());
    Type made = array_type(std::move(*first));
    if (word.upper == "MAP") {
        if (auto comma = in_.expect_symbol(","); !comma) return pass(comma);
        FRESHET_TRY(second, type());
        made = map_type(std::move(made.arguments[0]), std::move(*second));
    }
    if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    return made;
}

SyntaxResult<Type> Parser::row_type() {
    if (auto open = in_.expect_symbol("("); !open) return pass(open);
    Type made = make_type(TypeKind::row);
    do {
        std::string name;
        const Token& after = in_.peek(1);
        if (after.kind == TokenKind::word && !in_.is_word("PRECISION", 1)) name = in_.take().text;
        FRESHET_TRY(field, type());
        made.names.push_back(lower_case(name));
        made.arguments.push_back(std::move(*field));
    } while (in_.accept_symbol(","));
    if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    return made;
}

namespace {

SyntaxError unknown_type(const Token& word) {
    return SyntaxError{word.at, "Unknown type: " + lower_case(word.text),
                       ErrorCode::type_not_found};
}

}  // namespace

SyntaxResult<Type> Parser::time_type(const Token& word) {
    FRESHET_TRY(digits, type_numbers());
    const bool is_zoned = in_.accept_words({"WITH", "TIME", "ZONE"});
    if (!is_zoned) in_.accept_words({"WITHOUT", "TIME", "ZONE"});
    if (word.upper == "TIME") {
        if (is_zoned) return std::unexpected(unknown_type(word));
        return trino::time_type(digits->empty() ? 3 : (*digits)[0]);
    }
    Type made = is_zoned ? timestamp_tz_type() : timestamp_type();
    made.precision = digits->empty() ? 3 : (*digits)[0];
    return made;
}

SyntaxResult<Type> Parser::plain_type(const Token& word) {
    const auto kind = simple_type(lower_case(word.text));
    const bool is_decimal = word.upper == "DECIMAL", is_char = word.upper == "CHAR";
    if ((!kind && !is_decimal && !is_char) || word.upper == "STRING")
        return std::unexpected(unknown_type(word));
    if (word.upper == "DOUBLE") in_.accept_word("PRECISION");
    FRESHET_TRY(sizes, type_numbers());
    if (is_decimal) {
        const Type made =
            decimal_type(sizes->empty() ? 38 : (*sizes)[0], sizes->size() > 1 ? (*sizes)[1] : 0);
        if (made.precision < 1 || made.precision > 38 || made.scale > made.precision)
            return std::unexpected(unknown_type(word));
        return made;
    }
    if (is_char) return Type{TypeKind::char_, sizes->empty() ? 1 : (*sizes)[0]};
    if (*kind == TypeKind::varchar) return varchar_type(sizes->empty() ? -1 : (*sizes)[0]);
    return make_type(*kind);
}

}  // namespace freshet::sql::trino
