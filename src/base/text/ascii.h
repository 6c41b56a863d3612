// ASCII letters, whatever the locale: for names that protocols compare without case.
#pragma once
#include <string>
#include <string_view>

namespace freshet {

inline std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return out;
}

}  // namespace freshet
