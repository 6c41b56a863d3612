// Templates of input transformers: JSON in which <name> stands for a value of the event.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::schedule {

/// What a name stands for, as JSON; nothing when the event has no such value.
using ValueOf = std::function<std::optional<std::string>(const std::string& name)>;

/// The template with its values. Within a text a value goes without its quotes. A value that the
/// event does not have is an empty text, as on AWS.
std::string fill(std::string_view text, const ValueOf& value_of);

}  // namespace freshet::schedule
