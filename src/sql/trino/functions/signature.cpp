#include "sql/trino/functions/signature.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/check.h"

namespace freshet::sql::trino {
namespace {

class SignatureReader {
  public:
    explicit SignatureReader(std::string_view text) : text_(text) {}

    Signature whole() {
        Signature made;
        expect('(');
        while (!accept(')')) {
            if (!made.arguments.empty()) expect(',');
            FRESHET_CHECK(!made.repeats_last);
            made.arguments.push_back(pattern());
            made.repeats_last = accept("...");
        }
        FRESHET_CHECK(accept("->"));
        made.result = pattern();
        while (accept(',')) {
            const std::string name = word();
            expect(':');
            made.rules.emplace_back(name, word());
        }
        skip();
        FRESHET_CHECK(here_ == text_.size());
        return made;
    }

  private:
    void skip() {
        while (here_ < text_.size() && text_[here_] == ' ') ++here_;
    }
    bool accept(std::string_view what) {
        skip();
        if (!text_.substr(here_).starts_with(what)) return false;
        here_ += what.size();
        return true;
    }
    bool accept(char c) { return accept(std::string_view(&c, 1)); }
    void expect(char c) { FRESHET_CHECK(accept(c)); }
    std::string word() {
        skip();
        const std::size_t begin = here_;
        while (here_ < text_.size() &&
               (std::isalnum(static_cast<unsigned char>(text_[here_])) != 0 || text_[here_] == '_'))
            ++here_;
        FRESHET_CHECK(here_ > begin);
        return std::string(text_.substr(begin, here_ - begin));
    }
    /// "(p,s)" or nothing.
    void numbers(TypePattern& made) {
        if (!accept('(')) return;
        made.precision = word();
        if (accept(',')) made.scale = word();
        expect(')');
    }
    void inner(TypePattern& made) {
        expect('(');
        do {
            made.arguments.push_back(pattern());
        } while (accept(','));
        expect(')');
    }
    TypePattern pattern() {
        TypePattern made;
        const std::string name = word();
        if (name.size() == 1 && name[0] >= 'A' && name[0] <= 'Z') {
            made.variable = name;
            return made;
        }
        static constexpr std::pair<std::string_view, TypeKind> nested[] = {
            {"array", TypeKind::array},
            {"map", TypeKind::map},
            {"row", TypeKind::row},
            {"function", TypeKind::function}};
        for (const auto& [word, kind] : nested) {
            if (name != word) continue;
            made.kind = kind;
            inner(made);
            return made;
        }
        if (name == "interval") {
            const bool is_of_days = accept("day to second");
            FRESHET_CHECK(is_of_days || accept("year to month"));
            made.kind = is_of_days ? TypeKind::interval_millis : TypeKind::interval_months;
            return made;
        }
        const auto simple = simple_type(name);
        FRESHET_CHECK(simple || name == "decimal" || name == "timestamp");
        made.kind = simple ? *simple : name == "decimal" ? TypeKind::decimal : TypeKind::timestamp;
        numbers(made);
        if (made.kind == TypeKind::timestamp && accept("with time zone"))
            made.kind = TypeKind::timestamp_tz;
        return made;
    }

