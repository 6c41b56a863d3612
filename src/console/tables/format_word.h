// How a table's files are stored, in a word for people: "CSV", "Parquet".
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace freshet::console {

/// From the SerDe's class and its parameters (with those of the table); the last part of the
/// class's name when it is none that is known, "" without one.
std::string format_word(std::string_view serde,
                        const std::map<std::string, std::string>& properties);

}  // namespace freshet::console
