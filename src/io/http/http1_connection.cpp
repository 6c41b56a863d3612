// HTTP/1.1: Beast parses headers and chunked bodies; bodies of a known length go from the socket
// straight into the piece that the handler gets. One coroutine a connection, on its core.
#include <fmt/format.h>

#include <array>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>

#include "base/log.h"
#include "io/http/file_body.h"
#include "io/http/http1_parser.h"
#include "io/http/http_connection.h"
#include "io/page_cache.h"

namespace freshet::io {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t piece_bytes_max = 1024 * 1024;  ///< a body up to this comes as one piece
constexpr std::size_t chunk_bytes = 256 * 1024;
constexpr std::size_t drain_bytes_max = 1024 * 1024;  ///< unread body that a kept connection skips
constexpr std::size_t first_bytes = 16 * 1024;
constexpr std::size_t read_bytes = 4 * 1024;            ///< what an idle connection holds
constexpr std::size_t small_body_bytes = 1024;          ///< goes with the header in one buffer
constexpr std::size_t file_window_bytes = 1024 * 1024;  ///< looked for in the page cache at once
constexpr std::size_t waiting_bytes = 16 * 1024;        ///< of a file, copied to wait for room
constexpr std::size_t head_bytes = 512 + small_body_bytes;

const char* reason_of(int status) {
    return http::obsolete_reason(static_cast<http::status>(status)).data();
}

/// The request's bytes on one connection; lives as long as the connection.
struct Wire {
    std::shared_ptr<Line> line;
    Channel& channel;
    beast::flat_buffer& buffer;
    std::optional<Http1Parser<true>> parser;
    std::uint64_t remaining = 0;  ///< of a body of known length
    bool is_chunked = false;
    bool expects_continue = false;
    bool has_failed = false;
    Millis timeout;

    Wire(std::shared_ptr<Line> line_, const HttpLimits& limits)
        : line(std::move(line_)),
          channel(line->channel),
          buffer(line->buffer),
          timeout(limits.stall_timeout) {}
    bool has_deadline = true;  ///< at first that of the greeting

    void expires_after(Millis time) {
        channel.expires_after(time);
        has_deadline = true;
    }
    void expires_never() {
        if (std::exchange(has_deadline, false)) channel.expires_never();
    }
};

Task<Completed> send_continue(Wire& wire) {
    static constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    wire.expects_continue = false;
    const Completed done = co_await wire.channel.write({asio::buffer(text)});
    co_return done;
}

Task<Result<Bytes>> read_sized(Wire& wire) {
    const auto want =
        static_cast<std::size_t>(std::min<std::uint64_t>(wire.remaining, piece_bytes_max));
    std::string piece;
    // The size that libstdc++ 12 hands to the callback may be larger than asked.
    piece.resize_and_overwrite(want, [want](char*, std::size_t) { return want; });
    const std::size_t here = std::min(want, wire.buffer.size());
    std::memcpy(piece.data(), wire.buffer.data().data(), here);
    wire.buffer.consume(here);
    std::size_t have = here;
    while (have < want) {
        const asio::mutable_buffer room(piece.data() + have, want - have);
        Completed done;
        if (!wire.channel.is_secure()) done = wire.channel.read_now(room);  // mostly it has come
        if (done.bytes == 0 && !done.error) {
            wire.expires_after(wire.timeout);
            done = co_await wire.channel.read_some(room);
        }
        if (done.error) {
            wire.has_failed = true;
            co_return std::unexpected(connection_error(done.error));
        }
        have += done.bytes;
    }
    wire.remaining -= want;
    co_return Bytes::own(std::move(piece));
}

Task<Result<Bytes>> read_chunked(Wire& wire) {
    Http1Parser<true>& parser = *wire.parser;
    parser.eager(true);
    error_code error;
    while (parser.body.empty() && !parser.is_done() && !error) {
        if (wire.buffer.size() > 0 && parser.take(wire.buffer, error)) continue;
        wire.expires_after(wire.timeout);
        const Completed done = co_await wire.channel.read_some(wire.buffer.prepare(chunk_bytes));
        wire.buffer.commit(done.bytes);
        error = done.error;
    }
    if (error) {
        wire.has_failed = true;
        co_return std::unexpected(connection_error(error));
    }
    if (parser.is_done()) wire.buffer.shrink_to_fit();
    co_return Bytes::own(std::exchange(parser.body, {}));
}

class WireBody final : public BodyReader {
  public:
    explicit WireBody(std::shared_ptr<Wire> wire) : wire_(std::move(wire)) {}
    Task<Result<Bytes>> read() override {
        if (wire_->has_failed) co_return fail(Errc::io, "connection: closed before the body's end");
        if (wire_->expects_continue) {
            const Completed done = co_await send_continue(*wire_);
            if (done.error) co_return std::unexpected(connection_error(done.error));
        }
        if (wire_->is_chunked) {
            auto piece = co_await read_chunked(*wire_);
            co_return piece;
        }
        if (wire_->remaining == 0) co_return Bytes();
        auto piece = co_await read_sized(*wire_);
        co_return piece;
    }

  private:
    std::shared_ptr<Wire> wire_;
};

class Host final : public Guest {
  public:
    Host(Line& line, const HttpLimits& limits) : line_(line), limits_(limits) {}
    void drain() override {
        if (is_idle_) line_.close();
    }
    void close() override { line_.close(); }
    /// A timer for each wait would cost more than many a request.
    void sweep() override {
        idle_sweeps_ = is_idle_ ? idle_sweeps_ + 1 : 0;
        if (idle_sweeps_ > limits_.idle_timeout / limits_.sweep_interval) line_.close();
    }
    /// Waits for a request.
    void rest() {
        is_idle_ = true;
        idle_sweeps_ = 0;
    }
    void rise() { is_idle_ = false; }

