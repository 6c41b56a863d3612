#include "delivery/stages/decompress.h"

#include <simdjson.h>
#include <zlib.h>

namespace freshet::delivery {
namespace {

constexpr std::size_t room_bytes = 64 * 1024;  ///< for inflate(), at a time
constexpr int window_bits_gzip = 15 + 16;

/// One member at the front of `text`, which it removes. False when there is none.
bool try_inflate(std::string_view& text, std::size_t bytes_max, std::string& out) {
    z_stream stream{};
    if (inflateInit2(&stream, window_bits_gzip) != Z_OK) return false;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    int code = Z_OK;
    while (code == Z_OK && out.size() <= bytes_max) {
        const std::size_t before = out.size();
        out.resize(before + room_bytes);
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
        stream.avail_out = room_bytes;
        code = inflate(&stream, Z_NO_FLUSH);
        out.resize(before + room_bytes - stream.avail_out);
    }
    text.remove_prefix(text.size() - stream.avail_in);
    inflateEnd(&stream);
    return code == Z_STREAM_END && out.size() <= bytes_max;
}

}  // namespace

std::optional<std::string> gunzip(std::string_view text, std::size_t bytes_max) {
    if (text.empty()) return std::nullopt;
    std::string out;
    while (!text.empty()) {
        if (!try_inflate(text, bytes_max, out)) return std::nullopt;
    }
    return out;
}

std::optional<std::string> log_messages(std::string_view payload) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    std::string_view type;
    if (parser.parse(payload.data(), payload.size()).get(root) != simdjson::SUCCESS ||
        root["messageType"].get_string().get(type) != simdjson::SUCCESS)
        return std::nullopt;
    if (type == "CONTROL_MESSAGE") return "";
    simdjson::dom::array events;
    if (type != "DATA_MESSAGE" || root["logEvents"].get_array().get(events) != simdjson::SUCCESS)
        return std::nullopt;
    std::string out;
    for (const simdjson::dom::element event : events) {
        std::string_view message;
        if (event["message"].get_string().get(message) != simdjson::SUCCESS) return std::nullopt;
        out.append(message) += '\n';
    }
    return out;
}

}  // namespace freshet::delivery
