#include "aws/protocol/validate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "aws/protocol/mistyped.h"
#include "aws/protocol/xml.h"
#include "base/bytes.h"

namespace freshet::aws {
namespace {

constexpr std::size_t told_max = 10;
constexpr std::size_t shown_bytes_max = 64 * 1024;  ///< of a wrong value in its message

/// AWS lists an enumeration as its hash table has it, which no model says.
constexpr std::pair<std::string_view, const char*> listed_choices[] = {
    {"ShardIteratorType",
     "AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON"}};

/// Freshet's stream ids are of no form that would make the SDKs leave the endpoint
/// (stream/stream.h).
constexpr std::string_view form_of_our_own = "StreamId";

/// Lambda judges its runtimes itself, with an error of its own.
constexpr std::string_view judged_by_service = "Runtime";

std::string choices_of(const Shape& shape) {
    for (const auto& [name, choices] : listed_choices) {
        if (name == shape.name) return choices;
    }
    return fmt::format("{}", fmt::join(shape.choices, ", "));
}

std::string lower_first(std::string_view name) {
    std::string text(name);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
        text[0] = static_cast<char>(text[0] + 32);
    return text;
}

std::size_t utf16_length(std::string_view text) {
    std::size_t length = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80U) length += byte >= 0xF0U ? 2 : 1;
    }
    return length;
}

/// Patterns that RE2 does not know (surrogate ranges) accept any text; the length limits still
/// hold.
const re2::RE2* compiled(const char* pattern) {
    static std::mutex mutex;
    static std::unordered_map<const char*, std::unique_ptr<re2::RE2>> cache;
    const std::scoped_lock lock(mutex);
    auto& entry = cache[pattern];
    if (!entry) {
        re2::RE2::Options options;
        options.set_log_errors(false);
        entry = std::make_unique<re2::RE2>(pattern, options);
    }
    return entry->ok() ? entry.get() : nullptr;
}

/// A structure in a list, as Java writes an object that has no text.
std::string java_name(const Shape& shape) {
    if (std::string_view(shape.name) == "PutRecordsRequestEntry")
        return "com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310";
    return shape.name;
}

std::string shown(const Shape& shape, std::string_view text) {
    return shape.is_sensitive ? "***" : shortened(text, shown_bytes_max);
}

/// "Member must have length less than or equal to 128, Member must have length greater than or
/// equal to 1"
std::string demands_of(const Shape& text) {
    std::vector<std::string> demands;
    if (!text.choices.empty()) {
        demands.push_back(
            fmt::format("Member must satisfy enum value set: [{}]", choices_of(text)));
    } else {
        if (text.has_max)
            demands.push_back(
                fmt::format("Member must have length less than or equal to {}", text.max));
        if (text.has_min)
            demands.push_back(
                fmt::format("Member must have length greater than or equal to {}", text.min));
        if (text.pattern)
            demands.push_back(
                fmt::format("Member must satisfy regular expression pattern: {}", text.pattern));
    }
    return fmt::format("{}", fmt::join(demands, ", "));
}

/// A list or a map as Java writes it: "[a, b]", "{k=v}".
std::string members_text(const Shape& shape, const void* value) {
    std::string all;
    const std::size_t size = shape.list->size(value);
    for (std::size_t i = 0; i < size && all.size() < shown_bytes_max; ++i) {
        if (i > 0) all += ", ";
        if (shape.kind == Kind::map) all += *shape.list->key_at(value, i) + "=";
        const void* held = shape.element->held(shape.list->at(value, i));
        if (shape.element->kind == Kind::string)
            all += shown(*shape.element, *static_cast<const std::string*>(held));
        else
            all += java_name(*shape.element);
    }
    return shape.kind == Kind::map ? "{" + all + "}" : "[" + all + "]";
}

struct Walk {
    Violations& violations;

    /// `show` gives the value as text; hardly ever is one out of bounds.
    template <class Show>
    void bounds(const Shape& shape, const Path& path, std::int64_t measured, const Show& show,
                const char* noun) const {
        if (shape.has_min && measured < shape.min) {
            violations.add(
                path, show(),
                fmt::format("Member must have {} greater than or equal to {}", noun, shape.min));
        }
        if (shape.has_max && measured > shape.max) {
            violations.add(
                path, show(),
                fmt::format("Member must have {} less than or equal to {}", noun, shape.max));
        }
    }

    void text(const Shape& shape, const std::string& value, const Path& path) const {
        if (shape.name == judged_by_service) return;
        if (!shape.choices.empty()) {
            for (const char* choice : shape.choices) {
                if (value == choice) return;
            }
            violations.add(
                path, shown(shape, value),
                fmt::format("Member must satisfy enum value set: [{}]", choices_of(shape)));
            return;
        }
        if (shape.has_min || shape.has_max) {
            const auto length = static_cast<std::int64_t>(utf16_length(value));
            bounds(shape, path, length, [&] { return shown(shape, value); }, "length");
        }
        if (!shape.pattern || std::string_view(shape.name) == form_of_our_own) return;
        const re2::RE2* expression = compiled(shape.pattern);
        if (expression && !re2::RE2::FullMatch(value, *expression)) {
            violations.add(
                path, shown(shape, value),
                fmt::format("Member must satisfy regular expression pattern: {}", shape.pattern));
        }
    }