  private:
    Line& line_;
    const HttpLimits& limits_;
    bool is_idle_ = false;
    int idle_sweeps_ = 0;
};

/// What has come of a request, mostly all of it: a header, and a small body with it.
Completed read_first(Wire& wire) {
    static thread_local std::array<char, first_bytes> room;
    const Completed done = wire.channel.read_now(asio::buffer(room));
    wire.buffer.commit(
        asio::buffer_copy(wire.buffer.prepare(done.bytes), asio::buffer(room, done.bytes)));
    return done;
}

/// The next request's header; an empty optional when the connection is over. `refusal` is a status.
Task<std::optional<HttpRequest>> read_header(std::shared_ptr<Wire> wire, const Floor& floor,
                                             Host& host, int& refusal) {
    host.rest();
    if (wire->buffer.size() == 0) {
        wire->expires_never();
        Completed done;
        if (wire->buffer.capacity() > read_bytes) wire->buffer.shrink_to_fit();
        if (!wire->channel.is_secure()) {
            done = co_await wire->channel.readable();
            if (!done.error) done = read_first(*wire);
        }
        if (!done.error && wire->buffer.size() == 0) {
            done = co_await wire->channel.read_some(wire->buffer.prepare(read_bytes));
            wire->buffer.commit(done.bytes);
        }
        if (done.error || floor.is_stopping) co_return std::nullopt;
    }
    host.rise();
    Http1Parser<true>& parser = wire->parser.emplace();
    parser.header_limit(static_cast<std::uint32_t>(floor.limits.header_bytes_max));
    parser.body_limit(boost::none);
    error_code error;
    if (!parser.take(wire->buffer, error)) {  // mostly the whole header has come
        wire->expires_after(floor.limits.header_timeout);
        do {
            const Completed done =
                co_await wire->channel.read_some(wire->buffer.prepare(read_bytes));
            if (done.error) co_return std::nullopt;
            wire->buffer.commit(done.bytes);
        } while (!parser.take(wire->buffer, error));
        wire->expires_never();
    }
    if (error) {
        refusal = error == http::error::header_limit ? 431 : 400;
        co_return std::nullopt;
    }
    HttpRequest request;
    request.method = std::move(parser.method);
    request.target = std::move(parser.target);
    request.headers = std::move(parser.headers);
    wire->is_chunked = parser.chunked();
    wire->remaining = parser.content_length().value_or(0);
    // A PUT without a length is not a PUT of zero bytes: handlers can see the difference.
    if (const auto length = parser.content_length(); length && !wire->is_chunked)
        request.content_length = *length;
    // Also for an empty body: botocore does not reuse a connection well on which the 100 was left
    // out.
    wire->expects_continue = beast::iequals(request.headers.get("expect"), "100-continue");
    request.body = std::make_unique<WireBody>(wire);
    co_return request;
}

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
        const bool last = piece->empty();
        const Completed done = co_await write_buffers(wire, std::move(buffers));
        if (done.error) co_return false;
        if (last) co_return true;
    }
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

/// Skips what the handler did not read, so that the next request begins at its first byte.
Task<bool> drain(std::shared_ptr<Wire> wire) {
    if (wire->has_failed || wire->expects_continue) co_return false;
    WireBody rest(wire);
    std::size_t skipped = 0;
    while (wire->is_chunked ? !wire->parser->is_done() : wire->remaining > 0) {
        if (wire->remaining > drain_bytes_max || skipped > drain_bytes_max) co_return false;
        auto piece = co_await rest.read();
        if (!piece) co_return false;
        skipped += piece->size();
    }
    co_return true;
}

Task<void> refuse(Wire& wire, int status) {
    HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", "text/plain");
    response.body.push_back(Bytes::own(fmt::format("{}\n", reason_of(status))));
    co_await write_response(wire, std::move(response), false, false);
}

/// Half a second for the peer of a TLS connection to hear the end; a plain one needs no word.
Task<void> say_goodbye(Wire& wire) {
    if (wire.channel.is_secure()) {
        wire.expires_after(500ms);
        co_await wire.channel.shutdown_tls();
    }
    wire.channel.shutdown_send();
}

}  // namespace

Task<void> serve_http1(std::shared_ptr<Floor> floor, std::shared_ptr<Line> line) {
    auto wire = std::make_shared<Wire>(line, floor->limits);
    Host host(*line, floor->limits);
    const Stay stay(*floor, host);
    bool is_kept = true;
    while (is_kept && !floor->is_stopping) {
        int refusal = 0;
        auto request = co_await read_header(wire, *floor, host, refusal);
        if (!request) {
            if (refusal) co_await refuse(*wire, refusal);
            break;
        }
        request->peer = line->peer;
        const bool is_head = request->method == "HEAD";
        const bool wants_keep = wire->parser->keep_alive();
        HttpResponse response = co_await floor->handler(std::move(*request));
        is_kept = wants_keep && !floor->is_stopping;
        const bool was_drained = co_await drain(wire);
        is_kept = is_kept && was_drained;
        const bool was_written =
            co_await write_response(*wire, std::move(response), is_head, is_kept);
        is_kept = is_kept && was_written;
    }
    co_await say_goodbye(*wire);
}

}  // namespace freshet::io
