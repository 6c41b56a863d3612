// Values of partition keys, compared as their type says.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace freshet::catalog {

enum class KeyKind { text, integer, decimal, date, timestamp };

/// Nothing for a type that no expression compares: "array<int>".
std::optional<KeyKind> key_kind(std::string_view hive_type);

/// A number in the order of the values: the number itself, days, microseconds. Nothing when `text`
/// is not a value of the kind: 2022-02-32, or the mark of NULL. Not for texts.
std::optional<long double> key_number(KeyKind kind, const std::string& text);

}  // namespace freshet::catalog
