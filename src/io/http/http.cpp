#include "io/http/http.h"

#include <algorithm>

namespace freshet::io {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_same_name(std::string_view a, std::string_view b) {
    return a == b || std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

void Headers::add(std::string_view name, std::string_view value) {
    places_.push_back({static_cast<std::uint32_t>(text_.size()),
                       static_cast<std::uint32_t>(name.size()),
                       static_cast<std::uint32_t>(value.size())});
    text_.append(name).append(": ").append(value).append("\r\n");
}

void Headers::add_lower(std::string_view name, std::string_view value) {
    add(name, value);
    const auto begin = text_.begin() + places_.back().at;
    std::transform(begin, begin + static_cast<std::ptrdiff_t>(name.size()), begin, lower);
}

void Headers::reserve(std::size_t fields, std::size_t bytes) {
    places_.reserve(fields);
    text_.reserve(bytes);
}

void Headers::set(std::string_view name, std::string_view value) {
    erase(name);
    add(name, value);
}

void Headers::erase(std::string_view name) {
    for (std::size_t i = places_.size(); i-- > 0;) {
        const Place gone = places_[i];
        if (!is_same_name(name_at(gone), name)) continue;
        text_.erase(gone.at, gone.end() - gone.at);
        places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(i));
        for (std::size_t k = i; k < places_.size(); ++k) places_[k].at -= gone.end() - gone.at;
    }
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const Place& place : places_) {
        if (place.name_bytes == name.size() && is_same_name(name_at(place), name))
            return value_at(place);
    }
    return std::nullopt;
}

}  // namespace freshet::io
