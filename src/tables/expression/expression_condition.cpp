// Conditions and projections: OR binds weakest, then AND, then NOT.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "tables/errors.h"
#include "tables/expression/tokens.h"
#include "tables/limits.h"

namespace freshet::tables {
namespace {

constexpr int depth_max = 150;

constexpr std::pair<std::string_view, Test> comparators[] = {
    {"=", Test::equal},       {"<>", Test::not_equal}, {"<", Test::less},
    {"<=", Test::less_equal}, {">", Test::greater},    {">=", Test::greater_equal}};

struct Function {
    std::string_view name;
    Test test;
    std::size_t operands;
};
constexpr Function functions[] = {{"attribute_exists", Test::exists, 1},
                                  {"attribute_not_exists", Test::not_exists, 1},
                                  {"attribute_type", Test::has_type, 2},
                                  {"begins_with", Test::begins_with, 2},
                                  {"contains", Test::contains, 2}};

const Value* literal(const Operand& operand) { return std::get_if<Value>(&operand.held); }

bool has_order(const Value& value) {
    return value.as<std::string>() || value.as<Decimal>() || value.as<Binary>();
}

class Parser {
  public:
    Parser(std::string_view what, const std::string& text, Substitutes& substitutes)
        : in_(what, text, substitutes) {}

    Result<Condition> whole() {
        Condition out;
        if (!in_.has_failed() && take_any_of(out, 0) && !in_.is_end()) in_.fails_here();
        if (in_.has_failed()) return std::unexpected(in_.error());
        return out;
    }

  private:
    bool take_any_of(Condition& out, int depth) {
        return take_series(out, depth, Test::any_of, "OR", &Parser::take_all_of);
    }
    bool take_all_of(Condition& out, int depth) {
        return take_series(out, depth, Test::all_of, "AND", &Parser::take_negated);
    }

    bool take_series(Condition& out, int depth, Test test, std::string_view word,
                     bool (Parser::*part)(Condition&, int)) {
        if (!(this->*part)(out, depth)) return false;
        if (!in_.is_word(word)) return true;
        Condition all{test};
        all.parts.push_back(std::move(out));
        while (in_.take_word_if(word)) {
            if (!in_.note_operator() || !(this->*part)(all.parts.emplace_back(), depth))
                return false;
        }
        out = std::move(all);
        return true;
    }

    bool take_negated(Condition& out, int depth) {
        if (depth > depth_max) return in_.fails("The expression is nested too deeply");
        if (!in_.take_word_if("NOT")) return take_primary(out, depth);
        out.test = Test::none_of;
        return in_.note_operator() && take_negated(out.parts.emplace_back(), depth + 1);
    }

    bool take_primary(Condition& out, int depth) {
        if (in_.is_sign("(")) {
            if (in_.has_redundant_parentheses())
                return in_.fails("The expression has redundant parentheses;");
            in_.take();
            return take_any_of(out, depth + 1) && in_.take_sign(")");
        }
        if (in_.is_call() && in_.peek().text != "size") return take_call(out);
        if (!take_operand(out.operands.emplace_back())) return false;
        return take_comparison(out);
    }

    bool take_call(Condition& out) {
        const std::string name = in_.take();
        const auto* function = std::ranges::find(functions, name, &Function::name);
        if (function == std::end(functions))
            return in_.fails(fmt::format("Invalid function name; function: {}", name));
        in_.take();
        do {
            if (!take_operand(out.operands.emplace_back())) return false;
        } while (in_.take_sign_if(","));
        if (!in_.take_sign(")")) return false;
        out.test = function->test;
        if (out.operands.size() != function->operands)
            return in_.fails(
                fmt::format("Incorrect number of operands for operator or function; operator or "
                            "function: {}, number of operands: {}",
                            name, out.operands.size()));
        for (const auto& [text, test] : comparators)
            if (in_.is_sign(text)) return fails_by_use(name);
        return in_.note_operator() && accepts_call(out, *function);
    }

    bool fails_by_use(const std::string& name) {
        return in_.fails(fmt::format(
            "The function is not allowed to be used this way in an expression; function: {}",
            name));
    }

    bool accepts_call(const Condition& out, const Function& function) {
        const bool wants_path = function.test == Test::exists || function.test == Test::not_exists;
        if (wants_path && !std::holds_alternative<Path>(out.operands[0].held))
            return in_.fails(
                fmt::format("Operator or function requires a document path; operator or function: "
                            "{}",
                            function.name));
        const auto fails_by_type = [&](const Value& value) {
            return in_.fails(
                fmt::format("Incorrect operand type for operator or function; operator or "
                            "function: {}, operand type: {}",
                            function.name, code_of(value.kind())));
        };
        if (function.test == Test::begins_with) {
            for (const Operand& one : out.operands)
                if (const Value* value = literal(one);
                    value && !value->as<std::string>() && !value->as<Binary>())
                    return fails_by_type(*value);
        }
        if (function.test != Test::has_type) return true;
        const Value* type = literal(out.operands[1]);
        if (!type) return in_.fails_here();
        if (!type->as<std::string>()) return fails_by_type(*type);
        static constexpr std::string_view all[] = {"B",  "NULL", "SS", "BOOL", "L",
                                                   "BS", "N",    "NS", "S",    "M"};
        if (std::ranges::find(all, *type->as<std::string>()) != std::end(all)) return true;
        return in_.fails(
            fmt::format("Invalid attribute type name found; type: {}, valid types: "
                        "{{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}",
                        *type->as<std::string>()));
    }

