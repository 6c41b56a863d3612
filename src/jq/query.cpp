#include "jq/query.h"

#include <simdjson.h>

#include <array>
#include <vector>

#include "jq/paths.h"

extern "C" {
#include <jv.h>
//
#include <jq.h>
}

namespace freshet::jq {
namespace {

using Element = simdjson::dom::element;
using Kind = simdjson::dom::element_type;

jv text_value(std::string_view text) {
    return jv_string_sized(text.data(), static_cast<int>(text.size()));
}

/// Numbers become doubles, as in jq 1.6.
jv value_of(const Element& element) {
    switch (element.type()) {
        case Kind::ARRAY: {
            jv array = jv_array();
            for (const Element one : simdjson::dom::array(element))
                array = jv_array_append(array, value_of(one));
            return array;
        }
        case Kind::OBJECT: {
            jv object = jv_object();
            // The last of duplicate keys wins.
            for (const auto& [key, value] : simdjson::dom::object(element))
                object = jv_object_set(object, text_value(key), value_of(value));
            return object;
        }
        case Kind::INT64:
            return jv_number(static_cast<double>(std::int64_t(element)));
        case Kind::UINT64:
            return jv_number(static_cast<double>(std::uint64_t(element)));
        case Kind::DOUBLE:
            return jv_number(double(element));
        case Kind::STRING:
            return text_value(std::string_view(element));
        case Kind::BOOL:
            return jv_bool(bool(element));
        case Kind::NULL_VALUE:
            return jv_null();
    }
    return jv_null();
}

/// Takes `value`, which libjq parsed, and gives it without the literals that newer ones keep.
jv without_literals(jv value) {
    const jv_kind kind = jv_get_kind(value);
    if (kind == JV_KIND_NUMBER) {
        const double number = jv_number_value(value);
        jv_free(value);
        return jv_number(number);
    }
    if (kind == JV_KIND_ARRAY) {
        const int size = jv_array_length(jv_copy(value));
        for (int i = 0; i < size; ++i)
            value = jv_array_set(value, i, without_literals(jv_array_get(jv_copy(value), i)));
    }
    if (kind != JV_KIND_OBJECT) return value;
    jv object = jv_object();
    for (int at = jv_object_iter(value); jv_object_iter_valid(value, at);
         at = jv_object_iter_next(value, at))
        object = jv_object_set(object, jv_object_iter_key(value, at),
                               without_literals(jv_object_iter_value(value, at)));
    jv_free(value);
    return object;
}

/// Takes `value`. A text as it is, anything else as JSON.
std::string text_of(jv value) {
    if (jv_get_kind(value) != JV_KIND_STRING) value = jv_dump_string(value, 0);
    std::string text(jv_string_value(value),
                     static_cast<std::size_t>(jv_string_length_bytes(jv_copy(value))));
    jv_free(value);
    return text;
}

/// Takes `message`, an error value, which can be any JSON value.
std::string error_text(jv message) {
    std::string text = text_of(message);
    return text.empty() ? "the query failed" : text;
}

void collect_error(void* into, jv message) {
    auto& text = *static_cast<std::string*>(into);
    if (!text.empty()) text += "; ";
    text += error_text(message);
}

bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::string forbidden_word(std::string_view query) {
    static constexpr std::array words{"import",
                                      "include",
                                      "env",
                                      "$ENV",
                                      "input",
                                      "inputs",
                                      "input_filename",
                                      "input_line_number",
                                      "debug",
                                      "stderr",
                                      "modulemeta",
                                      "get_search_list",
                                      "halt",
                                      "halt_error",
                                      "$__loc__",
                                      "$__prog_args"};
    for (std::size_t at = 0; at < query.size();) {
        std::size_t end = at;
        if (query[end] == '$') ++end;
        while (end < query.size() && is_name(query[end])) ++end;
        if (end == at) {
            ++at;
            continue;
        }
        const std::string_view word = query.substr(at, end - at);
        const bool is_field = at > 0 && query[at - 1] == '.';
        const std::size_t next = std::min(query.size(), query.find_first_not_of(" \t\r\n", end));
        const bool is_key = next < query.size() && query[next] == ':';
        for (const char* forbidden : words) {
            if (word == forbidden && !is_field && !is_key) return std::string(word);
        }
        at = end;
    }
    return "";
}

struct Query::State {
    jq_state* jq = nullptr;
    std::string errors;
    simdjson::dom::parser parser;
    std::optional<Paths> paths;  ///< of a query that needs libjq for few records
    ~State() {
        if (jq) jq_teardown(&jq);
    }
};

Query::Query(std::unique_ptr<State> state) : state_(std::move(state)) {}
Query::~Query() = default;

std::expected<std::unique_ptr<Query>, std::string> Query::compile(const std::string& text) {
    if (const std::string word = forbidden_word(text); !word.empty())
        return std::unexpected("a query cannot use " + word);
    auto state = std::make_unique<State>();
    state->jq = jq_init();
    if (!state->jq) return std::unexpected("jq did not start");
    jq_set_error_cb(state->jq, collect_error, &state->errors);
    if (!jq_compile(state->jq, text.c_str()))
        return std::unexpected(state->errors.empty() ? "the query is not valid" : state->errors);
    state->paths = Paths::of(text);
    return std::unique_ptr<Query>(new Query(std::move(state)));
}

std::expected<std::map<std::string, std::string>, std::string> Query::keys(
    std::string_view record) {
    Element root;
    jv input;
    if (state_->parser.parse(record.data(), record.size()).get(root) == simdjson::SUCCESS) {
        if (state_->paths) {
            if (auto picked = state_->paths->keys(root)) return std::move(*picked);
        }
        input = value_of(root);
    } else {
        // A number of more than 64 bits is JSON as well.
        input = jv_parse_sized(record.data(), static_cast<int>(record.size()));
        if (!jv_is_valid(input)) {
            jv_free(input);
            return std::unexpected("the record is not JSON");
        }
        input = without_literals(input);
    }
    jq_start(state_->jq, input, 0);
    jv first = jq_next(state_->jq);
    if (!jv_is_valid(first)) {
        if (jv_invalid_has_msg(jv_copy(first)))
            return std::unexpected(error_text(jv_invalid_get_msg(first)));
        jv_free(first);
        return std::unexpected("the query gives no output");
    }
    jv second = jq_next(state_->jq);
    const bool has_more = jv_is_valid(second);
    jv_free(second);
    if (has_more || jv_get_kind(first) != JV_KIND_OBJECT) {
        jv_free(first);
        return std::unexpected(has_more ? "the query gives more than one output"
                                        : "the query does not give an object");
    }
    std::map<std::string, std::string> keys;
    std::string missing;
    for (int at = jv_object_iter(first); jv_object_iter_valid(first, at);
         at = jv_object_iter_next(first, at)) {
        std::string name = text_of(jv_object_iter_key(first, at));
        jv value = jv_object_iter_value(first, at);
        if (jv_get_kind(value) == JV_KIND_NULL && missing.empty()) missing = name;
        keys[std::move(name)] = text_of(value);
    }
    jv_free(first);
    if (!missing.empty()) return std::unexpected("the value of " + missing + " is null");
    return keys;
}

}  // namespace freshet::jq
