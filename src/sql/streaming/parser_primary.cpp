// Literals, names, CASE, CAST and calls.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "record/reserved.h"
#include "sql/streaming/interval.h"
#include "sql/streaming/parser.h"

namespace freshet::sql::streaming {
namespace {

/// Values that are written without parentheses.
constexpr std::string_view bare_functions[] = {"CURRENT_DATE",      "CURRENT_TIME",
                                               "CURRENT_TIMESTAMP", "CURRENT_ROW_TIMESTAMP",
                                               "LOCALTIME",         "LOCALTIMESTAMP"};
/// Columns whose names are reserved words.
constexpr std::string_view source_columns[] = {"ROWTIME", "APPROXIMATE_ARRIVAL_TIME", "SHARD_ID",
                                               "PARTITION_KEY", "SEQUENCE_NUMBER"};

bool is_source_column(const Token& token) {
    return token.kind == TokenKind::word &&
           std::ranges::find(source_columns, token.text) != std::end(source_columns);
}

}  // namespace

Checked<ExprPtr> Parser::primary() {
    const Position at = peek().at;
    if (peek().kind == TokenKind::number) return make(ExprKind::number, at, take().text);
    if (peek().kind == TokenKind::text) return make(ExprKind::text, at, take().text);
    if (take_symbol("(")) {
        if (is_word("SELECT")) return not_built("a subquery as a value");
        auto value = expression();
        if (!value) return value;
        if (auto closed = expect_symbol(")"); !closed) return pass(closed);
        // (a - b) DAY TO SECOND: the qualifier of a difference of times; it is in milliseconds
        // anyway.
        return interval_qualifier(std::move(*value));
    }
    if (peek().kind == TokenKind::quoted) {
        if (is_symbol("(", 1)) return call();
        return column();
    }
    if (peek().kind == TokenKind::word) return word_primary();
    return unexpected("a value");
}

/// After `value` in parentheses. What follows TO is its second unit only when it is a
/// smaller one: FLOOR((a - b) MINUTE TO MINUTE) has its own.
Checked<ExprPtr> Parser::interval_qualifier(ExprPtr value) {
    if (peek().kind != TokenKind::word || !is_interval_unit(peek().text)) return value;
    const std::string first = take().text;
    if (take_symbol("(")) {
        auto precision = whole_number("a number of digits");
        if (!precision) return pass(precision);
        if (auto closed = expect_symbol(")"); !closed) return pass(closed);
    }
    if (!is_word("TO") || !is_smaller_unit(first, peek(1).text)) return value;
    take();
    take();
    return value;
}

Checked<ExprPtr> Parser::word_primary() {
    const Position at = peek().at;
    if (take_word("NULL")) return make(ExprKind::null, at);
    if (is_word("TRUE") || is_word("FALSE")) {
        ExprPtr expr = make(ExprKind::boolean, at);
        expr->is_true = take().text == "TRUE";
        return expr;
    }
    if (is_word("CASE")) return case_expression();
    if (is_word("CAST")) return cast();
    if (is_word("INTERVAL")) return interval();
    if (is_word("EXISTS")) return not_built("EXISTS");
    for (const char* word : {"DATE", "TIME", "TIMESTAMP"}) {
        if (!is_word(word) || peek(1).kind != TokenKind::text) continue;
        ExprPtr expr = make(ExprKind::datetime, at);
        expr->type = *record::parse_type(take().text);
        expr->text = take().text;
        return expr;
    }
    if (std::ranges::find(bare_functions, peek().text) != std::end(bare_functions)) {
        ExprPtr expr = make(ExprKind::call, at, take().text);
        if (take_symbol("(")) {
            if (auto closed = expect_symbol(")"); !closed) return pass(closed);
        }
        return expr;
    }
    if (is_symbol("(", 1)) return call();
    if (record::is_reserved(peek().text) && !is_source_column(peek())) return unexpected("a value");
    return column();
}

Checked<ExprPtr> Parser::column() {
    ExprPtr expr = make(ExprKind::column, peek().at);
    expr->path.push_back(take().text);
    while (take_symbol(".")) {
        if (is_source_column(peek())) {
            expr->path.push_back(take().text);
        } else {
            auto part = name("the name of a column");
            if (!part) return pass(part);
            expr->path.push_back(std::move(*part));
        }
        if (expr->path.size() > 2)
            return wrong(expr->at,
                         "Freshet does not build fields of rows; a column is written name or "
                         "stream.name");
    }
    return expr;
}

Checked<ExprPtr> Parser::case_expression() {
    ExprPtr expr = make(ExprKind::case_when, take().at);
    if (!is_word("WHEN")) {
        expr->kind = ExprKind::case_of;
        auto operand = expression();
        if (!operand) return operand;
        expr->args.push_back(std::move(*operand));
        if (!is_word("WHEN")) return unexpected("WHEN");
    }
    while (take_word("WHEN")) {
        auto condition = expression();
        if (!condition) return condition;
        expr->args.push_back(std::move(*condition));
        if (auto then = expect_word("THEN"); !then) return pass(then);
        auto value = expression();
        if (!value) return value;
        expr->args.push_back(std::move(*value));
    }
    if (take_word("ELSE")) {
        auto value = expression();
        if (!value) return value;
        expr->args.push_back(std::move(*value));
    }
    if (!take_word("END")) return unexpected("WHEN, ELSE or END");
    return expr;
}

Checked<ExprPtr> Parser::interval() {
    ExprPtr expr = make(ExprKind::interval, take().at);
    const bool is_negative = take_symbol("-");
    if (peek().kind != TokenKind::text) return unexpected("a text such as '60'");
    const std::string text = (is_negative ? "-" : "") + take().text;
    std::string units[2];
    for (std::string& unit : units) {
        if (&unit == &units[1] && !take_word("TO")) break;
        if (!is_interval_unit(peek().text))
            return unexpected("YEAR, MONTH, DAY, HOUR, MINUTE or SECOND");
        unit = take().text;
        if (!take_symbol("(")) continue;
        auto precision = whole_number("a number of digits");
        if (!precision) return pass(precision);
        if (take_symbol(",")) {
            auto scale = whole_number("a number of digits");
            if (!scale) return pass(scale);
        }
        if (auto closed = expect_symbol(")"); !closed) return pass(closed);
    }
    const auto value = parse_interval(text, units[0], units[1]);
    if (!value) return wrong(expr->at, fmt::format("'{}' is not an interval of these units", text));
    expr->interval = *value;
    return expr;
}

Checked<ExprPtr> Parser::cast() {
    ExprPtr expr = make(ExprKind::cast, take().at);
    if (auto open = expect_symbol("("); !open) return pass(open);
    auto value = expression();
    if (!value) return value;
    expr->args.push_back(std::move(*value));
    if (auto as = expect_word("AS"); !as) return pass(as);
    auto to = type();
    if (!to) return pass(to);
    expr->type = *to;
    if (auto closed = expect_symbol(")"); !closed) return pass(closed);
    return expr;
}

Checked<ExprPtr> Parser::call() {
    const Token named = take();
    take();
    if (named.kind == TokenKind::word) {
        auto special = special_call(named.text, named.at);
        if (!special || *special) return special;
    }
    ExprPtr expr = make(ExprKind::call, named.at, named.text);
    if (take_symbol("*")) {
        expr->is_star = true;
    } else if (!is_symbol(")")) {
        expr->is_distinct = take_word("DISTINCT");
        if (!expr->is_distinct) take_word("ALL");
        do {
            auto value = expression();
            if (!value) return value;
            expr->args.push_back(std::move(*value));
        } while (take_symbol(","));
    }
    if (auto closed = expect_symbol(")"); !closed) return unexpected("',' or ')'");
    if (is_word("OVER")) return not_built("a function OVER a window");
    return expr;
}

/// The calls with words between their arguments; null for the others. After the opening
/// parenthesis.
Checked<ExprPtr> Parser::special_call(const std::string& name, Position at) {
    ExprPtr expr = make(ExprKind::call, at, name);
    if (name == "SUBSTRING") return substring(std::move(expr));
    if (name == "TRIM") return trim(std::move(expr));
    if (name == "OVERLAY") return overlay(std::move(expr));
    if (name == "EXTRACT") {
        expr->unit = take().text;
        if (auto read = expect_word("FROM"); !read) return pass(read);
    } else if (name != "FLOOR" && name != "CEIL" && name != "CEILING" && name != "STEP" &&
               name != "POSITION") {
        return ExprPtr();
    }
    auto value = name == "POSITION" ? sum() : expression();
    if (!value) return value;
    expr->args.push_back(std::move(*value));
    const char* const between = name == "STEP" ? "BY" : name == "POSITION" ? "IN" : "";
    if (*between) {
        if (auto read = expect_word(between); !read) return pass(read);
        auto second = expression();
        if (!second) return second;
        expr->args.push_back(std::move(*second));
    } else if (name != "EXTRACT" && take_word("TO")) {
        if (peek().kind != TokenKind::word) return unexpected("a unit of time");
        expr->unit = take().text;
    }
    if (auto closed = expect_symbol(")"); !closed) return pass(closed);
    return expr;
}

/// SUBSTRING(s FROM p [FOR n]) and SUBSTRING(s, p [, n]); the first form is marked by `unit`.
Checked<ExprPtr> Parser::substring(ExprPtr expr) {
    auto value = expression();
    if (!value) return value;
    expr->args.push_back(std::move(*value));
    if (is_word("SIMILAR")) return not_built("SUBSTRING ... SIMILAR");
    const bool words = is_word("FROM");
    if (words) expr->unit = "FROM";
    if (!take_word("FROM")) {
        if (auto comma = expect_symbol(","); !comma) return unexpected("FROM or ','");
    }
    for (int i = 0; i < 2; ++i) {
        auto number = expression();
        if (!number) return number;
        expr->args.push_back(std::move(*number));
        if (!(words ? take_word("FOR") : take_symbol(","))) break;
    }
    if (auto closed = expect_symbol(")"); !closed) return pass(closed);
    return expr;
}

/// TRIM([LEADING|TRAILING|BOTH] [c] FROM s), TRIM(s): the value, then the character.
Checked<ExprPtr> Parser::trim(ExprPtr expr) {
    expr->unit = "BOTH";
    bool is_sided = false;
    for (const char* side : {"LEADING", "TRAILING", "BOTH"}) {
        if (!take_word(side)) continue;
        expr->unit = side;
        is_sided = true;
    }
    ExprPtr character = make(ExprKind::text, expr->at, " ");
    if (!is_sided || !is_word("FROM")) {
        auto value = expression();
        if (!value) return value;
        if (!is_word("FROM") && !is_sided) {
            expr->args.push_back(std::move(*value));
            expr->args.push_back(std::move(character));
            if (auto closed = expect_symbol(")"); !closed) return unexpected("FROM or ')'");
            return expr;
        }
        character = std::move(*value);
    }
    if (auto read = expect_word("FROM"); !read) return pass(read);
    auto value = expression();
    if (!value) return value;
    expr->args.push_back(std::move(*value));
    expr->args.push_back(std::move(character));
    if (auto closed = expect_symbol(")"); !closed) return pass(closed);
    return expr;
}

Checked<ExprPtr> Parser::overlay(ExprPtr expr) {
    const char* words[] = {"PLACING", "FROM", "FOR"};
    auto value = expression();
    if (!value) return value;
    expr->args.push_back(std::move(*value));
    for (const char* word : words) {
        if (!take_word(word)) {
            if (expr->args.size() < 3) return unexpected(word);
            break;
        }
        auto next = expression();
        if (!next) return next;
        expr->args.push_back(std::move(*next));
    }
    if (auto closed = expect_symbol(")"); !closed) return pass(closed);
    return expr;
}

}  // namespace freshet::sql::streaming
