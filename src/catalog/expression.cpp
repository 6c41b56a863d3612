#include "catalog/expression.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text/wildcards.h"
#include "catalog/catalog.h"
#include "catalog/errors.h"
#include "catalog/key_value.h"

namespace freshet::catalog {

struct Expression::Node {
    enum class Kind {
        always,
        both,
        either,
        negation,
        equal,
        different,
        less,
        less_equal,
        greater,
        greater_equal,
        among,
        between,
        like,
        is_null
    };
    Kind kind = Kind::always;
    std::unique_ptr<Node> left, right;
    std::size_t key = 0;
    KeyKind sort = KeyKind::text;
    std::vector<std::string> values;
    std::vector<long double> numbers;  ///< the values, of a key that is not a text
};

namespace {

using Node = Expression::Node;

constexpr int depth_max = 64;
constexpr std::string_view null_partition = "__HIVE_DEFAULT_PARTITION__";

/// One word of the text: a name, an operator, a literal.
struct Token {
    enum class Kind { end, word, text, number, sign };
    Kind kind = Kind::end;
    std::string value;
    std::size_t at = 0;
};

class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text) {}
    Result<Token> next() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
        Token token{Token::Kind::end, "", at_};
        if (at_ == text_.size()) return token;
        const char c = text_[at_];
        if (c == '\'') return quoted('\'', Token::Kind::text);
        if (c == '"' || c == '`') return quoted(c, Token::Kind::word);
        if (is_word(c) || (c == '-' && at_ + 1 < text_.size() &&
                           std::isdigit(static_cast<unsigned char>(text_[at_ + 1])))) {
            do token.value += text_[at_++];
            while (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == '.'));
            const bool starts_number =
                std::isdigit(static_cast<unsigned char>(token.value[0])) || token.value[0] == '-';
            token.kind = starts_number ? Token::Kind::number : Token::Kind::word;
            return token;
        }
        token.kind = Token::Kind::sign;
        token.value = text_.substr(at_, 1);
        for (const std::string_view two : {"<>", "!=", "<=", ">="}) {
            if (text_.substr(at_, 2) == two) token.value = two;
        }
        at_ += token.value.size();
        return token;
    }

  private:
    static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
    Result<Token> quoted(char quote, Token::Kind kind) {
        Token token{kind, "", at_++};
        while (at_ < text_.size()) {
            if (text_[at_] != quote)
                token.value += text_[at_++];
            else if (at_ + 1 < text_.size() && text_[at_ + 1] == quote)
                token.value += quote, at_ += 2;
            else
                return ++at_, token;
        }
        return fail(
            Errc::invalid,
            fmt::format(
                "Invalid partition expression: the text that begins at character {} does not end",
                token.at + 1));
    }
    std::string_view text_;
    std::size_t at_ = 0;
};

using Parsed = Result<std::unique_ptr<Node>>;

std::unique_ptr<Node> make(Node::Kind kind, std::unique_ptr<Node> left = nullptr,
                           std::unique_ptr<Node> right = nullptr) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->left = std::move(left);
    node->right = std::move(right);
    return node;
}

class Parser {
  public:
    Parser(std::string_view text, const std::vector<Column>& keys) : lexer_(text), keys_(keys) {}

    Parsed all() {
        if (auto moved = advance(); !moved) return pass(moved);
        if (token_.kind == Token::Kind::end) return make(Node::Kind::always);
        auto node = either(0);
        if (node && token_.kind != Token::Kind::end) return expected("AND, OR or the end");
        return node;
    }

  private:
    Result<> advance() {
        auto token = lexer_.next();
        if (!token) return pass(token);
        token_ = std::move(*token);
        return {};
    }
    Failure expected(std::string_view what) const {
        return fail(
            Errc::invalid,
            fmt::format("Invalid partition expression: at character {}: {} was expected, not '{}'",
                        token_.at + 1, what, token_.value));
    }
    bool is_word(std::string_view word) const {
        return token_.kind == Token::Kind::word && folded(token_.value) == word;
    }
    bool is_sign(std::string_view sign) const {
        return token_.kind == Token::Kind::sign && token_.value == sign;
    }
    /// Takes the word when it is next.
    Result<bool> take(bool is_next) {
        if (!is_next) return false;
        if (auto moved = advance(); !moved) return pass(moved);
        return true;
    }

