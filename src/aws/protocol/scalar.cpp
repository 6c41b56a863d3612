#include "aws/protocol/scalar.h"

#include <fmt/format.h>

#include <charconv>

#include "base/bytes.h"
#include "base/crypto/digest.h"
#include "base/time.h"

namespace freshet::aws {
namespace {

template <class T>
const T& as(const void* value) {
    return *static_cast<const T*>(value);
}
template <class T>
T& as(void* value) {
    return *static_cast<T*>(value);
}

std::string stamp_to_text(Timestamp stamp, Stamp form) {
    if (form == Stamp::rfc822) return to_http_date(stamp);
    if (form == Stamp::epoch) return fmt::format("{}", to_epoch_ms(stamp) / 1000);
    return to_iso8601(stamp);
}

std::unexpected<Fault> wrong(std::string_view text, const char* kind) {
    return std::unexpected(Fault{"SerializationException",
                                 fmt::format("'{}' can not be converted to {}", text, kind), 400});
}

template <class T>
Answer<void> number(std::string_view text, T& out, const char* kind) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size()) return wrong(text, kind);
    return {};
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string scalar_to_text(const Shape& shape, const void* value, Stamp stamp) {
    switch (shape.kind) {
        case Kind::boolean:
            return as<bool>(value) ? "true" : "false";
        case Kind::integer:
            return std::to_string(as<std::int32_t>(value));
        case Kind::int64:
            return std::to_string(as<std::int64_t>(value));
        case Kind::float32:
            return fmt::format("{}", as<float>(value));
        case Kind::float64:
            return fmt::format("{}", as<double>(value));
        case Kind::string:
            return as<std::string>(value);
        case Kind::blob:
            return base64_encode(as<Bytes>(value).view());
        case Kind::timestamp:
            return stamp_to_text(as<Timestamp>(value), stamp);
        case Kind::list:
        case Kind::map:
        case Kind::structure:
        case Kind::stream:
            break;
    }
    return {};
}

Answer<void> scalar_from_text(const Shape& shape, std::string_view text, void* out, Stamp stamp) {
    switch (shape.kind) {
        case Kind::boolean:
            if (text != "true" && text != "false" && text != "True" && text != "False")
                return wrong(text, "Boolean");
            as<bool>(out) = text == "true" || text == "True";
            return {};
        case Kind::integer:
            return number(text, as<std::int32_t>(out), "Integer");
        case Kind::int64:
            return number(text, as<std::int64_t>(out), "Long");
        case Kind::float32:
            return number(text, as<float>(out), "Float");
        case Kind::float64:
            return number(text, as<double>(out), "Double");
        case Kind::string:
            as<std::string>(out) = std::string(text);
            return {};
        case Kind::blob: {
            std::string bytes;
            if (!base64_decode(text, bytes)) return wrong(text, "Blob");
            as<Bytes>(out) = Bytes::own(std::move(bytes));
            return {};
        }
        case Kind::timestamp: {
            auto parsed = stamp == Stamp::rfc822 ? parse_http_date(text) : parse_iso8601(text);
            if (!parsed) parsed = parse_iso8601(text);
            if (!parsed) return wrong(text, "Timestamp");
            as<Timestamp>(out) = *parsed;
            return {};
        }
        case Kind::list:
        case Kind::map:
        case Kind::structure:
        case Kind::stream:
            break;
    }
    return {};
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0) {
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

std::string percent_encode(std::string_view text, bool keeps_slash) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                              c == '~' || (keeps_slash && c == '/');
        if (is_plain)
            out += c;
        else
            fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::vector<std::pair<std::string, std::string>> parse_query_string(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!text.empty()) {
        const auto end = text.find('&');
        const std::string_view part = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (part.empty()) continue;
        const auto equals = part.find('=');
        const std::string_view value =
            equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
        pairs.emplace_back(percent_decode(part.substr(0, equals), true),
                           percent_decode(value, true));
    }
    return pairs;
}

}  // namespace freshet::aws
