// A small answer is one call; a body that lies in files goes from the page cache by sendfile; what
// is streamed goes piece by piece.
#include "io/http/http1_answer.h"

#include <fmt/format.h>

#include <boost/beast/http/status.hpp>

#include "base/log.h"
#include "io/http/file_body.h"
#include "io/page_cache.h"

namespace freshet::io {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t small_body_bytes = 1024;          ///< goes with the header in one buffer
constexpr std::size_t file_window_bytes = 1024 * 1024;  ///< looked for in the page cache at once
constexpr std::size_t waiting_bytes = 16 * 1024;        ///< of a file, copied to wait for room
constexpr std::size_t head_bytes = 512 + small_body_bytes;

std::string head_text(const HttpResponse& response, bool is_kept, bool is_chunked,
                      std::optional<std::uint64_t> length) {
    std::string text;
    text.reserve(head_bytes);
    text.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    text.append(reason_of(response.status)).append("\r\n");
    text.append(response.headers.text());
    if (is_chunked) text.append("Transfer-Encoding: chunked\r\n");
    if (length) text.append("Content-Length: ").append(std::to_string(*length)).append("\r\n");
    text.append(is_kept ? "\r\n" : "Connection: close\r\n\r\n");
    return text;
}

Task<Completed> write_buffers(Wire& wire, std::vector<asio::const_buffer> buffers) {
    Completed done;
    if (!wire.channel.is_secure()) {  // most answers fit into the socket's buffer
        done = wire.channel.write_now(buffers);
        std::size_t gone = done.bytes;
        while (!buffers.empty() && gone >= buffers.front().size()) {
            gone -= buffers.front().size();
            buffers.erase(buffers.begin());
        }
        if (buffers.empty() || done.error) co_return done;
        buffers.front() += gone;
    }
    wire.expires_after(wire.timeout);
    done = co_await wire.channel.write(std::move(buffers));
    co_return done;
}

/// Sends what lies in files from the page cache, without copying it; how much it was, or nothing
/// when the connection cannot be kept. Ends where only read() continues.
Task<std::optional<std::uint64_t>> send_files(Wire& wire, FileBody& body) {
    std::uint64_t total = 0;
    std::string copied;
    while (const auto run = body.run()) {
        const auto window =
            static_cast<std::size_t>(std::min<std::uint64_t>(run->size, file_window_bytes));
        const Sending sending = send_cached(*run->file, wire.channel.native(), run->offset, window);
        if (sending.has_failed) co_return std::nullopt;
        if (!sending.is_cached) break;
        std::uint64_t sent = sending.bytes;
        if (sent == 0) {  // a little that is copied waits for room
            copied.resize(std::min(window, waiting_bytes));
            if (!run->file->reads_cached_at(run->offset, copied)) break;
            const Completed done = co_await write_buffers(wire, {asio::buffer(copied)});
            if (done.error) co_return std::nullopt;
            sent = copied.size();
        }
        body.skip(sent);
        total += sent;
    }
    co_return total;
}

/// False when the connection cannot be kept.
Task<bool> write_stream(Wire& wire, BodyReader& body, bool is_chunked, std::uint64_t length) {
    auto* files = is_chunked || wire.channel.is_secure() ? nullptr : dynamic_cast<FileBody*>(&body);
    std::uint64_t sent = 0;
    while (true) {
        if (files) {
            const auto from_files = co_await send_files(wire, *files);
            if (!from_files) co_return false;
            sent += *from_files;
        }
        auto piece = co_await body.read();
        if (!piece) {
            log_warn("http", "body cut short", {{"reason", piece.error().message()}});
            co_return false;  // the client sees a body that ends too early, never a wrong one
        }
        std::vector<asio::const_buffer> buffers;
        std::string frame;
        if (is_chunked) {
            frame = fmt::format("{:x}\r\n", piece->size());
            buffers.emplace_back(frame.data(), frame.size());
            buffers.emplace_back(piece->data(), piece->size());
            buffers.emplace_back("\r\n", 2);
        } else {
            buffers.emplace_back(piece->data(), piece->size());
        }
        sent += piece->size();
        if (piece->empty() && !is_chunked) co_return sent == length;
        if (!is_chunked && sent > length) co_return false;
        const bool is_last = piece->empty();
        const Completed done = co_await write_buffers(wire, std::move(buffers));
        if (done.error) co_return false;
        if (is_last) co_return true;
    }
}

}  // namespace

const char* reason_of(int status) {
    return http::obsolete_reason(static_cast<http::status>(status)).data();
}

Task<bool> write_response(Wire& wire, HttpResponse response, bool is_head, bool is_kept) {
    const bool is_bodiless =
        response.status == 204 || response.status == 304 || response.status < 200;
    const bool is_chunked = response.stream && !response.stream_length && !is_head && !is_bodiless;
    std::uint64_t size = 0;
    for (const Bytes& piece : response.body) size += piece.size();
    std::optional<std::uint64_t> length;
    if (is_head) {
        length =
            response.head_length ? *response.head_length : response.stream_length.value_or(size);
    } else if (response.stream) {
        length = response.stream_length;
    } else if (!is_bodiless) {
        length = size;
    }
    std::string head = head_text(response, is_kept, is_chunked, length);
    const bool has_body = !is_head && !response.stream && !is_bodiless;
    const bool is_small = has_body && size <= small_body_bytes;
    if (is_small) {
        for (const Bytes& piece : response.body) head.append(piece.view());
    }
    std::vector<asio::const_buffer> buffers{{head.data(), head.size()}};
    if (has_body && !is_small) {
        for (const Bytes& piece : response.body) buffers.emplace_back(piece.data(), piece.size());
    }
    const Completed done = co_await write_buffers(wire, std::move(buffers));
    if (done.error) co_return false;
    if (is_head || is_bodiless || !response.stream) co_return true;
    const bool is_whole =
        co_await write_stream(wire, *response.stream, is_chunked, length.value_or(0));
    co_return is_whole;
}

}  // namespace freshet::io