    Parsed either(int depth) {
        if (depth > depth_max) return expected("an expression that is not nested so deep");
        auto node = both(depth);
        while (node) {
            auto more = take(is_word("or"));
            if (!more) return pass(more);
            if (!*more) return node;
            auto right = both(depth);
            if (!right) return right;
            node = make(Node::Kind::either, std::move(*node), std::move(*right));
        }
        return node;
    }

    Parsed both(int depth) {
        auto node = negation(depth);
        while (node) {
            auto more = take(is_word("and"));
            if (!more) return pass(more);
            if (!*more) return node;
            auto right = negation(depth);
            if (!right) return right;
            node = make(Node::Kind::both, std::move(*node), std::move(*right));
        }
        return node;
    }

    Parsed negation(int depth) {
        auto negated = take(is_word("not"));
        if (!negated) return pass(negated);
        if (*negated) {
            auto inner = depth > depth_max ? expected("an expression that is not nested so deep")
                                           : negation(depth + 1);
            if (!inner) return inner;
            return make(Node::Kind::negation, std::move(*inner));
        }
        auto opened = take(is_sign("("));
        if (!opened) return pass(opened);
        if (!*opened) return comparison();
        auto inner = either(depth + 1);
        if (!inner) return inner;
        auto closed = take(is_sign(")"));
        if (!closed) return pass(closed);
        if (!*closed) return expected("')'");
        return inner;
    }

    Parsed comparison() {
        if (token_.kind != Token::Kind::word) return expected("a partition key");
        const std::string name = folded(token_.value);
        const auto key = std::ranges::find(keys_, name, &Column::name);
        if (key == keys_.end()) return expected("a partition key of the table");
        auto node = make(Node::Kind::equal);
        node->key = static_cast<std::size_t>(key - keys_.begin());
        const auto sort = key_kind(key->type);
        if (!sort) return fail(Errc::invalid, fmt::format("Unknown type : '{}'", key->type));
        node->sort = *sort;
        if (auto moved = advance(); !moved) return pass(moved);
        if (is_word("is")) return null_test(std::move(node));
        auto negated = take(is_word("not"));
        if (!negated) return pass(negated);
        Result<> done;
        if (is_word("in"))
            done = list(*node);
        else if (is_word("between"))
            done = between(*node);
        else if (is_word("like"))
            done = like(*node);
        else if (*negated)
            return expected("IN, BETWEEN or LIKE");
        else
            done = compare(*node);
        if (!done) return pass(done);
        return *negated ? make(Node::Kind::negation, std::move(node)) : std::move(node);
    }

    Parsed null_test(std::unique_ptr<Node> node) {
        if (auto moved = advance(); !moved) return pass(moved);
        auto negated = take(is_word("not"));
        if (!negated) return pass(negated);
        auto null = take(is_word("null"));
        if (!null) return pass(null);
        if (!*null) return expected("NULL");
        node->kind = Node::Kind::is_null;
        return *negated ? make(Node::Kind::negation, std::move(node)) : std::move(node);
    }

    Result<> literal(Node& node) {
        if (token_.kind != Token::Kind::text && token_.kind != Token::Kind::number)
            return expected("a value");
        if (node.sort != KeyKind::text) {
            const auto number = key_number(node.sort, token_.value);
            if (!number)
                return fail(Errc::invalid,
                            fmt::format("Invalid partition expression: '{}' is no value of the "
                                        "key {}, which is {}",
                                        token_.value, keys_[node.key].name, keys_[node.key].type));
            node.numbers.push_back(*number);
        }
        node.values.push_back(token_.value);
        return advance();
    }

