#include "tables/expression/path.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace freshet::tables {

Path path_to(std::string attribute) { return {Step{std::move(attribute), std::nullopt}}; }

std::string shown(const Path& path) {
    std::vector<std::string> steps;
    for (const Step& step : path)
        steps.push_back(step.index ? fmt::format("[{}]", *step.index) : step.name);
    return fmt::format("[{}]", fmt::join(steps, ", "));
}

const Value* find(const Item& item, std::span<const Step> path) {
    const Map* map = &item;
    const Value* value = nullptr;
    for (const Step& step : path) {
        if (value) map = value->as<Map>();
        if (step.index) {
            const List* list = value ? value->as<List>() : nullptr;
            if (!list || *step.index >= list->size()) return nullptr;
            value = &(*list)[*step.index];
            continue;
        }
        if (!map) return nullptr;
        const auto found = map->find(step.name);
        if (found == map->end()) return nullptr;
        value = &found->second;
    }
    return value;
}

Value* find(Item& item, std::span<const Step> path) {
    return const_cast<Value*>(find(std::as_const(item), path));
}

namespace {

/// What `paths` ask of `value`, from step `depth` on. All of them have led here.
std::optional<Value> pick_from(const Value& value, std::span<const Path* const> paths,
                               std::size_t depth) {
    for (const Path* path : paths)
        if (path->size() == depth) return value;
    if (const auto* map = value.as<Map>()) {
        Map out;
        for (const auto& [name, inner] : *map) {
            std::vector<const Path*> further;
            for (const Path* path : paths)
                if (!(*path)[depth].index && (*path)[depth].name == name) further.push_back(path);
            if (further.empty()) continue;
            if (auto part = pick_from(inner, further, depth + 1))
                out.emplace(name, std::move(*part));
        }
        if (!out.empty()) return Value{std::move(out)};
    }
    if (const auto* list = value.as<List>()) {
        List out;
        for (std::size_t i = 0; i < list->size(); ++i) {
            std::vector<const Path*> further;
            for (const Path* path : paths)
                if ((*path)[depth].index == i) further.push_back(path);
            if (further.empty()) continue;
            if (auto part = pick_from((*list)[i], further, depth + 1))
                out.push_back(std::move(*part));
        }
        if (!out.empty()) return Value{std::move(out)};
    }
    return std::nullopt;
}

}  // namespace

Item pick(const Item& item, std::span<const Path> paths) {
    Item out;
    for (const Path& path : paths) {
        const std::string& name = path.front().name;
        const auto found = item.find(name);
        if (found == item.end() || out.contains(name)) continue;
        std::vector<const Path*> of_it;
        for (const Path& other : paths)
            if (other.front().name == name) of_it.push_back(&other);
        if (auto part = pick_from(found->second, of_it, 1)) out.emplace(name, std::move(*part));
    }
    return out;
}

std::optional<std::string> clash(const Path& one, const Path& two) {
    const std::size_t length = std::min(one.size(), two.size());
    for (std::size_t i = 0; i < length; ++i) {
        if (one[i] == two[i]) continue;
        if (one[i].index.has_value() == two[i].index.has_value()) return std::nullopt;
        return fmt::format(
            "Two document paths conflict with each other; must remove or rewrite one of these "
            "paths; path one: {}, path two: {}",
            shown(one), shown(two));
    }
    return fmt::format(
        "Two document paths overlap with each other; must remove or rewrite one of these paths; "
        "path one: {}, path two: {}",
        shown(one), shown(two));
}

}  // namespace freshet::tables
