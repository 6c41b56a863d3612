// Signatures of functions in Trino's own notation, and how a call's arguments fit them.
//   (array(T), function(T, boolean)) -> array(T)
//   (decimal(p,s)) -> decimal(p,s)
//   (array(T)) -> T, T:orderable
//   (varchar, varchar...) -> varchar          the last one none or more times
// A capital letter is any type, a small one in brackets any number. Arguments become the
// parameters' types by Trino's coercions.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/trino/types.h"

namespace freshet::sql::trino {

/// A type with variables.
struct TypePattern {
    std::string variable;  ///< "T"; "" for a type
    TypeKind kind = TypeKind::unknown;
    std::string precision, scale;  ///< a number, a variable, or "" when the type has none
    /// Element; key, value; fields; of a function its parameters, then its result.
    std::vector<TypePattern> arguments;
};

struct Signature {
    std::vector<TypePattern> arguments;
    bool repeats_last = false;
    TypePattern result;
    std::vector<std::pair<std::string, std::string>> rules;  ///< {"T", "orderable"}

    /// The pattern of an argument, of a repeated one too.
    const TypePattern& argument(std::size_t index) const;
    bool takes(std::size_t count) const;
};

/// Of a row of the registry: anything else than a signature is a fault of ours.
Signature parse_signature(std::string_view text);

/// An argument as a signature sees it: a type, or a lambda by the number of its parameters.
struct Shape {
    Type type;
    int lambda_parameters = -1;

    bool is_lambda() const { return lambda_parameters >= 0; }
};

/// What the variables stand for.
struct Bindings {
    std::map<std::string, Type, std::less<>> types;
    std::map<std::string, int, std::less<>> numbers;
};

enum class Fit { none, coerced, exact };

/// The fit of one type, noted in `bound`.
Fit fit(const TypePattern& pattern, const Type& type, Bindings& bound);
/// The fit of a call. What only a lambda's result says stays unbound.
Fit fit(const Signature& signature, const std::vector<Shape>& shapes, Bindings& bound);
/// The type of a pattern; `unknown` for a variable that is not bound.
Type bound_type(const TypePattern& pattern, const Bindings& bound);

}  // namespace freshet::sql::trino
