// HTTP/1.1: Beast parses headers and chunked bodies; bodies of a known length go from the socket
// straight into the piece that the handler gets. One coroutine a connection, on its core.
#include <fmt/format.h>

#include <array>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include "io/http/http1_answer.h"
#include "io/http/http_connection.h"

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
constexpr std::size_t read_bytes = 4 * 1024;  ///< what an idle connection holds

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