    Result<> compare(Node& node) {
        static constexpr std::pair<std::string_view, Node::Kind> signs[] = {
            {"=", Node::Kind::equal},         {"<>", Node::Kind::different},
            {"!=", Node::Kind::different},    {"<", Node::Kind::less},
            {"<=", Node::Kind::less_equal},   {">", Node::Kind::greater},
            {">=", Node::Kind::greater_equal}};
        for (const auto& [sign, kind] : signs) {
            if (!is_sign(sign)) continue;
            node.kind = kind;
            if (auto moved = advance(); !moved) return moved;
            return literal(node);
        }
        return expected("a comparison");
    }

    Result<> list(Node& node) {
        node.kind = Node::Kind::among;
        if (auto moved = advance(); !moved) return moved;
        if (!is_sign("(")) return expected("'('");
        do {
            if (auto moved = advance(); !moved) return moved;
            if (auto value = literal(node); !value) return value;
        } while (is_sign(","));
        if (!is_sign(")")) return expected("',' or ')'");
        return advance();
    }

    Result<> between(Node& node) {
        node.kind = Node::Kind::between;
        if (auto moved = advance(); !moved) return moved;
        if (auto low = literal(node); !low) return low;
        if (!is_word("and")) return expected("AND");
        if (auto moved = advance(); !moved) return moved;
        return literal(node);
    }

    Result<> like(Node& node) {
        node.kind = Node::Kind::like;
        if (node.sort != KeyKind::text)
            return fail(Errc::invalid,
                        fmt::format("Invalid partition expression: the type {} has no LIKE",
                                    keys_[node.key].type));
        if (auto moved = advance(); !moved) return moved;
        return literal(node);
    }

    Lexer lexer_;
    const std::vector<Column>& keys_;
    Token token_;
};

/// Of SQL: true, false, or unknown.
using Truth = std::optional<bool>;

Truth both_of(Truth a, Truth b) {
    if (a == Truth(false) || b == Truth(false)) return false;
    return a && b ? Truth(true) : std::nullopt;
}

Truth opposite(Truth a) { return a ? Truth(!*a) : a; }

template <class T>
bool compares(const Node& node, const T& value, const std::vector<T>& to) {
    using Kind = Node::Kind;
    switch (node.kind) {
        case Kind::equal:
            return value == to[0];
        case Kind::different:
            return value != to[0];
        case Kind::less:
            return value < to[0];
        case Kind::less_equal:
            return value <= to[0];
        case Kind::greater:
            return value > to[0];
        case Kind::greater_equal:
            return value >= to[0];
        case Kind::between:
            return value >= to[0] && value <= to[1];
        case Kind::among:
            return std::ranges::find(to, value) != to.end();
        case Kind::always:
        case Kind::both:
        case Kind::either:
        case Kind::negation:
        case Kind::is_null:
        case Kind::like:
            break;
    }
    return false;
}

Truth holds(const Node& node, const std::vector<std::string>& values) {
    using Kind = Node::Kind;
    if (node.kind == Kind::always) return true;
    if (node.kind == Kind::both)
        return both_of(holds(*node.left, values), holds(*node.right, values));
    if (node.kind == Kind::either)
        return opposite(
            both_of(opposite(holds(*node.left, values)), opposite(holds(*node.right, values))));
    if (node.kind == Kind::negation) return opposite(holds(*node.left, values));
    const std::string& value = values[node.key];
    if (node.kind == Kind::is_null) return value == null_partition;
    if (node.kind == Kind::like) return is_like(value, node.values[0], {'%', '_'});
    if (node.sort == KeyKind::text) return compares(node, value, node.values);
    const auto number = key_number(node.sort, value);
    if (!number) return std::nullopt;
    return compares(node, *number, node.numbers);
}

}  // namespace

Expression::Expression(std::unique_ptr<Node> root) : root_(std::move(root)) {}
Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;

Result<Expression> Expression::parse(std::string_view text, const std::vector<Column>& keys) {
    auto root = Parser(text, keys).all();
    if (!root) return pass(root);
    return Expression(std::move(*root));
}

bool Expression::matches(const std::vector<std::string>& values) const {
    return holds(*root_, values).value_or(false);
}

}  // namespace freshet::catalog