    void list(const Shape& shape, const void* value, const Path& path) const {
        const std::size_t size = shape.list->size(value);
        const auto length = static_cast<std::int64_t>(size);
        bounds(shape, path, length, [&] { return members_text(shape, value); }, "length");
        const bool is_map = shape.kind == Kind::map;
        // Texts are judged all at once: the whole list is shown, with what each member must be.
        if (is_map) texts(*shape.key, shape, value, true, path);
        if (shape.element->kind == Kind::string)
            return texts(*shape.element, shape, value, false, path);
        for (std::size_t i = 0; i < size; ++i) {
            Path inner{&path, {}, i, nullptr};
            if (is_map) inner.key = shape.list->key_at(value, i);
            any(*shape.element, shape.element->held(shape.list->at(value, i)), inner);
        }
    }

    /// Judges the keys of a map (`are_keys`), or its values, or the members of a list.
    void texts(const Shape& one, const Shape& list, const void* value, bool are_keys,
               const Path& path) const {
        const std::size_t size = list.list->size(value);
        bool is_good = true;
        for (std::size_t i = 0; i < size && is_good; ++i) {
            Violations wrong;
            const void* held =
                are_keys ? list.list->key_at(value, i) : one.held(list.list->at(value, i));
            Walk{wrong}.text(one, *static_cast<const std::string*>(held), Path{});
            is_good = wrong.empty();
        }
        if (is_good) return;
        const char* what = list.kind != Kind::map ? "Member" : are_keys ? "Map keys" : "Map value";
        violations.add(path, members_text(list, value),
                       fmt::format("{} must satisfy constraint: [{}]", what, demands_of(one)));
    }

    void any(const Shape& shape, const void* value, const Path& path) const {
        switch (shape.kind) {
            case Kind::structure:
                for (const Member& member : shape.members) {
                    const void* inner = member.in(value);
                    if (inner) any(*member.shape, inner, Path{&path, member.name, 0, nullptr});
                }
                return;
            case Kind::list:
            case Kind::map:
                return list(shape, value, path);
            case Kind::string:
                return text(shape, *static_cast<const std::string*>(value), path);
            case Kind::integer: {
                const auto number = *static_cast<const std::int32_t*>(value);
                return bounds(shape, path, number, [&] { return std::to_string(number); }, "value");
            }
            case Kind::int64: {
                const auto number = *static_cast<const std::int64_t*>(value);
                return bounds(shape, path, number, [&] { return std::to_string(number); }, "value");
            }
            case Kind::blob: {
                const auto size =
                    static_cast<std::int64_t>(static_cast<const Bytes*>(value)->size());
                const auto show = [size] {
                    return fmt::format("java.nio.HeapByteBuffer[pos=0 lim={0} cap={0}]", size);
                };
                return bounds(shape, path, size, show, "length");
            }
            case Kind::boolean:
            case Kind::float32:
            case Kind::float64:
            case Kind::timestamp:
            case Kind::stream:
                return;
        }
    }
};

}  // namespace

std::string Path::text() const {
    std::string before = parent ? parent->text() : "";
    if (name.empty() && !parent) return before;
    if (!before.empty()) before += '.';
    if (!name.empty()) return before + lower_first(name);
    return before + (key ? *key : std::to_string(index + 1)) + ".member";
}

void Violations::add(const Path& path, std::string value, std::string constraint) {
    const std::string place = path.text();
    if (std::ranges::find(missing_, place) != missing_.end())
        return;  // reported already, with its own words
    if (texts_.size() == told_max) return;
    texts_.push_back(fmt::format("Value '{}' at '{}' failed to satisfy constraint: {}", value,
                                 place, constraint));
}

void Violations::add_missing(const Path& path) {
    missing_.push_back(path.text());
    if (texts_.size() == told_max) return;
    texts_.push_back(fmt::format(
        "Value null at '{}' failed to satisfy constraint: Member must not be null", path.text()));
}

Fault Violations::fault(const ServiceInfo& service, const char* code) const {
    if (service.protocol == Protocol::rest_xml) return malformed_xml_fault();
    Fault fault;
    fault.code = code;
    fault.status = 400;
    fault.message = fmt::format("{} validation error{} detected: {}", texts_.size(),
                                texts_.size() == 1 ? "" : "s", fmt::join(texts_, "; "));
    return fault;
}

void validate(const Shape& shape, const void* value, Violations& violations) {
    Walk{violations}.any(shape, value, Path{});
}

}  // namespace freshet::aws
