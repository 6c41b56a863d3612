// Numbers as Java writes them.
#pragma once
#include <string>

namespace freshet::duck {

/// "1.0", "1.0E10", "NaN", "-Infinity": Double.toString with the shortest digits.
std::string double_text(double value);
std::string real_text(float value);

}  // namespace freshet::duck
