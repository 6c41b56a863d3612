#include "aws/protocol/xml.h"

#include <fmt/format.h>
#include <algorithm>
#include <pugixml.hpp>

#include "aws/protocol/scalar.h"
#include "base/error.h"
#include "base/text/utf8.h"
#include "base/time.h"

namespace freshet::aws {
namespace {

constexpr std::string_view declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

std::string_view local_name(const pugi::xml_node& node) {
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// S3 has an error of its own for a value that it does not know.
constexpr std::string_view judged_by_service = "BucketLocationConstraint";

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool is_choice(const Shape& shape, std::string_view text) {
    return shape.choices.empty() || std::ranges::find(shape.choices, text) != shape.choices.end() ||
           shape.name == judged_by_service;
}

/// Reads a document as its schema has it: whatever the model does not have is malformed.
class Reader {
  public:
    explicit Reader(Violations& violations) : violations_(violations) {}

    Answer<void> structure(const Shape& shape, const pugi::xml_node& node, void* out,
                           const Path& path) {
        const auto is_known = [&](const pugi::xml_node& child) {
            return std::ranges::any_of(shape.members, [&](const Member& member) {
                return member.location == Location::body && !member.is_attribute &&
                       local_name(child) == member.wire;
            });
        };
        if (!has_only(node, is_known)) return malformed();
        for (const Member& member : shape.members) {
            if (member.location != Location::body) continue;
            const Path inner{&path, member.name, 0, nullptr};
            auto found = read_member(member, node, out, inner);
            if (!found) return pass(found);
            if (!*found && member.is_required) violations_.add_missing(inner);
        }
        return {};
    }

  private:
    static std::unexpected<Fault> malformed() { return std::unexpected(malformed_xml_fault()); }

    /// Whether `node` holds elements that are known, and no text between them.
    static bool has_only(const pugi::xml_node& node, const auto& is_known) {
        return std::ranges::all_of(node.children(), [&](const pugi::xml_node& child) {
            if (child.type() == pugi::node_element) return is_known(child);
            return (child.type() != pugi::node_pcdata && child.type() != pugi::node_cdata) ||
                   is_blank(child.value());
        });
    }

    Answer<bool> read_member(const Member& member, const pugi::xml_node& node, void* out,
                             const Path& path) {
        if (member.is_attribute) {
            const auto attribute = node.attribute(member.wire);
            if (!attribute) return false;
            auto done = scalar(*member.shape, attribute.value(), member.make(out), member.stamp);
            if (!done) return pass(done);
            return true;
        }
        void* place = nullptr;
        const bool is_flat =
            (member.is_flattened || member.shape->is_flattened) && member.shape->kind == Kind::list;
        for (const auto& child : node.children()) {
            if (child.type() != pugi::node_element || local_name(child) != member.wire) continue;
            if (place && !is_flat) return malformed();
            if (!place) place = member.make(out);
            auto done = is_flat ? any(*member.shape->element, child,
                                      member.shape->list->append(place), path, Stamp::natural)
                                : any(*member.shape, child, place, path, member.stamp);
            if (!done) return pass(done);
        }
        return place != nullptr;
    }

    Answer<void> any(const Shape& shape, const pugi::xml_node& node, void* out, const Path& path,
                     Stamp stamp) {
        if (shape.kind == Kind::structure) return structure(shape, node, out, path);
        if (shape.kind == Kind::list) return list(shape, node, out, path, stamp);
        const bool has_elements = std::ranges::any_of(
            node.children(), [](const auto& child) { return child.type() == pugi::node_element; });
        return has_elements ? malformed() : scalar(shape, node.text().get(), out, stamp);
    }

    Answer<void> list(const Shape& shape, const pugi::xml_node& node, void* out, const Path& path,
                      Stamp stamp) {
        if (!has_only(node,
                      [&](const auto& child) { return local_name(child) == shape.element_name; }))
            return malformed();
        std::size_t index = 0;
        for (const auto& child : node.children()) {
            if (child.type() != pugi::node_element) continue;
            auto done = any(*shape.element, child, shape.list->append(out),
                            Path{&path, {}, index++, nullptr}, stamp);
            if (!done) return done;
        }
        return {};
    }

    static Answer<void> scalar(const Shape& shape, std::string_view text, void* out, Stamp stamp) {
        if (!is_choice(shape, text) || !scalar_from_text(shape, text, out, stamp))
            return malformed();
        return {};
    }

    Violations& violations_;
};

class Writer {
  public:
    std::string out;

    void structure(const Shape& shape, const void* value) {
        for (const Member& member : shape.members) {
            if (member.location != Location::body || member.is_attribute) continue;
            const void* inner = member.in(value);
            if (!inner) continue;
            const bool is_flat = member.is_flattened || member.shape->is_flattened;
            if (is_flat && member.shape->kind == Kind::list)
                elements(*member.shape, inner, member.wire);
            else
                element(*member.shape, inner, member.wire, member.stamp);
        }
    }

    void element(const Shape& shape, const void* value, std::string_view name, Stamp stamp) {
        out.append("<").append(name);
        if (shape.kind == Kind::structure) attributes(shape, value);
        out += '>';
        if (shape.kind == Kind::structure)
            structure(shape, value);
        else if (shape.kind == Kind::list)
            elements(shape, value, shape.element_name);
        else if (shape.kind == Kind::map)
            entries(shape, value);
        else
            append_xml_text(out, scalar_to_text(shape, value, stamp));
        out.append("</").append(name).append(">");
    }

  private:
    void attributes(const Shape& shape, const void* value) {
        for (const Member& member : shape.members) {
            const void* inner = member.is_attribute ? member.in(value) : nullptr;
            if (!inner) continue;
            out.append(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ")
                .append(member.wire)
                .append("=\"");
            append_xml_text(out, scalar_to_text(*member.shape, inner, member.stamp));
            out += '"';
        }
    }
    void elements(const Shape& shape, const void* value, std::string_view name) {
        for (std::size_t i = 0; i < shape.list->size(value); ++i) {
            element(*shape.element, shape.list->at(value, i), name, Stamp::natural);
        }
    }
    void entries(const Shape& shape, const void* value) {
        for (std::size_t i = 0; i < shape.list->size(value); ++i) {
            out += "<entry>";
            element(*shape.key, shape.list->key_at(value, i), "key", Stamp::natural);
            element(*shape.element, shape.list->at(value, i), "value", Stamp::natural);
            out += "</entry>";
        }
    }
};

}  // namespace

void append_xml_text(std::string& out, std::string_view text) {
    if (!is_utf8(text)) return append_xml_text(out, repaired_utf8(text));
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\r':
                out += "&#13;";
                break;
            default:
                out += c;
        }
    }
}

Fault malformed_xml_fault() {
    return {
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
        400};
}

Answer<void> decode_xml(const Shape& shape, std::string_view root, std::string_view body, void* out,
                        Violations& violations) {
    pugi::xml_document document;
    const auto parsed = document.load_buffer(body.data(), body.size(),
                                             pugi::parse_default | pugi::parse_ws_pcdata_single);
    const pugi::xml_node element = document.document_element();
    const auto is_element = [](const pugi::xml_node& child) {
        return child.type() == pugi::node_element;
    };
    if (!parsed || std::ranges::count_if(document.children(), is_element) != 1 ||
        (!root.empty() && local_name(element) != root)) {
        return std::unexpected(malformed_xml_fault());
    }
    return Reader(violations).structure(shape, element, out, Path{});
}

std::string encode_xml(const Shape& shape, const void* value, std::string_view root,
                       std::string_view xml_namespace) {
    Writer writer;
    writer.out = std::string(declaration).append("<").append(root);
    if (!xml_namespace.empty()) writer.out.append(" xmlns=\"").append(xml_namespace).append("\"");
    writer.out += '>';
    if (shape.kind == Kind::structure)
        writer.structure(shape, value);
    else
        append_xml_text(writer.out, scalar_to_text(shape, value, Stamp::natural));
    writer.out.append("</").append(root).append(">");
    return std::move(writer.out);
}

std::string encode_query_answer(const OperationInfo& operation, const void* value,
                                std::string_view request_id) {
    Writer writer;
    writer.out =
        fmt::format("<{}Response xmlns=\"{}\">", operation.name, operation.service->xml_namespace);
    const std::string_view wrapper = operation.result_wrapper;
    if (!wrapper.empty()) writer.element(*operation.output, value, wrapper, Stamp::natural);
    writer.out.append("<ResponseMetadata><RequestId>")
        .append(request_id)
        .append("</RequestId></ResponseMetadata>");
    writer.out.append("</").append(operation.name).append("Response>");
    return std::move(writer.out);
}

std::string encode_xml_fault(const Fault& fault, std::string_view request_id) {
    std::string out = std::string(declaration) + "<Error><Code>";
    append_xml_text(out, fault.code);
    out += "</Code><Message>";
    append_xml_text(out, fault.message);
    out += "</Message>";
    for (const auto& [name, value] : fault.fields) {
        out.append("<").append(name).append(">");
        append_xml_text(out, value);
        out.append("</").append(name).append(">");
    }
    out.append("<RequestId>")
        .append(request_id)
        .append("</RequestId><HostId>freshet</HostId></Error>");
    return out;
}

std::string encode_query_fault(const Fault& fault, std::string_view xml_namespace,
                               std::string_view request_id) {
    std::string out = fmt::format("<ErrorResponse xmlns=\"{}\"><Error><Type>{}</Type><Code>",
                                  xml_namespace, fault.status >= 500 ? "Receiver" : "Sender");
    append_xml_text(out, fault.code);
    out += "</Code><Message>";
    append_xml_text(out, fault.message);
    out.append("</Message></Error><RequestId>")
        .append(request_id)
        .append("</RequestId></ErrorResponse>");
    return out;
}

}  // namespace freshet::aws
