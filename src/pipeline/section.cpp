#include "pipeline/section.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace freshet::pipeline {
namespace {
const Value no_value;
}

Section::Section(const Value& value, Problems& problems) : value_(value), problems_(problems) {
    if (value.kind == Value::Kind::text || value.kind == Value::Kind::list)
        problems_.add(value, "a map of keys and values belongs here");
}

void Section::wrong(std::string_view key, std::string_view what) {
    const Value* found = value_.find(key);
    problems_.add(found ? *found : value_, what);
}

const Value* Section::take(std::string_view key, Value::Kind kind, const char* kind_name) {
    asked_.emplace(key);
    const Value* found = value_.find(key);
    if (!found) return nullptr;
    if (found->kind == kind) return found;
    problems_.add(*found, fmt::format("'{}' is {}", key, kind_name));
    return nullptr;
}

std::string Section::text(std::string_view key) {
    if (!has(key)) wrong(key, fmt::format("'{}' is not given", key));
    return text(key, "");
}

std::string Section::text(std::string_view key, std::string_view otherwise) {
    const Value* found = take(key, Value::Kind::text, "a text");
    return found ? found->text : std::string(otherwise);
}

int Section::number(std::string_view key, int otherwise) {
    const Value* found = take(key, Value::Kind::text, "a whole number");
    if (!found) return otherwise;
    int number = 0;
    const char* end = found->text.data() + found->text.size();
    const auto read = std::from_chars(found->text.data(), end, number);
    if (read.ec == std::errc() && read.ptr == end) return number;
    problems_.add(*found, fmt::format("'{}' is a whole number, not '{}'", key, found->text));
    return otherwise;
}

bool Section::is_on(std::string_view key, bool is_on_otherwise) {
    const Value* found = take(key, Value::Kind::text, "true or false");
    if (!found) return is_on_otherwise;
    if (found->text == "true" || found->text == "false") return found->text == "true";
    problems_.add(*found, fmt::format("'{}' is true or false, not '{}'", key, found->text));
    return is_on_otherwise;
}

std::vector<std::string> Section::texts(std::string_view key) {
    std::vector<std::string> all;
    const Value* found = take(key, Value::Kind::list, "a list of texts");
    if (!found) return all;
    for (const Value& item : found->items) {
        if (item.kind == Value::Kind::text)
            all.push_back(item.text);
        else
            problems_.add(item, fmt::format("'{}' is a list of texts", key));
    }
    return all;
}

std::vector<std::pair<std::string, std::string>> Section::pairs(std::string_view key) {
    std::vector<std::pair<std::string, std::string>> all;
    const Value* found = take(key, Value::Kind::map, "a map of names and texts");
    if (!found) return all;
    for (const auto& [name, value] : found->members) {
        if (value.kind == Value::Kind::text)
            all.emplace_back(name.text, value.text);
        else
            problems_.add(value, fmt::format("'{}' is a text", name.text));
    }
    return all;
}

std::string Section::word(std::string_view key, const std::vector<std::string>& words,
                          std::string_view otherwise) {
    std::string found = text(key, otherwise);
    if (has(key) && std::ranges::find(words, found) == words.end()) {
        wrong(key, fmt::format("'{}' is one of {}, not '{}'", key, fmt::join(words, ", "), found));
        return std::string(otherwise);
    }
    return found;
}

Section Section::inner(std::string_view key) {
    const Value* found = take(key, Value::Kind::map, "a map");
    return {found ? *found : no_value, problems_};
}

std::vector<Section> Section::list(std::string_view key) {
    std::vector<Section> all;
    const Value* found = take(key, Value::Kind::list, "a list of maps");
    if (!found) return all;
    for (const Value& item : found->items) all.emplace_back(item, problems_);
    return all;
}

void Section::finish() {
    for (const auto& [key, value] : value_.members) {
        if (asked_.contains(key.text)) continue;
        problems_.add(key, fmt::format("there is no key '{}' here; the keys are {}", key.text,
                                       fmt::join(asked_, ", ")));
    }
}

}  // namespace freshet::pipeline
