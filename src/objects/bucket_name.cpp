#include "objects/bucket_name.h"

#include <algorithm>

namespace freshet::objects {
namespace {

constexpr std::string_view reserved_begins[] = {"xn--", "sthree-", "amzn-s3-demo-"};
constexpr std::string_view reserved_ends[] = {"-s3alias", "--ol-s3", ".mrap", "--x-s3",
                                              "--table-s3"};

/// "192.168.5.4"
bool is_like_address(std::string_view name) {
    return std::ranges::count(name, '.') == 3 &&
           name.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_reserved(std::string_view name) {
    const auto begins = [&](std::string_view begin) { return name.starts_with(begin); };
    const auto ends = [&](std::string_view end) { return name.ends_with(end); };
    return std::ranges::any_of(reserved_begins, begins) || std::ranges::any_of(reserved_ends, ends);
}

}  // namespace

bool is_bucket_name(std::string_view name) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const auto fits = [&](char c) { return plain(c) || c == '-' || c == '.'; };
    return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, fits) &&
           plain(name.front()) && plain(name.back()) && name.find("..") == std::string_view::npos &&
           !is_like_address(name) && !is_reserved(name);
}

}  // namespace freshet::objects
