// RecordDeAggregation: the records within a record. Pure.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

namespace freshet::delivery {

/// The JSON values of `text`, which follow one another with or without blanks between; an array is
/// one value. Views of `text`. Nothing when a value does not end, or begins with what no value
/// begins with.
std::optional<std::vector<std::string_view>> split_json(std::string_view text);

/// What lies between delimiters; empty parts are left out. `delimiter` is not empty.
std::vector<std::string_view> split_delimited(std::string_view text, std::string_view delimiter);

}  // namespace freshet::delivery
