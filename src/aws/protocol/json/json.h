// The JSON codec: a request's body into the struct its Shape describes, a struct into an answer's
// body.
#pragma once
#include <string>
#include <string_view>

#include "aws/fault.h"
#include "aws/protocol/shape.h"
#include "aws/protocol/validate.h"

namespace freshet::aws {

/// Fills `out`, a value of `shape`, from `body`. Members that travel elsewhere (Location other than
/// body) are left alone. Missing required members go to `violations`; broken JSON, wrong types and
/// wrong base64 are a SerializationException; without a sentence when it is not a JSON object at
/// all, as AWS.
Answer<void> decode_json(const Shape& shape, std::string_view body, void* out,
                         Violations& violations);

/// Whether `text` is a JSON object, with nothing after it.
bool is_json_object(std::string_view text);

/// Whether `text` is a value of JSON in UTF-8, with nothing after it.
bool is_json(std::string_view text);

/// The value as JSON. Timestamps are epoch seconds with milliseconds, blobs base64.
std::string encode_json(const Shape& shape, const void* value);

/// Appends `text` quoted and escaped, with U+FFFD for what is not UTF-8: an error may quote any
/// bytes.
void append_json_string(std::string& out, std::string_view text);

/// The fault in an answer of the JSON protocols; a body that is none becomes its message.
Fault decode_json_fault(std::string_view body, int status);

/// {"__type": code, "message": ...}, as the JSON protocols answer faults.
std::string encode_json_fault(const Fault& fault);

}  // namespace freshet::aws
