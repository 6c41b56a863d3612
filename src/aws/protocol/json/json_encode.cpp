#include <fmt/format.h>

#include <cstring>

#include "aws/protocol/json/json.h"
#include "aws/protocol/mistyped.h"
#include "base/bytes.h"
#include "base/crypto/digest.h"
#include "base/text/utf8.h"
#include "base/time.h"

namespace freshet::aws {
namespace {

constexpr std::size_t usual_bytes = 256;  ///< room for most small answers

void append_stamp(std::string& out, Timestamp stamp, Stamp form) {
    if (form == Stamp::iso8601) return append_json_string(out, to_iso8601(stamp));
    if (form == Stamp::rfc822) return append_json_string(out, to_http_date(stamp));
    const std::int64_t ms = to_epoch_ms(stamp);
    const std::int64_t rest = ((ms % 1000) + 1000) % 1000;
    fmt::format_to(std::back_inserter(out), "{}.{:03}", (ms - rest) / 1000, rest);
}

/// Whether none of eight bytes needs an escape: a control character, '"' or '\\'.
bool is_plain(std::uint64_t bytes) {
    constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
    const auto has_zero = [](std::uint64_t word) { return (word - ones) & ~word & highs; };
    const std::uint64_t controls = (bytes - ones * 0x20) & ~bytes & highs;
    return !(controls | has_zero(bytes ^ ones * '"') | has_zero(bytes ^ ones * '\\'));
}

/// The place of the first byte that needs an escape; text.size() when there is none.
std::size_t find_escape(std::string_view text, std::size_t from) {
    for (std::uint64_t bytes = 0; from + sizeof bytes <= text.size(); from += sizeof bytes) {
        std::memcpy(&bytes, text.data() + from, sizeof bytes);
        if (!is_plain(bytes)) break;
    }
    for (; from < text.size(); ++from) {
        const auto c = static_cast<unsigned char>(text[from]);
        if (c < 0x20 || c == '"' || c == '\\') return from;
    }
    return from;
}

void append(std::string& out, const Shape& shape, const void* value, Stamp stamp);

void append_structure(std::string& out, const Shape& shape, const void* value) {
    out += '{';
    bool is_first = true;
    for (const Member& member : shape.members) {
        if (member.location != Location::body) continue;
        const void* inner = member.in(value);
        if (!inner) continue;
        if (!std::exchange(is_first, false)) out += ',';
        out.append("\"").append(member.name).append("\":");
        append(out, *member.shape, inner, member.stamp);
    }
    out += '}';
}

void append_list(std::string& out, const Shape& shape, const void* value) {
    const bool is_map = shape.kind == Kind::map;
    out += is_map ? '{' : '[';
    const std::size_t size = shape.list->size(value);
    for (std::size_t i = 0; i < size; ++i) {
        if (i) out += ',';
        if (is_map) {
            append_json_string(out, *shape.list->key_at(value, i));
            out += ':';
        }
        append(out, *shape.element, shape.element->held(shape.list->at(value, i)), Stamp::natural);
    }
    out += is_map ? '}' : ']';
}

template <class T>
const T& as(const void* value) {
    return *static_cast<const T*>(value);
}

void append(std::string& out, const Shape& shape, const void* value, Stamp stamp) {
    switch (shape.kind) {
        case Kind::boolean:
            out += as<bool>(value) ? "true" : "false";
            return;
        case Kind::integer:
            fmt::format_to(std::back_inserter(out), "{}", as<std::int32_t>(value));
            return;
        case Kind::int64:
            fmt::format_to(std::back_inserter(out), "{}", as<std::int64_t>(value));
            return;
        case Kind::float32:
            fmt::format_to(std::back_inserter(out), "{}", as<float>(value));
            return;
        case Kind::float64:
            fmt::format_to(std::back_inserter(out), "{}", as<double>(value));
            return;
        case Kind::string:
            return append_json_string(out, as<std::string>(value));
        case Kind::blob:
            out.append("\"").append(base64_encode(as<Bytes>(value).view())).append("\"");
            return;
        case Kind::timestamp:
            return append_stamp(out, as<Timestamp>(value), stamp);
        case Kind::list:
        case Kind::map:
            return append_list(out, shape, value);
        case Kind::structure:
            return append_structure(out, shape, value);
        case Kind::stream:
            return;
    }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    if (!is_utf8(text)) return append_json_string(out, repaired_utf8(text));
    out += '"';
    std::size_t plain = 0;
    for (std::size_t i = 0; (i = find_escape(text, i)) < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        out.append(text.substr(plain, i - plain));
        plain = i + 1;
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
        }
    }
    out.append(text.substr(plain)).append("\"");
}

std::string encode_json(const Shape& shape, const void* value) {
    std::string out;
    out.reserve(usual_bytes);
    append(out, shape, value, Stamp::natural);
    return out;
}

std::string encode_json_fault(const Fault& fault) {
    std::string out = "{\"__type\":";
    append_json_string(out, fault.code);
    if (!fault.message.empty()) {
        out.append(",\"").append(message_member(fault)).append("\":");
        append_json_string(out, fault.message);
    }
    for (const auto& [name, value] : fault.fields) {
        out += ',';
        append_json_string(out, name);
        out += ':';
        append_json_string(out, value);
    }
    if (!fault.members_json.empty()) out.append(",").append(fault.members_json);
    return out + "}";
}

}  // namespace freshet::aws
