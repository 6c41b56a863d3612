// The CBOR codec (RFC 8949): what json.h does for text. Two wire protocols use it: Kinesis's
// "application/x-amz-cbor-1.1" of the Java SDKs and Smithy RPC v2. They differ in the unit of a
// timestamp: the first counts milliseconds where RFC 8949 has seconds.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "aws/fault.h"
#include "aws/protocol/shape.h"
#include "aws/protocol/validate.h"

namespace freshet::aws {

/// The number after tag 1.
enum class CborTime : std::uint8_t {
    milliseconds,  ///< application/x-amz-cbor-1.1
    seconds        ///< rpc-v2-cbor
};

/// Fills `out`, a value of `shape`, from `body`, with decode_json's rules: unknown members are
/// skipped, null is absent, missing required members go to `violations`, and what is not CBOR or
/// not of the model's type is a SerializationException. Lengths may be definite or indefinite.
Answer<void> decode_cbor(const Shape& shape, std::string_view body, void* out,
                         Violations& violations, CborTime time);

/// The value as CBOR: maps and lists of indefinite length, as AWS answers; blobs are byte strings,
/// timestamps tag 1.
std::string encode_cbor(const Shape& shape, const void* value, CborTime time);

/// {"__type": code, "message": ...}, as CBOR.
std::string encode_cbor_fault(const Fault& fault);

}  // namespace freshet::aws
