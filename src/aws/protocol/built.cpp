#include "aws/protocol/built.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "aws/protocol/scalar.h"
#include "base/bytes.h"

namespace freshet::aws {
namespace {

bool holds(const Shape& shape, const void* value);

bool holds_any_element(const Shape& list, const void* value) {
    for (std::size_t i = 0; i < list.list->size(value); ++i) {
        const void* inner = list.element->held(list.list->at(value, i));
        if (inner && holds(*list.element, inner)) return true;
    }
    return false;
}

/// Whether the value asks for something. A structure that has no members asks by being there.
bool holds(const Shape& shape, const void* value) {
    switch (shape.kind) {
        case Kind::structure:
            return shape.members.empty() ||
                   std::ranges::any_of(shape.members, [&](const Member& member) {
                       const void* inner = member.in(value);
                       return inner && holds(*member.shape, inner);
                   });
        case Kind::list:
        case Kind::map:
            return holds_any_element(shape, value);
        case Kind::string:
            return !static_cast<const std::string*>(value)->empty();
        case Kind::blob:
            return !static_cast<const Bytes*>(value)->empty();
        case Kind::boolean:
        case Kind::integer:
        case Kind::int64:
        case Kind::float32:
        case Kind::float64:
        case Kind::timestamp:
        case Kind::stream:
            return true;
    }
    return true;
}

struct Search {
    const char* operation;
    std::string_view account;
    std::vector<std::string_view> path = {};

    std::optional<std::string> in(const Shape& shape, const void* value,
                                  std::span<const Unbuilt> parts) {
        for (const Unbuilt& part : parts) {
            const Member& member = shape.members[part.member];
            const void* inner = member.in(value);
            if (!inner) continue;
            path.push_back(member.name);
            auto found = at(*member.shape, inner, part);
            if (found) return found;
            path.pop_back();
        }
        return std::nullopt;
    }

    std::optional<std::string> at(const Shape& shape, const void* value, const Unbuilt& part) {
        if (shape.kind == Kind::list || shape.kind == Kind::map) {
            for (std::size_t i = 0; i < shape.list->size(value); ++i) {
                const void* inner = shape.element->held(shape.list->at(value, i));
                auto found = inner ? at(*shape.element, inner, part) : std::nullopt;
                if (found) return found;
            }
            return std::nullopt;
        }
        if (!part.below.empty()) return in(shape, value, part.below);
        if (!holds(shape, value)) return std::nullopt;
        const std::string name = fmt::format("{} of {}", fmt::join(path, "."), operation);
        if (part.only.empty())
            return fmt::format("Freshet does not build {}{}{}", name, *part.instead ? ": " : "",
                               part.instead);
        const std::string text = scalar_to_text(shape, value, Stamp::natural);
        const auto& known = shape.choices;
        const bool is_known = known.empty() || std::ranges::find(known, text) != known.end();
        // the handler refuses what AWS does not know, in its words
        if (!is_known) return std::nullopt;
        std::vector<std::string_view> taken(part.only.begin(), part.only.end());
        std::ranges::replace(taken, std::string_view("{account}"), account);
        if (std::ranges::find(taken, text) != taken.end()) return std::nullopt;
        return fmt::format("Freshet does not build {} with the value {}; it takes {}", name, text,
                           fmt::join(taken, ", "));
    }
};

}  // namespace

Answer<void> refuse_unbuilt(const OperationInfo& operation, const void* input,
                            std::string_view account) {
    if (operation.unbuilt.empty()) return {};
    auto found = Search{operation.name, account}.in(*operation.input, input, operation.unbuilt);
    if (!found) return {};
    const ServiceInfo& service = *operation.service;
    return std::unexpected(Fault{service.unbuilt_code, std::move(*found), service.unbuilt_status});
}

}  // namespace freshet::aws
