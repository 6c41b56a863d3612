#include "aws/protocol/built.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace freshet::aws {
namespace {

using Path = std::vector<std::string_view>;

std::string_view take_step(std::string_view& pattern) {
    const std::size_t dot = pattern.find('.');
    const std::string_view step = pattern.substr(0, dot);
    pattern = dot == std::string_view::npos ? std::string_view() : pattern.substr(dot + 1);
    return step;
}

/// Whether `pattern` names the member at `path`, or, with `or_below`, something in it.
bool names(std::string_view pattern, std::span<const std::string_view> path, bool or_below) {
    for (const std::string_view step : path) {
        const std::string_view wanted = take_step(pattern);
        if (wanted == "**") return true;
        if (wanted.empty() || (wanted != "*" && wanted != step)) return false;
    }
    return or_below || pattern.empty() || pattern == "**";
}

struct Search {
    std::span<const std::string_view> built;
    Path path = {};

    bool is_named(std::size_t steps, bool or_below) const {
        const std::span<const std::string_view> part(path.data(), steps);
        return std::ranges::any_of(
            built, [&](std::string_view pattern) { return names(pattern, part, or_below); });
    }

    /// The path up to the step from which on nothing is built.
    std::optional<std::string> at_leaf() const {
        if (is_named(path.size(), false)) return std::nullopt;
        std::size_t steps = 1;
        while (steps < path.size() && is_named(steps, true)) ++steps;
        return fmt::format(
            "{}",
            fmt::join(path.begin(), path.begin() + static_cast<Path::difference_type>(steps), "."));
    }

    std::optional<std::string> in(const Shape& shape, const void* value) {
        if (shape.kind == Kind::structure) {
            for (const Member& member : shape.members) {
                const void* inner = member.in(value);
                if (!inner) continue;
                path.emplace_back(member.name);
                auto found = in(*member.shape, inner);
                path.pop_back();
                if (found) return found;
            }
            return std::nullopt;
        }
        if (shape.kind != Kind::list && shape.kind != Kind::map) return at_leaf();
        for (std::size_t i = 0; i < shape.list->size(value); ++i) {
            const void* inner = shape.element->held(shape.list->at(value, i));
            auto found = inner ? in(*shape.element, inner) : std::nullopt;
            if (found) return found;
        }
        return std::nullopt;
    }
};

}  // namespace

std::optional<std::string> first_unbuilt(const Shape& shape, const void* value,
                                         std::span<const std::string_view> built) {
    return Search{built}.in(shape, value);
}

}  // namespace freshet::aws
