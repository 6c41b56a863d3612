#include <bit>

#include "aws/protocol/cbor/cbor.h"
#include "aws/protocol/mistyped.h"
#include "base/bytes.h"
#include "base/text/utf8.h"
#include "base/time.h"

namespace freshet::aws {
namespace {

constexpr char list_begins = '\x9F', map_begins = '\xBF', ends = '\xFF';

template <class T>
const T& as(const void* value) {
    return *static_cast<const T*>(value);
}

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
        out += static_cast<char>(value >> shift & 0xFFU);
    }
}

void append_head(std::string& out, unsigned major, std::uint64_t argument) {
    const auto first = [&](std::uint64_t info) { out += static_cast<char>(major << 5U | info); };
    if (argument < 24) return first(argument);
    const int size = argument <= 0xFF ? 0 : argument <= 0xFFFF ? 1 : argument <= 0xFFFFFFFF ? 2 : 3;
    first(static_cast<std::uint64_t>(24 + size));
    append_big_endian(out, argument, 1 << size);
}

void append_text(std::string& out, std::string_view text) {
    if (!is_utf8(text)) return append_text(out, repaired_utf8(text));
    append_head(out, 3, text.size());
    out.append(text);
}

void append_integer(std::string& out, std::int64_t value) {
    if (value >= 0)
        append_head(out, 0, static_cast<std::uint64_t>(value));
    else
        append_head(out, 1, static_cast<std::uint64_t>(-1 - value));
}

void append_double(std::string& out, double value) {
    out += '\xFB';
    append_big_endian(out, std::bit_cast<std::uint64_t>(value), 8);
}

void append_stamp(std::string& out, Timestamp stamp, CborTime time) {
    const std::int64_t ms = to_epoch_ms(stamp);
    append_head(out, 6, 1);
    if (time == CborTime::milliseconds) return append_integer(out, ms);
    if (ms % 1000 == 0) return append_integer(out, ms / 1000);
    append_double(out, static_cast<double>(ms) / 1000);
}

void append(std::string& out, const Shape& shape, const void* value, CborTime time);

void append_structure(std::string& out, const Shape& shape, const void* value, CborTime time) {
    out += map_begins;
    for (const Member& member : shape.members) {
        if (member.location != Location::body) continue;
        const void* inner = member.in(value);
        if (!inner) continue;
        append_text(out, member.name);
        append(out, *member.shape, inner, time);
    }
    out += ends;
}

void append_list(std::string& out, const Shape& shape, const void* value, CborTime time) {
    const bool is_map = shape.kind == Kind::map;
    out += is_map ? map_begins : list_begins;
    const std::size_t size = shape.list->size(value);
    for (std::size_t i = 0; i < size; ++i) {
        if (is_map) append_text(out, *shape.list->key_at(value, i));
        append(out, *shape.element, shape.element->held(shape.list->at(value, i)), time);
    }
    out += ends;
}

void append(std::string& out, const Shape& shape, const void* value, CborTime time) {
    switch (shape.kind) {
        case Kind::boolean:
            out += as<bool>(value) ? '\xF5' : '\xF4';
            return;
        case Kind::integer:
            return append_integer(out, as<std::int32_t>(value));
        case Kind::int64:
            return append_integer(out, as<std::int64_t>(value));
        case Kind::float32:
            out += '\xFA';
            return append_big_endian(out, std::bit_cast<std::uint32_t>(as<float>(value)), 4);
        case Kind::float64:
            return append_double(out, as<double>(value));
        case Kind::string:
            return append_text(out, as<std::string>(value));
        case Kind::blob: {
            const auto& bytes = as<Bytes>(value);
            append_head(out, 2, bytes.size());
            out.append(bytes.view());
            return;
        }
        case Kind::timestamp:
            return append_stamp(out, as<Timestamp>(value), time);
        case Kind::list:
        case Kind::map:
            return append_list(out, shape, value, time);
        case Kind::structure:
            return append_structure(out, shape, value, time);
        case Kind::stream:
            return;
    }
}

}  // namespace

std::string encode_cbor(const Shape& shape, const void* value, CborTime time) {
    std::string out;
    append(out, shape, value, time);
    return out;
}

std::string encode_cbor_fault(const Fault& fault) {
    std::string out(1, map_begins);
    append_text(out, "__type");
    append_text(out, fault.code);
    if (!fault.message.empty()) {
        append_text(out, message_member(fault));
        append_text(out, fault.message);
    }
    for (const auto& [name, value] : fault.fields) {
        append_text(out, name);
        append_text(out, value);
    }
    return out + ends;
}

}  // namespace freshet::aws
