// JSON text and paths: json_parse, json_extract and their kin. A value is its minified text.
#include <simdjson.h>

#include "duck/native/adapter.h"
#include "duck/native/number_text.h"
#include "duck/native/parse_value.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

using simdjson::dom::element;
using std::string_view;
using Type = simdjson::dom::element_type;

/// nullopt when `text` is not JSON. The element lives until this thread's next call.
std::optional<element> parsed(string_view text) {
    thread_local simdjson::dom::parser parser;
    element root;
    if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
    return root;
}

std::string text_of(element value) {
    if (value.type() == Type::DOUBLE) return double_text(value.get_double().value());
    return simdjson::minify(value);
}

struct Step {
    std::string key;
    std::size_t index = 0;
    bool is_index = false;
};

/// "$.a.b[0]["c"]"; an error for what is not built (wildcards, filters).
std::vector<Step> path_steps(string_view path) {
    std::vector<Step> steps;
    const auto bad = [&] {
        raise(sql::ErrorCode::invalid_function_argument,
              "Invalid JSON path: '" + std::string(path) + "'");
    };
    if (!path.starts_with('$')) bad();
    std::size_t at = 1;
    while (at < path.size()) {
        Step step;
        if (path[at] == '.') {
            std::size_t end = ++at;
            while (end < path.size() && path[end] != '.' && path[end] != '[') ++end;
            step.key = path.substr(at, end - at);
            if (step.key.empty() || step.key.find_first_of("*?@") != std::string::npos) bad();
            at = end;
        } else if (path[at] == '[') {
            const auto close = path.find(']', at);
            if (close == string_view::npos) bad();
            const string_view inner = path.substr(at + 1, close - at - 1);
            if (inner.size() >= 2 && (inner[0] == '"' || inner[0] == '\'') &&
                inner.back() == inner[0]) {
                step.key = inner.substr(1, inner.size() - 2);
            } else {
                const auto index = parse_whole(inner, 0, 1'000'000'000);
                if (!index) bad();
                step.index = static_cast<std::size_t>(*index);
                step.is_index = true;
            }
            at = close + 1;
        } else {
            bad();
        }
        steps.push_back(std::move(step));
    }
    return steps;
}

std::optional<element> at_path(string_view text, string_view path) {
    const auto steps = path_steps(path);
    auto value = parsed(text);
    for (const auto& step : steps) {
        if (!value) return std::nullopt;
        element next;
        const auto problem =
            step.is_index ? (value->is_array() ? value->get_array().at(step.index).get(next)
                                               : simdjson::INCORRECT_TYPE)
                          : (value->is_object() ? value->get_object().at_key(step.key).get(next)
                                                : simdjson::INCORRECT_TYPE);
        if (problem != simdjson::SUCCESS) return std::nullopt;
        value = next;
    }
    return value;
}

std::optional<std::string> scalar_text(element value) {
    switch (value.type()) {
        case Type::ARRAY:
        case Type::OBJECT:
        case Type::NULL_VALUE:
            return std::nullopt;
        case Type::STRING:
            return std::string(value.get_string().value());
        case Type::INT64:
        case Type::UINT64:
        case Type::DOUBLE:
        case Type::BOOL:
            break;
    }
    return text_of(value);
}

std::string json_parse(string_view text) {
    const auto value = parsed(text);
    if (!value)
        raise(sql::ErrorCode::invalid_function_argument,
              "Cannot convert value to JSON: '" + std::string(text) + "'");
    return text_of(*value);
}
std::optional<std::string> extract(string_view text, string_view path) {
    const auto value = at_path(text, path);
    return value ? std::optional(text_of(*value)) : std::nullopt;
}
std::optional<std::string> extract_scalar(string_view text, string_view path) {
    const auto value = at_path(text, path);
    return value ? scalar_text(*value) : std::nullopt;
}
std::optional<std::int64_t> array_length(string_view text) {
    const auto value = parsed(text);
    if (!value || !value->is_array()) return std::nullopt;
    return static_cast<std::int64_t>(value->get_array().value().size());
}
std::optional<std::int64_t> size_at(string_view text, string_view path) {
    const auto value = at_path(text, path);
    if (!value) return std::nullopt;
    if (value->is_array()) return static_cast<std::int64_t>(value->get_array().value().size());
    if (value->is_object()) return static_cast<std::int64_t>(value->get_object().value().size());
    return 0;
}
std::optional<std::string> array_get(string_view text, std::int64_t index) {
    const auto value = parsed(text);
    if (!value || !value->is_array()) return std::nullopt;
    const auto array = value->get_array().value();
    const auto size = static_cast<std::int64_t>(array.size());
    if (index < 0) index += size;
    if (index < 0 || index >= size) return std::nullopt;
    const element found = array.at(static_cast<std::size_t>(index)).value();
    // Trino gives a text here without its quotes, though the type is json.
    if (found.type() == Type::STRING) return std::string(found.get_string().value());
    return found.is_null() ? std::nullopt : std::optional(text_of(found));
}

/// Whether an element of the array `is`.
template <class Is>
std::optional<bool> contains(string_view text, Is is) {
    const auto value = parsed(text);
    if (!value || !value->is_array()) return std::nullopt;
    for (const element item : value->get_array().value()) {
        if (is(item)) return true;
    }
    return false;
}
std::optional<bool> contains_boolean(string_view text, bool is_true) {
    return contains(text, [&](element item) {
        return item.type() == Type::BOOL && item.get_bool().value() == is_true;
    });
}
std::optional<bool> contains_bigint(string_view text, std::int64_t wanted) {
    return contains(text, [&](element item) {
        return item.type() == Type::INT64 && item.get_int64().value() == wanted;
    });
}
std::optional<bool> contains_double(string_view text, double wanted) {
    return contains(text, [&](element item) {
        return item.type() == Type::DOUBLE && item.get_double().value() == wanted;
    });
}
std::optional<bool> contains_text(string_view text, string_view wanted) {
    return contains(text, [&](element item) {
        return item.type() == Type::STRING && item.get_string().value() == wanted;
    });
}
std::optional<bool> is_scalar(string_view text) {
    const auto value = parsed(text);
    if (!value)
        raise(sql::ErrorCode::invalid_function_argument,
              "Invalid JSON value: " + std::string(text));
    return !value->is_array() && !value->is_object();
}
std::string quote(string_view text) {
    std::string made = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            made += '\\';
            made += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
            made += c == '\n'   ? "\\n"
                    : c == '\t' ? "\\t"
                    : c == '\r' ? "\\r"
                    : c == '\b' ? "\\b"
                    : c == '\f' ? "\\f"
                                : escaped;
        } else {
            made += c;
        }
    }
    return made + "\"";
}

