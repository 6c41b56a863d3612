#include "record/protobuf.h"

namespace freshet::record::protobuf {

bool read_field(ByteReader& in, Field& field) {
    const std::uint64_t tag = in.varint();
    field.number = tag >> 3;
    field.wire = static_cast<Wire>(tag & 7);
    switch (field.wire) {
        case Wire::varint:
            field.value = in.varint();
            return in.is_good();
        case Wire::fixed64:
            field.bytes = in.take(8);
            return in.is_good();
        case Wire::bytes:
            field.bytes = in.text();
            return in.is_good();
        case Wire::fixed32:
            field.bytes = in.take(4);
            return in.is_good();
    }
    return false;
}

void put_field(std::string& out, unsigned number, std::uint64_t value) {
    put_varint(out, number << 3U | static_cast<unsigned>(Wire::varint));
    put_varint(out, value);
}

void put_field(std::string& out, unsigned number, std::string_view bytes) {
    put_varint(out, number << 3U | static_cast<unsigned>(Wire::bytes));
    put_text(out, bytes);
}

}  // namespace freshet::record::protobuf
