#include "aws/protocol/mistyped.h"

#include <algorithm>
#include <utility>

namespace freshet::aws {
namespace {

constexpr std::size_t shown_bytes_max = 1024;  ///< of a wrong text in its message

/// "an Integer", "milliseconds since epoch"; "" for what has a sentence of its own.
const char* word_of(Kind kind) {
    switch (kind) {
        case Kind::boolean:
            return "an Boolean";
        case Kind::integer:
            return "an Integer";
        case Kind::int64:
            return "an Long";
        case Kind::float32:
            return "an Float";
        case Kind::float64:
            return "an Double";
        case Kind::string:
            return "an String";
        case Kind::blob:
            return "a Blob";
        case Kind::timestamp:
            return "milliseconds since epoch";
        case Kind::list:
        case Kind::map:
        case Kind::structure:
        case Kind::stream:
            break;
    }
    return "";
}

const char* class_of(Token token) {
    switch (token) {
        case Token::number:
            return "class com.amazon.coral.value.json.numbers.TruncatingBigNumber";
        case Token::text:
            return "class java.lang.String";
        case Token::boolean:
            return "class java.lang.Boolean";
        case Token::bytes:
            return "class java.nio.HeapByteBuffer";
        case Token::list:
        case Token::structure:
        case Token::null:
            break;
    }
    return "null";
}

std::string quoted(std::string_view text) { return "'" + shortened(text, shown_bytes_max) + "'"; }

/// Whether a byte of UTF-8 continues a character.
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

}  // namespace

std::string shortened(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return std::string(text);
    while (bytes_max > 0 && continues_character(text[bytes_max])) --bytes_max;
    return std::string(text.substr(0, bytes_max)) + "...";
}

std::string mistyped(Token token, const Shape& wanted, std::string_view text) {
    if (token == Token::list) return "Start of list found where not expected";
    if (token == Token::structure) return "Start of structure or map found where not expected.";
    if (wanted.kind == Kind::list) return "Expected list or null";
    if (wanted.kind == Kind::map) return "Expected map or null";
    if (wanted.kind == Kind::structure) return "Expected null";
    // A text in place of a Boolean is tried as one, whatever its case.
    const bool is_tried = token == Token::text && wanted.kind == Kind::boolean;
    std::string what = is_tried ? quoted(text) : class_of(token);
    if (is_tried)
        std::ranges::transform(what, what.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        });
    return what + " can not be converted to " + word_of(wanted.kind);
}

std::string not_base64(std::string_view text) {
    const std::string begin = quoted(text) + " can not be converted to a Blob: ";
    if (text.size() % 4 != 0)
        return begin + "Base64 encoded length is expected a multiple of 4 bytes but found: " +
               std::to_string(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') || c == '+' || c == '/';
        const bool pads = c == '=' && (i + 1 == text.size() || text[i + 1] == '=');
        if (is_letter || pads) continue;
        std::size_t end = i + 1;
        while (end < text.size() && continues_character(text[end])) ++end;
        return begin + "Invalid Base64 character: '" + std::string(text.substr(i, end - i)) + "'";
    }
    return begin + "Invalid last non-pad Base64 character dectected";
}

Fault serialization_fault(std::string message) {
    return Fault{"SerializationException", std::move(message), 400};
}

const char* message_member(const Fault& fault) {
    return fault.code == "SerializationException" ? "Message" : "message";
}

}  // namespace freshet::aws
