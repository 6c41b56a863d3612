// A regular expression as Joni, Trino's engine, reads it, written for Oniguruma.
#pragma once
#include <string>
#include <string_view>

namespace freshet::duck {

/// \w, \d and \s are ASCII while \b is Unicode; a dash after a finished range is nothing; \pL is
/// \p{L}; \u takes one to four digits. Anything else, faults too, is left unchanged.
std::string joni_pattern(std::string_view pattern);

}  // namespace freshet::duck
