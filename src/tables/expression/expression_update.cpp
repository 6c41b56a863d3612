// UpdateExpression: SET path = term, ... REMOVE path, ... ADD path :value, ... DELETE path :set,
// ...
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "tables/errors.h"
#include "tables/expression/tokens.h"

namespace freshet::tables {
namespace {

constexpr int depth_max = 50;

constexpr std::pair<std::string_view, Verb> sections[] = {
    {"SET", Verb::set}, {"REMOVE", Verb::remove}, {"ADD", Verb::add}, {"DELETE", Verb::subtract}};

/// DynamoDB's long names of types, in the messages of ADD and DELETE.
std::string_view long_name(Kind kind) {
    switch (kind) {
        case Kind::string:
            return "STRING";
        case Kind::number:
            return "NUMBER";
        case Kind::binary:
            return "BINARY";
        case Kind::boolean:
            return "BOOLEAN";
        case Kind::null:
            return "NULL";
        case Kind::string_set:
            return "STRING_SET";
        case Kind::number_set:
            return "NUMBER_SET";
        case Kind::binary_set:
            return "BINARY_SET";
        case Kind::list:
            return "LIST";
        case Kind::map:
            return "MAP";
    }
    return "";
}

bool is_set(Kind kind) {
    return kind == Kind::string_set || kind == Kind::number_set || kind == Kind::binary_set;
}

class Parser {
  public:
    Parser(const std::string& text, Substitutes& substitutes)
        : in_("UpdateExpression", text, substitutes) {}

    Result<Update> whole() {
        while (!in_.has_failed() && !in_.is_end()) {
            if (!take_section()) break;
        }
        if (in_.has_failed()) return std::unexpected(in_.error());
        return std::move(out_);
    }

  private:
    bool take_section() {
        const auto* found =
            std::ranges::find_if(sections, [&](const auto& one) { return in_.is_word(one.first); });
        if (found == std::end(sections)) return in_.fails_here();
        in_.take();
        const auto bit = 1U << static_cast<unsigned>(found - std::begin(sections));
        if (seen_ & bit)
            return in_.fails(fmt::format(
                "The \"{}\" section can only be used once in an update expression;", found->first));
        seen_ |= bit;
        do {
            if (!take_action(found->second)) return false;
        } while (in_.take_sign_if(","));
        return true;
    }

    bool take_action(Verb verb) {
        Action made{verb, {}};
        if (!in_.take_path(made.path)) return false;
        for (const Action& other : out_)
            if (auto bad = clash(other.path, made.path)) return in_.fails(*bad);
        bool is_good = true;
        switch (verb) {
            case Verb::set:
                is_good = in_.take_sign("=") && take_sum(made.term);
                break;
            case Verb::remove:
                break;
            case Verb::add:
            case Verb::subtract:
                is_good = take_member(verb, made.term);
                break;
        }
        out_.push_back(std::move(made));
        return is_good && in_.note_operator();
    }

    bool take_member(Verb verb, Term& out) {
        if (in_.peek().kind != Token::Kind::value) return in_.fails_here();
        if (!in_.take_value(out.value)) return false;
        const Kind kind = out.value.kind();
        if (is_set(kind) || (verb == Verb::add && kind == Kind::number)) return true;
        const std::string_view name = verb == Verb::add ? "ADD" : "DELETE";
        return in_.fails(
            fmt::format("Incorrect operand type for operator or function; operator: {}, operand "
                        "type: {}, typeSet: ALLOWED_FOR_{}_OPERAND",
                        name, long_name(kind), name));
    }

    bool take_sum(Term& out) {
        if (!take_operand(out, 0)) return false;
        for (const auto& [sign, form] :
             {std::pair("+", Term::Form::plus), std::pair("-", Term::Form::minus)}) {
            if (!in_.take_sign_if(sign)) continue;
            Term both{form};
            both.parts.push_back(std::move(out));
            if (!take_operand(both.parts.emplace_back(), 0)) return false;
            for (const Term& part : both.parts)
                if (part.form == Term::Form::value && !part.value.as<Decimal>())
                    return fails_by_type(sign, part.value.kind());
            out = std::move(both);
            return true;
        }
        return true;
    }

    bool fails_by_type(std::string_view name, Kind kind) {
        return in_.fails(
            fmt::format("Incorrect operand type for operator or function; operator or function: "
                        "{}, operand type: {}",
                        name, code_of(kind)));
    }

    bool take_operand(Term& out, int depth) {
        if (depth > depth_max) return in_.fails("The expression is nested too deeply");
        if (in_.peek().kind == Token::Kind::value) return in_.take_value(out.value);
        if (in_.take_sign_if("(")) return take_operand(out, depth + 1) && in_.take_sign(")");
        if (in_.is_call()) return take_call(out, depth);
        out.form = Term::Form::path;
        return in_.take_path(out.path);
    }

    bool take_call(Term& out, int depth) {
        const std::string name = in_.take();
        const bool is_default = name == "if_not_exists";
        if (!is_default && name != "list_append")
            return in_.fails(fmt::format("Invalid function name; function: {}", name));
        in_.take();
        out.form = is_default ? Term::Form::if_not_exists : Term::Form::list_append;
        do {
            if (!take_operand(out.parts.emplace_back(), depth + 1)) return false;
        } while (in_.take_sign_if(","));
        if (!in_.take_sign(")")) return false;
        if (out.parts.size() != 2)
            return in_.fails(
                fmt::format("Incorrect number of operands for operator or function; operator or "
                            "function: {}, number of operands: {}",
                            name, out.parts.size()));
        if (is_default) {
            if (out.parts[0].form != Term::Form::path)
                return in_.fails(
                    "Operator or function requires a document path; operator or function: "
                    "if_not_exists");
            out.path = std::move(out.parts[0].path);
            out.parts.erase(out.parts.begin());
        } else {
            for (const Term& part : out.parts)
                if (part.form == Term::Form::value && !part.value.as<List>())
                    return fails_by_type(name, part.value.kind());
        }
        return in_.note_operator();
    }

    TokenReader in_;
    Update out_;
    unsigned seen_ = 0;
};

}  // namespace

Result<Update> parse_update(const std::string& text, Substitutes& substitutes) {
    return Parser(text, substitutes).whole();
}

}  // namespace freshet::tables
