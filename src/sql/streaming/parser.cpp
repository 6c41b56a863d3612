#include "sql/streaming/parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/stack.h"
#include "record/reserved.h"

namespace freshet::sql::streaming {

// --- tokens

namespace {

/// Words of the dialect that no rule of this parser reads: where one is used, the code is right and
/// the feature is missing.
constexpr std::string_view not_built_words[] = {
    "ALTER",        "ANALYZE",      "ANY",     "ARRAY",   "CONTAINS", "CURRENT_PATH",
    "CURRENT_ROLE", "CURRENT_USER", "DROP",    "EXPLAIN", "FETCH",    "FILTER",
    "LATERAL",      "MULTISET",     "OPTIONS", "OVER",    "OVERLAPS", "PRECEDES",
    "ROW",          "SESSION_USER", "SET",     "SOME",    "SUCCEEDS", "SYSTEM_USER",
    "TABLESAMPLE",  "UESCAPE",      "USER",    "VALUES",  "WITHIN",   "IMMEDIATELY"};

}  // namespace

std::unexpected<CodeError> Parser::unexpected(std::string_view expected) const {
    const Token& token = peek();
    const bool is_built =
        token.kind != TokenKind::word ||
        std::ranges::find(not_built_words, token.text) == std::end(not_built_words);
    if (!is_built) return not_built(token.text);
    if (is_symbol("{")) return not_built("literals in braces");
    if (token.kind == TokenKind::text && at_ > 0 && tokens_[at_ - 1].text == "X")
        return not_built("binary literals");
    if (token.kind == TokenKind::end)
        return wrong(token.at, fmt::format("the code ends here, expected {}", expected));
    return wrong(token.at, fmt::format("unexpected '{}', expected {}", token.text, expected));
}

std::unexpected<CodeError> Parser::not_built(std::string_view what) const {
    return wrong(peek().at, fmt::format("Freshet does not build {}", what));
}

ExprPtr Parser::make(ExprKind kind, Position at, std::string text) const {
    auto expr = std::make_unique<Expr>();
    expr->kind = kind;
    expr->at = at;
    expr->text = std::move(text);
    return expr;
}

Checked<> Parser::expect_word(std::string_view word) {
    if (take_word(word)) return {};
    return unexpected(word);
}

Checked<> Parser::expect_symbol(std::string_view symbol) {
    if (take_symbol(symbol)) return {};
    return unexpected(fmt::format("'{}'", symbol));
}

Checked<std::string> Parser::name(const char* what) {
    if (peek().kind == TokenKind::quoted) return take().text;
    if (peek().kind != TokenKind::word) return unexpected(what);
    if (record::is_reserved(peek().text))
        return wrong(peek().at, fmt::format("'{}' is a reserved word; write it in double quotes to "
                                            "use it as {}",
                                            peek().text, what));
    return take().text;
}

Checked<std::int64_t> Parser::whole_number(const char* what) {
    const Token& token = peek();
    if (token.kind != TokenKind::number || token.text.size() > 9 ||
        token.text.find_first_not_of("0123456789") != std::string::npos)
        return unexpected(what);
    return std::stoll(take().text);
}

bool ends_a_clause(const Token& token) {
    return token.kind == TokenKind::word && record::is_reserved(token.text);
}

// --- statements

Checked<Script> parse_script(std::string_view code) {
    auto tokens = tokens_of(code);
    if (!tokens) return pass(tokens);
    return Parser(std::move(*tokens)).script();
}

Checked<Script> Parser::script() {
    Script script;
    while (true) {
        while (take_symbol(";")) {
        }
        if (peek().kind == TokenKind::end) return script;
        if (auto read = statement(script); !read) return pass(read);
        if (peek().kind != TokenKind::end && !is_symbol(";")) return unexpected("';'");
    }
}

Checked<> Parser::statement(Script& script) {
    const Position at = peek().at;
    if (is_word("SELECT") || is_word("INSERT"))
        return wrong(at,
                     "a query belongs in a pump: CREATE OR REPLACE PUMP ... AS INSERT INTO ...");
    if (auto created = expect_word("CREATE"); !created) return unexpected("CREATE");
    if (take_word("OR")) {
        if (auto replace = expect_word("REPLACE"); !replace) return replace;
    }
    if (take_word("STREAM")) return create_stream(script, at);
    if (take_word("PUMP")) return create_pump(script, at);
    for (const char* other : {"VIEW", "FUNCTION", "TABLE", "SCHEMA"}) {
        if (is_word(other)) return not_built(fmt::format("CREATE {}", other));
    }
    return unexpected("STREAM or PUMP");
}

Checked<> Parser::description() {
    if (!take_word("DESCRIPTION")) return {};
    if (peek().kind != TokenKind::text) return unexpected("a text");
    take();
    return {};
}

Checked<record::Type> Parser::type() {
    const Position at = peek().at;
    if (peek().kind != TokenKind::word) return unexpected("a type");
    std::string text = take().text;
    if (is_word("PRECISION") || is_word("VARYING")) text += " " + take().text;
    if (is_symbol("(")) {
        while (peek().kind != TokenKind::end && !is_symbol(")")) text += take().text;
        if (auto closed = expect_symbol(")"); !closed) return pass(closed);
        text += ")";
    }
    const auto type = record::parse_type(text);
    if (!type) return wrong(at, fmt::format("'{}' is not a type of a column", text));
    return *type;
}

Checked<> Parser::create_stream(Script& script, Position at) {
    CreateStream stream;
    stream.at = at;
    auto named = name("the name of a stream");
    if (!named) return pass(named);
    stream.name = std::move(*named);
    if (auto open = expect_symbol("("); !open) return open;
    do {
        record::Column column;
        const Position column_at = peek().at;
        auto column_name = name("the name of a column");
        if (!column_name) return pass(column_name);
        column.name = std::move(*column_name);
        auto column_type = type();
        if (!column_type) return pass(column_type);
        column.type = *column_type;
        if (take_word("NOT")) {
            if (auto null = expect_word("NULL"); !null) return null;
            column.not_null = true;
        }
        if (std::ranges::find(stream.columns, column.name, &record::Column::name) !=
            stream.columns.end())
            return wrong(column_at, fmt::format("the stream has two columns {}", column.name));
        stream.columns.push_back(std::move(column));
    } while (take_symbol(","));
    if (auto closed = expect_symbol(")"); !closed) return unexpected("',' or ')'");
    if (auto described = description(); !described) return described;
    script.streams.push_back(std::move(stream));
    return {};
}

Checked<> Parser::create_pump(Script& script, Position at) {
    CreatePump pump;
    pump.at = at;
    auto named = name("the name of a pump");
    if (!named) return pass(named);
    pump.name = std::move(*named);
    pump.is_stopped = take_word("STOPPED");
    if (auto described = description(); !described) return described;
    for (const char* word : {"AS", "INSERT", "INTO"}) {
        if (auto read = expect_word(word); !read) return read;
    }
    pump.target_at = peek().at;
    auto target = name("the name of a stream");
    if (!target) return pass(target);
    pump.target = std::move(*target);
    if (take_symbol("(")) {
        do {
            auto column = name("the name of a column");
            if (!column) return pass(column);
            pump.columns.push_back(std::move(*column));
        } while (take_symbol(","));
        if (auto closed = expect_symbol(")"); !closed) return unexpected("',' or ')'");
    }
    auto query = select();
    if (!query) return pass(query);
    pump.query = std::move(*query);
    script.pumps.push_back(std::move(pump));
    return {};
}

// --- queries

Checked<std::unique_ptr<Select>> Parser::select() {
    if (++depth_ > depth_max || !stack_has_room())
        return wrong(peek().at, "the query is nested too deeply");
    auto select = std::make_unique<Select>();
    select->at = peek().at;
    if (auto read = expect_word("SELECT"); !read) return pass(read);
    take_word("STREAM");
    if (is_word("DISTINCT")) return not_built("SELECT DISTINCT");
    take_word("ALL");
    if (auto read = items(*select); !read) return pass(read);
    if (!is_word("FROM")) return unexpected("',' or FROM");
    take();
    auto source = from();
    if (!source) return pass(source);
    select->from = std::move(*source);
    if (auto read = clauses(*select); !read) return pass(read);
    --depth_;
    return select;
}

Checked<> Parser::items(Select& select) {
    do {
        Item item;
        item.at = peek().at;
        if (take_symbol("*")) {
            select.items.push_back(std::move(item));
            continue;
        }
        if ((peek().kind == TokenKind::quoted || peek().kind == TokenKind::word) &&
            is_symbol(".", 1) && is_symbol("*", 2)) {
            item.star_of = take().text;
            take();
            take();
            select.items.push_back(std::move(item));
            continue;
        }
        auto value = expression();
        if (!value) return pass(value);
        item.expr = std::move(*value);
        if (take_word("AS")) {
            if (is_word("ROWTIME")) {
                item.alias = take().text;
            } else {
                auto alias = name("a name");
                if (!alias) return pass(alias);
                item.alias = std::move(*alias);
            }
        } else if (peek().kind == TokenKind::quoted ||
                   (peek().kind == TokenKind::word && !ends_a_clause(peek()))) {
            item.alias = take().text;
        }
        select.items.push_back(std::move(item));
    } while (take_symbol(","));
    return {};
}

Checked<> Parser::alias_of(From& from) {
    if (is_word("OVER")) return not_built("a window over a stream in FROM");
    if (take_word("AS")) {
        auto alias = name("a name");
        if (!alias) return pass(alias);
        from.alias = std::move(*alias);
    } else if (peek().kind == TokenKind::quoted ||
               (peek().kind == TokenKind::word && !ends_a_clause(peek()) && !is_word("WINDOWED"))) {
        from.alias = take().text;
    }
    if (from.alias.empty() || !take_symbol("(")) return {};
    do {
        auto column = name("the name of a column");
        if (!column) return pass(column);
        from.columns.push_back(std::move(*column));
    } while (take_symbol(","));
    return expect_symbol(")");
}

Checked<From> Parser::from() {
    From from;
    from.at = peek().at;
    if (take_symbol("(")) {
        from.kind = FromKind::subquery;
        auto query = select();
        if (!query) return pass(query);
        from.query = std::move(*query);
        if (auto closed = expect_symbol(")"); !closed) return pass(closed);
    } else if (is_word("TABLE")) {
        auto function = table_function();
        if (!function) return pass(function);
        from = std::move(*function);
    } else {
        auto named = name("the name of a stream, (SELECT ...) or TABLE(...)");
        if (!named) return pass(named);
        from.name = std::move(*named);
    }
    if (auto aliased = alias_of(from); !aliased) return pass(aliased);
    if (is_symbol(",")) return not_built("a second stream in FROM");
    for (const char* join : {"JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "NATURAL"}) {
        if (is_word(join)) return not_built("JOIN");
    }
    return from;
}

Checked<From> Parser::table_function() {
    From from;
    from.kind = FromKind::function;
    take();
    if (auto open = expect_symbol("("); !open) return pass(open);
    from.at = peek().at;
    auto named = name("the name of a function");
    if (!named) return pass(named);
    from.name = std::move(*named);
    if (auto open = expect_symbol("("); !open) return pass(open);
    if (auto cursor = expect_word("CURSOR"); !cursor) return pass(cursor);
    if (auto open = expect_symbol("("); !open) return pass(open);
    auto query = select();
    if (!query) return pass(query);
    from.query = std::move(*query);
    if (auto closed = expect_symbol(")"); !closed) return pass(closed);
    while (take_symbol(",")) {
        auto value = expression();
        if (!value) return pass(value);
        from.args.push_back(std::move(*value));
    }
    for (int i = 0; i < 2; ++i) {
        if (auto closed = expect_symbol(")"); !closed) return pass(closed);
    }
    return from;
}

Checked<> Parser::clauses(Select& select) {
    if (take_word("WHERE")) {
        auto condition = expression();
        if (!condition) return pass(condition);
        select.where = std::move(*condition);
    }
    if (is_word("WINDOWED")) return not_built("WINDOWED BY STAGGER");
    if (take_word("GROUP")) {
        if (auto by = expect_word("BY"); !by) return by;
        do {
            auto key = expression();
            if (!key) return pass(key);
            select.group_by.push_back(std::move(*key));
        } while (take_symbol(","));
    }
    if (take_word("HAVING")) {
        auto condition = expression();
        if (!condition) return pass(condition);
        select.having = std::move(*condition);
    }
    for (const char* later : {"WINDOW", "UNION", "INTERSECT", "EXCEPT"}) {
        if (is_word(later)) return not_built(later);
    }
    if (is_word("ORDER")) return not_built("ORDER BY on a stream");
    return {};
}

}  // namespace freshet::sql::streaming