    bool take_operand(Operand& out) {
        if (in_.has_failed()) return false;
        if (in_.peek().kind == Token::Kind::value) return in_.take_value(out.held.emplace<Value>());
        if (!in_.is_call()) return in_.take_path(out.held.emplace<Path>());
        const std::string name = in_.take();
        if (name != "size") {
            const bool is_known =
                std::ranges::find(functions, name, &Function::name) != std::end(functions);
            return is_known ? fails_by_use(name)
                            : in_.fails(fmt::format("Invalid function name; function: {}", name));
        }
        in_.take();
        if (in_.peek().kind == Token::Kind::value)
            return in_.fails(
                "Operator or function requires a document path; operator or function: size");
        return in_.take_path(out.held.emplace<SizeOf>().path) && in_.take_sign(")");
    }

    bool take_comparison(Condition& out) {
        for (const auto& [text, test] : comparators) {
            if (!in_.is_sign(text)) continue;
            in_.take();
            out.test = test;
            if (!in_.note_operator() || !take_operand(out.operands.emplace_back())) return false;
            return test == Test::equal || test == Test::not_equal || accepts_order(out, text);
        }
        if (in_.take_word_if("BETWEEN")) return take_between(out);
        if (in_.take_word_if("IN")) return take_in(out);
        if (in_.is_end() && std::holds_alternative<SizeOf>(out.operands[0].held))
            return fails_by_use("size");
        return in_.fails_here();
    }

    bool accepts_order(const Condition& out, std::string_view name) {
        for (const Operand& one : out.operands) {
            const Value* value = literal(one);
            if (value && !has_order(*value))
                return in_.fails(
                    fmt::format("Incorrect operand type for operator or function; operator or "
                                "function: {}, operand type: {}",
                                name, code_of(value->kind())));
        }
        return true;
    }

    bool take_between(Condition& out) {
        out.test = Test::between;
        if (!in_.note_operator() || !take_operand(out.operands.emplace_back())) return false;
        if (!in_.take_word_if("AND")) return in_.fails_here();
        if (!take_operand(out.operands.emplace_back()) || !accepts_order(out, "BETWEEN"))
            return false;
        const Value *low = literal(out.operands[1]), *high = literal(out.operands[2]);
        if (!low || !high) return true;
        const auto fail_bounds = [&](std::string_view demand) {
            return in_.fails(fmt::format(
                "The BETWEEN operator requires {}; lower bound operand: AttributeValue: {}, upper "
                "bound operand: AttributeValue: {}",
                demand, shown(*low), shown(*high)));
        };
        if (low->kind() != high->kind())
            return fail_bounds("same data type for lower and upper bounds");
        if (holds({Test::greater, {{*low}, {*high}}}, {}))
            return fail_bounds("upper bound to be greater than or equal to lower bound");
        return true;
    }

    bool take_in(Condition& out) {
        out.test = Test::in;
        if (!in_.note_operator() || !in_.take_sign("(")) return false;
        do {
            if (!take_operand(out.operands.emplace_back())) return false;
        } while (in_.take_sign_if(","));
        if (out.operands.size() > limits::in_operands_max + 1)
            return in_.fails(
                fmt::format("The IN operator is provided with too many operands; number of "
                            "operands: {}",
                            out.operands.size() - 1));
        return in_.take_sign(")");
    }

    TokenReader in_;
};

}  // namespace

Result<Condition> parse_condition(std::string_view what, const std::string& text,
                                  Substitutes& substitutes) {
    return Parser(what, text, substitutes).whole();
}

Result<std::vector<Path>> parse_projection(const std::string& text, Substitutes& substitutes) {
    TokenReader in("ProjectionExpression", text, substitutes);
    std::vector<Path> paths;
    if (!in.has_failed()) {
        do {
            if (!in.take_path(paths.emplace_back())) break;
            for (std::size_t i = 0; i + 1 < paths.size(); ++i)
                if (auto bad = clash(paths[i], paths.back())) in.fails(*bad);
        } while (in.take_sign_if(","));
        if (!in.is_end()) in.fails_here();
    }
    if (in.has_failed()) return std::unexpected(in.error());
    return paths;
}

}  // namespace freshet::tables
