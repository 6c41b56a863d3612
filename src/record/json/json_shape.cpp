#include "record/json/json_shape.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <limits>

#include "base/text/ascii.h"

namespace freshet::record {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

enum class Kind { null, boolean, integer, bigint, real, text, list, object };

struct Shape {
    Kind kind = Kind::null;
    std::vector<std::string> names;  ///< of an object's fields
    std::vector<Shape> parts;        ///< the fields; of a list the one element, if it has any
};

/// A name that is valid in struct<name:type>.
bool is_field_name(std::string_view name) {
    return !name.empty() && std::ranges::none_of(name, [](char c) {
        return static_cast<unsigned char>(c) <= ' ' ||
               std::string_view("<>(),:`").find(c) != std::string_view::npos;
    });
}

bool is_number(Kind kind) {
    return kind == Kind::integer || kind == Kind::bigint || kind == Kind::real;
}

void merge(Shape& into, Shape other);

/// Looks at `hint` first: documents name their members in one order.
void merge_field(Shape& object, std::size_t hint, std::string name, Shape shape) {
    std::size_t at = hint;
    if (at >= object.names.size() || object.names[at] != name)
        at = static_cast<std::size_t>(std::ranges::find(object.names, name) - object.names.begin());
    if (at == object.names.size()) {
        object.names.push_back(std::move(name));
        object.parts.emplace_back();
    }
    merge(object.parts[at], std::move(shape));
}

void merge(Shape& into, Shape other) {
    if (other.kind == Kind::null) return;
    if (into.kind == Kind::null) {
        into = std::move(other);
    } else if (is_number(into.kind) && is_number(other.kind)) {
        into.kind = std::max(into.kind, other.kind);
    } else if (into.kind != other.kind) {
        into = Shape{Kind::text, {}, {}};
    } else if (into.kind == Kind::list) {
        if (other.parts.empty()) return;
        if (into.parts.empty())
            into.parts = std::move(other.parts);
        else
            merge(into.parts[0], std::move(other.parts[0]));
    } else if (into.kind == Kind::object) {
        for (std::size_t i = 0; i < other.names.size(); ++i)
            merge_field(into, i, std::move(other.names[i]), std::move(other.parts[i]));
        if (into.names.size() > json_fields_max) into = Shape{Kind::text, {}, {}};
    }
}

Shape shape_of(element value, int depth);

/// Nothing when a member has a name that a struct cannot name: the object is one text then.
std::optional<Shape> object_shape(element value, int depth) {
    Shape shape{Kind::object, {}, {}};
    std::size_t position = 0;
    for (const auto& [key, member] : value.get_object().value()) {
        if (!is_field_name(key)) return std::nullopt;
        merge_field(shape, position++, lower(key), shape_of(member, depth + 1));
        if (shape.names.size() > json_fields_max) return std::nullopt;
    }
    return shape.names.empty() ? std::nullopt : std::optional(std::move(shape));
}

Shape shape_of(element value, int depth) {
    const Shape text{Kind::text, {}, {}};
    switch (value.type()) {
        case element_type::NULL_VALUE:
            return {};
        case element_type::BOOL:
            return {Kind::boolean, {}, {}};
        case element_type::INT64: {
            const std::int64_t number = value.get_int64().value();
            const bool is_small = number >= std::numeric_limits<std::int32_t>::min() &&
                                  number <= std::numeric_limits<std::int32_t>::max();
            return {is_small ? Kind::integer : Kind::bigint, {}, {}};
        }
        case element_type::UINT64:  // beyond 64 bits with a sign
        case element_type::DOUBLE:
            return {Kind::real, {}, {}};
        case element_type::STRING:
            return text;
        case element_type::OBJECT:
            if (depth >= json_nesting_max) return text;
            return object_shape(value, depth).value_or(text);
        case element_type::ARRAY:
            break;
    }
    if (depth >= json_nesting_max) return text;
    Shape list{Kind::list, {}, {}};
    for (const element item : value.get_array().value()) {
        if (list.parts.empty()) list.parts.emplace_back();
        merge(list.parts[0], shape_of(item, depth + 1));
    }
    return list;
}

void write(const Shape& shape, bool is_settled, std::string& out) {
    switch (shape.kind) {
        case Kind::null:
            out += is_settled ? "string" : "null";
            return;
        case Kind::boolean:
            out += "boolean";
            return;
        case Kind::integer:
            out += "int";
            return;
        case Kind::bigint:
            out += "bigint";
            return;
        case Kind::real:
            out += "double";
            return;
        case Kind::text:
            out += "string";
            return;
        case Kind::list:
            out += "array<";
            write(shape.parts.empty() ? Shape() : shape.parts[0], is_settled, out);
            out += '>';
            return;
        case Kind::object:
            break;
    }
    out += "struct<";
    for (std::size_t i = 0; i < shape.names.size(); ++i) {
        out += (i > 0 ? "," : "") + shape.names[i] + ":";
        write(shape.parts[i], is_settled, out);
    }
    out += '>';
}

std::string text_of(const Shape& shape, bool is_settled) {
    std::string text;
    write(shape, is_settled, text);
    return text.size() > json_type_bytes_max ? "string" : text;
}

/// Reads what `write` wrote. What it does not know is one text.
Shape read_type(std::string_view text, std::size_t& at, int depth) {
    const std::size_t end = std::min(text.find_first_of("<>,", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    at = end;
    static constexpr std::pair<std::string_view, Kind> words[] = {
        {"null", Kind::null},     {"boolean", Kind::boolean}, {"int", Kind::integer},
        {"bigint", Kind::bigint}, {"double", Kind::real},     {"array", Kind::list},
        {"struct", Kind::object}};
    const auto* const known =
        std::ranges::find(words, word, &std::pair<std::string_view, Kind>::first);
    Shape shape{known == std::end(words) ? Kind::text : known->second, {}, {}};
    if (shape.kind < Kind::list) return shape;
    do {
        ++at;  // '<' or ','
        if (shape.kind == Kind::object) {
            const std::size_t colon = std::min(text.find(':', at), text.size());
            shape.names.emplace_back(text.substr(at, colon - at));
            at = std::min(colon + 1, text.size());
        }
        shape.parts.push_back(depth > json_nesting_max ? Shape() : read_type(text, at, depth + 1));
    } while (at < text.size() && text[at] == ',');
    at = std::min(at + 1, text.size());
    return shape;
}

Shape parse(std::string_view type) {
    std::size_t at = 0;
    return read_type(type, at, 0);
}

/// Where the object or array that begins at `first` ends; npos when it does not.
std::size_t end_of(std::string_view text, std::size_t first) {
    int depth = 0;
    bool is_quoted = false;
    for (std::size_t at = first; at < text.size(); ++at) {
        const char c = text[at];
        if (is_quoted) {
            if (c == '\\') ++at;
            if (c == '"') is_quoted = false;
        } else if (c == '"') {
            is_quoted = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return at + 1;
        }
    }
    return std::string_view::npos;
}

/// Gathers the documents of a sample.
class Sample {
  public:
    Sample(std::string_view text, bool is_whole) : text_(text), is_whole_(is_whole) {
        if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
    }

    std::expected<JsonShape, std::string> read() {
        while (true) {
            at_ = std::min(text_.find_first_not_of(" \t\r\n,", at_), text_.size());
            if (at_ == text_.size()) break;
            const bool opens = text_[at_] == '{' || text_[at_] == '[';
            const std::size_t end = opens ? end_of(text_, at_) : std::string_view::npos;
            if (opens && end == std::string_view::npos && !is_whole_) {
                if (documents_ == 0 && text_[at_] == '[') read_front_of_array();
                break;
            }
            if (end != std::string_view::npos && take(text_.substr(at_, end - at_))) {
                if (!is_line(at_, end)) ++not_lines_;
                at_ = end;
                continue;
            }
            if (documents_ == 0) return std::unexpected("it does not begin with a JSON document");
            ++damaged_;
            at_ = std::min(text_.find('\n', at_), text_.size());
        }
        if (documents_ == 0)
            return std::unexpected(std::string(is_whole_ ? "it is empty" : json_cut));
        if (has_lists_ && has_objects_)
            return std::unexpected("some of its JSON documents are objects and some are arrays");
        return shape();
    }

  private:
    /// Whether the document from `begin` to `end` has one line, and has it alone.
    bool is_line(std::size_t begin, std::size_t end) const {
        constexpr std::string_view blanks = " \t\r";
        if (text_.substr(begin, end - begin).contains('\n')) return false;
        const std::size_t before = text_.substr(0, begin).find_last_not_of(blanks);
        const std::size_t after = text_.find_first_not_of(blanks, end);
        return (before == std::string_view::npos || text_[before] == '\n') &&
               (after == std::string_view::npos || text_[after] == '\n');
    }

    bool take(std::string_view document) {
        element root;
        if (parser_.parse(document.data(), document.size()).get(root) != simdjson::SUCCESS)
            return false;
        ++documents_;
        if (root.is_array()) {
            has_lists_ = true;
            merge(list_, shape_of(root, 0));
            return true;
        }
        has_objects_ = true;
        std::size_t position = 0;
        for (const auto& [key, member] : root.get_object().value())
            merge_field(columns_, position++, lower(key), shape_of(member, 1));
        return true;
    }

    /// The whole elements of an array that is longer than the sample.
    void read_front_of_array() {
        Shape list{Kind::list, {}, std::vector<Shape>(1)};
        for (++at_;;) {
            at_ = std::min(text_.find_first_not_of(" \t\r\n,", at_), text_.size());
            const bool opens = at_ < text_.size() && (text_[at_] == '{' || text_[at_] == '[');
            const std::size_t end = opens ? end_of(text_, at_) : std::string_view::npos;
            element item;
            if (end == std::string_view::npos ||
                parser_.parse(text_.data() + at_, end - at_).get(item) != simdjson::SUCCESS)
                break;
            merge(list.parts[0], shape_of(item, 1));
            at_ = end;
        }
        if (list.parts[0].kind == Kind::null) return;
        documents_ = 1;
        has_lists_ = true;
        not_lines_ = text_.contains('\n') ? 1 : 0;
        list_ = std::move(list);
    }

    std::expected<JsonShape, std::string> shape() {
        JsonShape out;
        out.documents = documents_;
        out.damaged = damaged_;
        out.not_lines = not_lines_;
        if (has_lists_) {
            out.columns.push_back({"array", text_of(list_, false)});
            return out;
        }
        if (columns_.names.size() > json_fields_max)
            return std::unexpected(
                fmt::format("its JSON documents have more than {} members", json_fields_max));
        for (std::size_t i = 0; i < columns_.names.size(); ++i) {
            std::string& name = columns_.names[i];
            // Glue: a name is a line of at most 255 bytes.
            const bool is_good =
                !name.empty() && name.size() <= 255 &&
                std::ranges::none_of(name, [](unsigned char c) { return c < ' '; });
            if (is_good)
                out.columns.push_back({std::move(name), text_of(columns_.parts[i], false)});
            else
                out.left_out.push_back(std::move(name));
        }
        if (out.columns.empty()) return std::unexpected("its JSON documents have no members");
        return out;
    }

    std::string_view text_;
    bool is_whole_;
    simdjson::dom::parser parser_;
    std::size_t at_ = 0, documents_ = 0, damaged_ = 0, not_lines_ = 0;
    bool has_lists_ = false, has_objects_ = false;
    Shape columns_{Kind::object, {}, {}}, list_{Kind::list, {}, {}};
};

}  // namespace

std::expected<JsonShape, std::string> read_json_shape(std::string_view sample, bool is_whole) {
    return Sample(sample, is_whole).read();
}

std::string merged_json_type(std::string_view a, std::string_view b) {
    Shape both = parse(a);
    merge(both, parse(b));
    return text_of(both, false);
}

std::string settled_json_type(std::string_view type) { return text_of(parse(type), true); }

}  // namespace freshet::record