    std::string_view text_;
    std::size_t here_ = 0;
};

bool is_number(const std::string& text) {
    return !text.empty() && text[0] >= '0' && text[0] <= '9';
}

void note(const std::string& name, int value, Bindings& bound) {
    if (name.empty() || is_number(name)) return;
    const auto [at, is_new] = bound.numbers.emplace(name, value);
    if (!is_new) at->second = at->second < 0 || value < 0 ? -1 : std::max(at->second, value);
}

int number_of(const std::string& name, const Bindings& bound, int otherwise) {
    if (is_number(name)) return std::stoi(name);
    const auto found = bound.numbers.find(name);
    return found == bound.numbers.end() ? otherwise : found->second;
}

Fit fit_variable(const std::string& name, const Type& type, Bindings& bound) {
    const auto [at, is_new] = bound.types.emplace(name, type);
    if (is_new) return type.is(TypeKind::unknown) ? Fit::coerced : Fit::exact;
    auto common = common_type(at->second, type);
    if (!common) return Fit::none;
    const bool is_exact =
        at->second == type || (type.is(TypeKind::varchar) && at->second.is(TypeKind::varchar));
    at->second = std::move(*common);
    return is_exact ? Fit::exact : Fit::coerced;
}

Fit fit_nested(const TypePattern& pattern, const Type& type, Bindings& bound) {
    if (type.kind != pattern.kind || type.arguments.size() != pattern.arguments.size())
        return Fit::none;
    Fit made = Fit::exact;
    for (std::size_t i = 0; i < type.arguments.size(); ++i)
        made = std::min(made, fit(pattern.arguments[i], type.arguments[i], bound));
    return made;
}

/// Of a type that has numbers: decimal, varchar, time, timestamp.
Fit fit_numbered(const TypePattern& pattern, const Type& type, Bindings& bound) {
    Type as = type;
    Fit made = Fit::exact;
    if (type.kind != pattern.kind) {
        made = Fit::coerced;
        if (pattern.kind == TypeKind::decimal && type.is_integer()) {
            as = decimal_of_integer(type);
        } else if (pattern.kind == TypeKind::timestamp && type.is(TypeKind::date)) {
            as = timestamp_type(0);
        } else if (pattern.kind == TypeKind::timestamp_tz &&
                   (type.is(TypeKind::date) || type.is(TypeKind::timestamp))) {
            as = timestamp_tz_type(type.precision);
        } else {
            return Fit::none;
        }
    }
    note(pattern.precision, as.precision, bound);
    note(pattern.scale, as.scale, bound);
    const Type wanted = bound_type(pattern, bound);
    if (wanted == as || (as.is(TypeKind::varchar) && wanted.precision < 0)) return made;
    return coerces(as, wanted) ? Fit::coerced : Fit::none;
}

}  // namespace

const TypePattern& Signature::argument(std::size_t index) const {
    return arguments[std::min(index, arguments.size() - 1)];
}

bool Signature::takes(std::size_t count) const {
    return repeats_last ? count + 1 >= arguments.size() : count == arguments.size();
}

Signature parse_signature(std::string_view text) { return SignatureReader(text).whole(); }

Fit fit(const TypePattern& pattern, const Type& type, Bindings& bound) {
    if (!pattern.variable.empty()) return fit_variable(pattern.variable, type, bound);
    if (type.is(TypeKind::unknown)) return Fit::coerced;
    switch (pattern.kind) {
        case TypeKind::array:
        case TypeKind::map:
        case TypeKind::row:
            return fit_nested(pattern, type, bound);
        case TypeKind::decimal:
        case TypeKind::varchar:
        case TypeKind::time:
        case TypeKind::timestamp:
        case TypeKind::timestamp_tz:
            return fit_numbered(pattern, type, bound);
        case TypeKind::unknown:
        case TypeKind::boolean:
        case TypeKind::tinyint:
        case TypeKind::smallint:
        case TypeKind::integer:
        case TypeKind::bigint:
        case TypeKind::real:
        case TypeKind::double_:
        case TypeKind::char_:
        case TypeKind::varbinary:
        case TypeKind::date:
        case TypeKind::interval_months:
        case TypeKind::interval_millis:
        case TypeKind::json:
        case TypeKind::uuid:
        case TypeKind::function:
            break;
    }
    if (type.kind == pattern.kind) return Fit::exact;
    return coerces(type, make_type(pattern.kind)) ? Fit::coerced : Fit::none;
}

Fit fit(const Signature& signature, const std::vector<Shape>& shapes, Bindings& bound) {
    if (!signature.takes(shapes.size())) return Fit::none;
    Fit made = Fit::exact;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const TypePattern& pattern = signature.argument(i);
        if (shapes[i].is_lambda() || pattern.kind == TypeKind::function) {
            const bool fits = shapes[i].is_lambda() && pattern.kind == TypeKind::function &&
                              pattern.arguments.size() ==
                                  static_cast<std::size_t>(shapes[i].lambda_parameters) + 1;
            if (!fits) return Fit::none;
            continue;
        }
        made = std::min(made, fit(pattern, shapes[i].type, bound));
        if (made == Fit::none) return made;
    }
    for (const auto& [name, rule] : signature.rules) {
        const auto found = bound.types.find(name);
        if (found == bound.types.end()) continue;
        if (rule == "orderable" ? !is_orderable(found->second) : !is_comparable(found->second))
            return Fit::none;
    }
    return made;
}

Type bound_type(const TypePattern& pattern, const Bindings& bound) {
    if (!pattern.variable.empty()) {
        const auto found = bound.types.find(pattern.variable);
        return found == bound.types.end() ? Type{} : found->second;
    }
    Type type = make_type(pattern.kind);
    for (const auto& inner : pattern.arguments) {
        type.arguments.push_back(bound_type(inner, bound));
        if (pattern.kind == TypeKind::row) type.names.emplace_back();
    }
    if (pattern.kind == TypeKind::varchar) {
        type.precision = number_of(pattern.precision, bound, -1);
    } else if (pattern.kind == TypeKind::decimal) {
        type.precision = number_of(pattern.precision, bound, 38);
        type.scale = number_of(pattern.scale, bound, 0);
    } else if (pattern.kind == TypeKind::time || pattern.kind == TypeKind::timestamp ||
               pattern.kind == TypeKind::timestamp_tz) {
        type.precision = number_of(pattern.precision, bound, 3);
    }
    return type;
}

}  // namespace freshet::sql::trino
