// AWS's words for a value whose type is not the one that the model wants: shared by the codecs of
// JSON and CBOR, so that both answer the same SerializationException.
#pragma once
#include <cstdint>
#include <string>

#include "aws/fault.h"
#include "aws/protocol/shape.h"

namespace freshet::aws {

/// What the body has.
enum class Token : std::uint8_t { list, structure, number, text, boolean, null, bytes };

/// "class java.lang.String can not be converted to an Integer"; `text`: of a Token::text.
std::string mistyped(Token token, const Shape& wanted, std::string_view text = {});

/// What is wrong with base64 that base64_decode() refused.
std::string not_base64(std::string_view text);

/// The text, or what `bytes_max` holds of it and "...", cut between characters: answers stay UTF-8.
std::string shortened(std::string_view text, std::size_t bytes_max);

Fault serialization_fault(std::string message);

/// The name of the sentence in a fault's body: AWS writes a SerializationException's with a
/// capital.
const char* message_member(const Fault& fault);

}  // namespace freshet::aws
