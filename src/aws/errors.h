// The errors of a service at the rim: a table of what each error of its domain is called by AWS,
// complete when it compiles, and the faults that are made by it. Each folder of aws/services has
// one, in errors.cpp.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "aws/fault.h"
#include "base/error.h"

namespace freshet::aws {

/// How AWS calls an error. `status` 0: what the model says for `code`, else 400.
struct ErrorName {
    const char* code;
    int status = 0;
};

template <class Errc>
struct ErrorRow {
    Errc errc;
    ErrorName name;
};

namespace detail {

/// Whether the enum has a name for this value: the compiler prints a cast when it has none.
template <auto value>
consteval bool is_enumerator() {
    const std::string_view text = __PRETTY_FUNCTION__;
    return text.find("value = (") == std::string_view::npos;
}

}  // namespace detail

/// Whether `rows` names each value of Errc, in their order.
template <class Errc, std::size_t count>
consteval bool is_complete(const ErrorRow<Errc> (&rows)[count]) {
    for (std::size_t i = 0; i < count; ++i) {
        if (rows[i].errc != static_cast<Errc>(i)) return false;
    }
    return !detail::is_enumerator<static_cast<Errc>(count)>();
}

/// `error` by the table of its domain; an error of another domain is called `internal`.
template <class Errc, std::size_t count>
Fault fault_of(const Error& error, const ErrorRow<Errc> (&rows)[count], ErrorName internal) {
    const bool is_in_table = error.is_of<Errc>() && static_cast<std::size_t>(error.code()) < count;
    const ErrorName name =
        is_in_table ? rows[static_cast<std::size_t>(error.code())].name : internal;
    return Fault{name.code, error.message(), name.status};
}

/// A refusal in AWS's words.
inline std::unexpected<Fault> refuse(const char* code, std::string message, int status = 0) {
    return std::unexpected(Fault{code, std::move(message), status});
}

}  // namespace freshet::aws
