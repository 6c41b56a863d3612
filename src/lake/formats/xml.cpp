#include "lake/formats/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <pugixml.hpp>

#include "lake/limits.h"
#include "record/json/json_shape.h"
#include "record/text.h"

namespace freshet::lake {
namespace {

/// The greatest depth of elements, counted by their tags; the parser's tree is as deep.
bool is_too_deep(std::string_view text) {
    int depth = 0;
    for (std::size_t at = text.find('<'); at != std::string_view::npos;
         at = text.find('<', at + 1)) {
        const char next = at + 1 < text.size() ? text[at + 1] : '\0';
        if (next == '!' || next == '?') continue;
        if (next == '/') {
            --depth;
            continue;
        }
        const std::size_t end = text.find('>', at);
        if (end == std::string_view::npos || text[end - 1] == '/') continue;
        if (++depth > limits::xml_depth_max) return true;
    }
    return false;
}

std::string lower_name(std::string_view name) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        if (c >= 'A' && c <= 'Z') return static_cast<char>(c + ('a' - 'A'));
        return c == ':' || c == '.' || c == '-' ? '_' : c;
    });
    return lower;
}

std::string type_of_text(std::string_view text) {
    text = record::trimmed(text);
    if (text.empty()) return "null";
    if (const auto number = record::parse_integer(text)) {
        const bool is_small = *number >= INT32_MIN && *number <= INT32_MAX;
        return is_small ? "int" : "bigint";
    }
    if (record::parse_real(text)) return "double";
    return record::parse_boolean(text) ? "boolean" : "string";
}

struct Field {
    std::string name, type;
    int times = 0;  ///< in one element
};

void add(std::vector<Field>& fields, std::string name, const std::string& type) {
    const auto known = std::ranges::find(fields, name, &Field::name);
    if (known == fields.end()) {
        fields.push_back({std::move(name), type, 1});
        return;
    }
    known->type = record::merged_json_type(known->type, type);
    ++known->times;
}

std::vector<Field> fields_of(const pugi::xml_node& element);

std::string type_of(const pugi::xml_node& element) {
    const auto fields = fields_of(element);
    if (fields.empty()) return type_of_text(element.text().get());
    std::string inner;
    for (const Field& field : fields)
        inner += (inner.empty() ? "" : ",") + field.name + ":" + field.type;
    return "struct<" + inner + ">";
}

std::vector<Field> fields_of(const pugi::xml_node& element) {
    std::vector<Field> fields;
    for (const pugi::xml_attribute& attribute : element.attributes())
        add(fields, "_" + lower_name(attribute.name()), type_of_text(attribute.value()));
    for (const pugi::xml_node& child : element.children()) {
        if (child.type() == pugi::node_element)
            add(fields, lower_name(child.name()), type_of(child));
    }
    for (Field& field : fields) {
        if (field.times > 1) field.type = "array<" + field.type + ">";
    }
    return fields;
}

}  // namespace

bool begins_as_xml(std::string_view text) {
    text.remove_prefix(record::byte_order_mark(text));
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return false;
    text.remove_prefix(first);
    return text.starts_with("<?xml") ||
           (text.size() > 1 && text[0] == '<' &&
            (std::isalpha(static_cast<unsigned char>(text[1])) != 0 || text[1] == '!'));
}

std::expected<Classified, std::string> classify_xml(std::string_view text,
                                                    const std::string& row_tag, bool is_whole) {
    if (!begins_as_xml(text)) return std::unexpected(std::string("it is no XML"));
    if (is_too_deep(text)) return std::unexpected(std::string("its XML is nested too deeply"));
    pugi::xml_document document;
    const auto parsed = document.load_buffer(text.data(), text.size());
    if (!parsed && is_whole)
        return std::unexpected(fmt::format("its XML is damaged: {}", parsed.description()));
    auto rows = document.select_nodes("//*");
    std::vector<pugi::xml_node> found;
    for (const auto& one : rows) {
        if (row_tag == one.node().name() && found.size() < limits::records_max)
            found.push_back(one.node());
    }
    if (!is_whole && found.size() > 1) found.pop_back();
    if (found.empty()) return std::unexpected(fmt::format("it has no element {}", row_tag));
    std::vector<Field> all;
    for (const pugi::xml_node& row : found) {
        for (const Field& field : fields_of(row)) add(all, field.name, field.type);
    }
    if (all.empty())
        return std::unexpected(
            fmt::format("its elements {} have no children and no attributes", row_tag));
    Classified made;
    made.format.classification = "xml";
    made.format.particulars[particular::row_tag] = row_tag;
    for (Field& field : all)
        made.format.columns.push_back(
            {std::move(field.name), record::settled_json_type(field.type)});
    make_distinct(made.format.columns);
    made.reason = fmt::format("{} elements {} with {} columns", found.size(), row_tag,
                              made.format.columns.size());
    return made;
}

}  // namespace freshet::lake
