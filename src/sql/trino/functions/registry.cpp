#include "sql/trino/functions/registry.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "sql/trino/bind_once.h"

namespace freshet::sql::trino {
namespace {

std::vector<FunctionEntry> all_entries() {
    std::vector<FunctionEntry> made;
    const auto add = [&](FunctionKind kind, std::span<const FunctionRow> rows) {
        for (const FunctionRow& row : rows)
            made.push_back({kind, &row, parse_signature(row.signature)});
    };
    for (const auto& family :
         {math_functions(), text_functions(), regexp_functions(), binary_functions(),
          url_functions(), json_functions(), time_functions(), conditional_functions(),
          array_functions(), map_functions()})
        add(FunctionKind::scalar, family);
    add(FunctionKind::aggregate, aggregate_functions());
    add(FunctionKind::window, window_functions());
    add(FunctionKind::refused, refused_functions());
    // By name; overloads stay in their order.
    std::vector<std::size_t> order(made.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(
        order, {}, [&](std::size_t i) { return std::tuple(made[i].row->name, made[i].kind, i); });
    std::vector<FunctionEntry> sorted;
    for (const std::size_t i : order) sorted.push_back(std::move(made[i]));
    return sorted;
}

/// "(array(T)) T:orderable", as Trino's errors show it.
std::string expected_text(const FunctionEntry& entry) {
    const std::string_view signature = entry.row->signature;
    std::string text(signature.substr(0, signature.find(" -> ")));
    for (const auto& [name, rule] : entry.signature.rules) text += " " + name + ":" + rule;
    return text;
}

/// Whether each argument of `a` would do for `b`.
bool is_more_specific(const Chosen& a, const Chosen& b, const std::vector<Shape>& shapes) {
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        if (shapes[i].is_lambda()) continue;
        const Type from = bound_type(a.entry->signature.argument(i), a.bound);
        const Type to = bound_type(b.entry->signature.argument(i), b.bound);
        if (!coerces(from, to)) return false;
    }
    return true;
}

std::size_t index_of(char digit) { return static_cast<std::size_t>(digit - '1'); }

std::string text_of(char which, const Call& call, const std::vector<std::string>& arguments) {
    switch (which) {
        case '*': {
            std::string list;
            for (const auto& one : arguments) list += (list.empty() ? "" : ", ") + one;
            return list;
        }
        case 'r':
            return engine_type(call.result);
        case 'd':
            return call.distinct();
        case 'o':
            return call.order();
        case 'f':
            return call.tail;
        case 'i':
            return call.expr.ignores_nulls ? " IGNORE NULLS" : "";
        default:
            return arguments[index_of(which)];
    }
}

}  // namespace

Lambda Call::lambda(std::size_t i) const {
    const std::string& text = sql(i);
    const auto colon = text.find(": ");
    constexpr std::string_view word = "lambda ";
    return {text.substr(word.size(), colon - word.size()), text.substr(colon + 2)};
}

std::span<const FunctionEntry> functions() {
    static const std::vector<FunctionEntry> all = all_entries();
    return all;
}

std::span<const FunctionEntry> functions_named(std::string_view name) {
    const auto all = functions();
    const auto found = std::ranges::equal_range(
        all, name, {}, [](const FunctionEntry& entry) { return entry.row->name; });
    return all.subspan(static_cast<std::size_t>(found.begin() - all.begin()), found.size());
}

bool is_aggregate(std::string_view name) {
    return std::ranges::any_of(functions_named(name), [](const FunctionEntry& entry) {
        return entry.kind == FunctionKind::aggregate;
    });
}

std::optional<Chosen> choose(std::span<const FunctionEntry> overloads,
                             const std::vector<Shape>& shapes) {
    std::vector<Chosen> possible;
    for (const FunctionEntry& entry : overloads) {
        Chosen one{&entry, {}};
        const Fit fits = fit(entry.signature, shapes, one.bound);
        if (fits == Fit::exact) return one;
        if (fits == Fit::coerced) possible.push_back(std::move(one));
    }
    for (const Chosen& one : possible) {
        if (std::ranges::all_of(possible, [&](const Chosen& other) {
                return is_more_specific(one, other, shapes);
            }))
            return one;
    }
    return possible.empty() ? std::nullopt : std::optional(std::move(possible[0]));
}

SyntaxError no_overload(const Expr& expr, const std::vector<Shape>& shapes) {
    const auto overloads = functions_named(expr.text);
    if (overloads.empty())
        return SyntaxError{expr.at, "Function '" + expr.text + "' not registered",
                           ErrorCode::function_not_found};
    std::string found, expected;
    for (const Shape& shape : shapes)
        found += (found.empty() ? "" : ", ") +
                 (shape.is_lambda() ? std::string("<function>") : shape.type.name());
    for (const FunctionEntry& entry : overloads)
        expected += (expected.empty() ? "" : ", ") + expr.text + expected_text(entry);
    return SyntaxError{expr.at,
                       "Unexpected parameters (" + found + ") for function " + expr.text +
                           ". Expected: " + expected,
                       ErrorCode::function_not_found};
}

std::string filled(std::string_view pattern, const Call& call) {
    // What is written twice is computed once.
    std::vector<std::size_t> repeated;
    std::vector<std::string> texts, operands;
    for (const Typed& argument : call.arguments) texts.push_back(argument.sql);
    const bool is_aggregate_text = pattern.contains("$f");
    for (std::size_t i = 0; i < std::min<std::size_t>(texts.size(), 9); ++i) {
        if (is_aggregate_text) break;  // what binds takes no aggregate
        const std::string place = "$" + std::to_string(i + 1);
        const auto first = pattern.find(place);
        if (first == std::string_view::npos ||
            pattern.find(place, first + 2) == std::string_view::npos)
            continue;
        repeated.push_back(i);
        operands.push_back(texts[i]);
    }
    const auto written = [&](const std::vector<std::string>& arguments) {
        std::string sql;
        for (std::size_t i = 0; i < pattern.size(); ++i)
            sql += pattern[i] == '$' ? text_of(pattern[++i], call, arguments)
                                     : std::string(1, pattern[i]);
        return sql;
    };
    if (repeated.empty()) return written(texts);
    return bind_once(operands, [&](const std::vector<std::string>& names) {
        for (std::size_t i = 0; i < repeated.size(); ++i) texts[repeated[i]] = names[i];
        return written(texts);
    });
}

}  // namespace freshet::sql::trino
