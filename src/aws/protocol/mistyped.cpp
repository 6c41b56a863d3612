#include "aws/protocol/mistyped.h"

#include <utility>

namespace freshet::aws {
namespace {

const char* word_of(Kind kind) {
    switch (kind) {
        case Kind::boolean:
            return "Boolean";
        case Kind::integer:
            return "Integer";
        case Kind::int64:
            return "Long";
        case Kind::float32:
            return "Float";
        case Kind::float64:
            return "Double";
        case Kind::string:
            return "String";
        case Kind::blob:
            return "Blob";
        case Kind::timestamp:
            return "Timestamp";
        case Kind::list:
            return "List";
        case Kind::map:
            return "Map";
        case Kind::structure:
            return "Structure";
        case Kind::stream:
            return "Stream";
    }
    return "";
}

std::string converted(const char* token, const Shape& wanted) {
    return std::string(token) + " can not be converted to a " + word_of(wanted.kind);
}

}  // namespace

std::string mistyped(Token token, const Shape& wanted) {
    switch (token) {
        case Token::list:
            return "Start of list found where not expected";
        case Token::structure:
            return "Start of structure or map found where not expected.";
        case Token::number:
            return converted("NUMBER_VALUE", wanted);
        case Token::text:
            return converted("STRING_VALUE", wanted);
        case Token::boolean:
            return converted("TRUE_VALUE or FALSE_VALUE", wanted);
        case Token::bytes:
            return converted("BYTES_VALUE", wanted);
        case Token::null:
            break;
    }
    return converted("NULL_VALUE", wanted);
}

Fault serialization_fault(std::string message) {
    return Fault{"SerializationException", std::move(message), 400};
}

const char* message_member(const Fault& fault) {
    return fault.code == "SerializationException" ? "Message" : "message";
}

}  // namespace freshet::aws