[[noreturn]] void no_cast(string_view text, const char* type) {
    raise(sql::ErrorCode::invalid_cast_argument,
          "Cannot cast '" + std::string(text) + "' to " + type);
}

/// The scalar inside, NULL for JSON null; `good` is false for arrays, objects and what is not JSON.
std::optional<std::string> inside(string_view text, bool& good) {
    const auto value = parsed(text);
    good = value && !value->is_array() && !value->is_object();
    return good ? scalar_text(*value) : std::nullopt;
}
template <class R, std::optional<R> (*convert)(string_view), bool strict>
std::optional<R> cast(string_view text) {
    bool is_good = false;
    const auto scalar = inside(text, is_good);
    if (is_good && !scalar) return std::nullopt;
    const auto value = scalar ? convert(*scalar) : std::nullopt;
    if (!value && strict)
        no_cast(text, std::is_same_v<R, bool>          ? "BOOLEAN"
                      : std::is_same_v<R, std::string> ? "VARCHAR"
                      : std::is_same_v<R, double>      ? "DOUBLE"
                                                       : "BIGINT");
    return value;
}
std::optional<std::string> as_text(string_view text) { return std::string(text); }
std::optional<std::int64_t> as_bigint(string_view text) {
    if (const auto whole = parse_whole(text, INT64_MIN, INT64_MAX)) return whole;
    const auto number = parse_double(text);
    if (!number || !(*number < 9.2e18 && *number > -9.2e18)) return std::nullopt;
    return static_cast<std::int64_t>(*number < 0 ? *number - 0.5 : *number + 0.5);
}

}  // namespace

void add_json(duckdb::ExtensionLoader& loader) {
    add_native(loader, "json_parse", &json_parse);
    add_native(loader, "json_extract", &extract);
    add_native(loader, "json_extract_scalar", &extract_scalar);
    add_native(loader, "json_array_length", &array_length);
    add_native(loader, "json_size", &size_at);
    add_native(loader, "json_array_get", &array_get);
    add_native(loader, "json_array_contains", &contains_boolean);
    add_native(loader, "json_array_contains", &contains_bigint);
    add_native(loader, "json_array_contains", &contains_double);
    add_native(loader, "json_array_contains", &contains_text);
    add_native(loader, "is_json_scalar", &is_scalar);
    add_native(loader, "json_quote", &quote);
    add_native(loader, "json_to_varchar", &cast<std::string, as_text, true>);
    add_native(loader, "try_json_to_varchar", &cast<std::string, as_text, false>);
    add_native(loader, "json_to_bigint", &cast<std::int64_t, as_bigint, true>);
    add_native(loader, "try_json_to_bigint", &cast<std::int64_t, as_bigint, false>);
    add_native(loader, "json_to_double", &cast<double, parse_double, true>);
    add_native(loader, "try_json_to_double", &cast<double, parse_double, false>);
    add_native(loader, "json_to_boolean", &cast<bool, parse_boolean, true>);
    add_native(loader, "try_json_to_boolean", &cast<bool, parse_boolean, false>);
}

}  // namespace freshet::duck
