// The wire format of protobuf, as much as AWS's aggregates and results need: fields of varints and
// of bytes. What has an unknown number, or another wire type than its format gives it, is for the
// caller to pass over, as every reader of protobuf does.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_codec.h"

namespace freshet::record::protobuf {

enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

struct Field {
    std::uint64_t number = 0;
    Wire wire = Wire::varint;
    std::uint64_t value = 0;  ///< of a varint
    std::string_view bytes;   ///< of the others; a view of the message, also when it is empty

    bool is(std::uint64_t wanted, Wire as) const { return number == wanted && wire == as; }
};

/// Takes the next field off `in`, which is not at its end. False when the bytes end inside the
/// field, and for groups, which no format here has.
bool read_field(ByteReader& in, Field& field);

void put_field(std::string& out, unsigned number, std::uint64_t value);
void put_field(std::string& out, unsigned number, std::string_view bytes);

}  // namespace freshet::record::protobuf
