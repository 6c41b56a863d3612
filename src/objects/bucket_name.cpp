#include "objects/bucket_name.h"

#include <algorithm>

namespace freshet::objects {

bool is_bucket_name(std::string_view name) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const auto fits = [&](char c) { return plain(c) || c == '-' || c == '.'; };
    return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, fits) &&
           plain(name.front()) && plain(name.back()) && name.find("..") == std::string_view::npos &&
           !name.starts_with("xn--") &&
           name.find_first_not_of("0123456789.") != std::string_view::npos;
}

}  // namespace freshet::objects
