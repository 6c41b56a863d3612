// The Python program that runs handlers (bootstrap.py), as text.
#pragma once
#include <string_view>

namespace freshet::sandbox {
std::string_view bootstrap_text();
}
