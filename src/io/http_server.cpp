// The HTTP/1.1 server: Beast parses headers and chunked bodies; bodies of a known length go from
// the socket straight into the piece that the handler gets. One coroutine a connection, on its
// core.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <unordered_set>

#include <fmt/format.h>

#include "base/log.h"
#include "io/completion.h"
#include "io/http.h"

namespace freshet::io {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t piece_bytes_max = 8 * 1024 * 1024;  ///< a body up to this comes as one piece
constexpr std::size_t chunk_bytes = 256 * 1024;
constexpr std::size_t drain_bytes_max = 1024 * 1024;  ///< unread body that a kept connection skips
constexpr auto poll_interval = 5ms;

using Stream = beast::basic_stream<tcp, asio::io_context::executor_type>;
using Parser = http::request_parser<http::buffer_body>;

Error broken(const error_code& error) {
    return Error(error == beast::error::timeout ? Errc::timed_out : Errc::io,
                 "connection: " + error.message());
}

const char* reason_of(int status) {
    return http::obsolete_reason(static_cast<http::status>(status)).data();
}

/// The request's bytes on one connection; lives as long as the connection.
struct Wire {
    Stream stream;
    beast::flat_buffer buffer;
    std::optional<Parser> parser;
    std::uint64_t remaining = 0;  ///< of a body of known length
    bool chunked = false;
    bool expects_continue = false;
    bool failed = false;
    Millis timeout;

    Wire(Stream::socket_type socket, Millis timeout_)
        : stream(std::move(socket)), timeout(timeout_) {}
};

Task<Completed> send_continue(Wire& wire) {
    static constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    wire.expects_continue = false;
    const Completed done = co_await Completion([&](auto handler) {
        asio::async_write(wire.stream, asio::buffer(text), std::move(handler));
    });
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
        wire.stream.expires_after(wire.timeout);
        const Completed done = co_await Completion([&](auto handler) {
            wire.stream.async_read_some(asio::buffer(piece.data() + have, want - have),
                                        std::move(handler));
        });
        if (done.error) {
            wire.failed = true;
            co_return std::unexpected(broken(done.error));
        }
        have += done.bytes;
    }
    wire.remaining -= want;
    co_return Bytes::own(std::move(piece));
}

Task<Result<Bytes>> read_chunked(Wire& wire) {
    std::string piece(chunk_bytes, '\0');
    while (!wire.parser->is_done()) {
        auto& body = wire.parser->get().body();
        body.data = piece.data();
        body.size = piece.size();
        wire.stream.expires_after(wire.timeout);
        const Completed done = co_await Completion([&](auto handler) {
            http::async_read(wire.stream, wire.buffer, *wire.parser, std::move(handler));
        });
        if (done.error && done.error != http::error::need_buffer) {
            wire.failed = true;
            co_return std::unexpected(broken(done.error));
        }
        const std::size_t got = piece.size() - body.size;
        if (got == 0) continue;
        piece.resize(got);
        co_return Bytes::own(std::move(piece));
    }
    co_return Bytes();
}

class WireBody final : public BodyReader {
  public:
    explicit WireBody(std::shared_ptr<Wire> wire) : wire_(std::move(wire)) {}
    Task<Result<Bytes>> read() override {
        if (wire_->failed) co_return fail(Errc::io, "connection: closed before the body's end");
        if (wire_->expects_continue) {
            const Completed done = co_await send_continue(*wire_);
            if (done.error) co_return std::unexpected(broken(done.error));
        }
        if (wire_->chunked) {
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

/// The connections of one core.
struct Floor {
    Floor(Core& core_, const HttpLimits& limits_, const HttpHandler& handler_)
        : core(core_), limits(limits_), handler(handler_) {}
    struct Place {
        Wire* wire;
        bool idle = true;
    };
    Core& core;
    HttpLimits limits;
    HttpHandler handler;
    std::unordered_set<Place*> places;
    bool stopping = false;
};

/// The next request's header; an empty optional when the connection is over. `refusal` is a status.
Task<std::optional<HttpRequest>> read_header(std::shared_ptr<Wire> wire, const Floor& floor,
                                             Floor::Place& place, int& refusal) {
    place.idle = true;
    if (wire->buffer.size() == 0) {
        wire->stream.expires_after(floor.limits.idle_timeout);
        const Completed done = co_await Completion([&](auto handler) {
            wire->stream.async_read_some(wire->buffer.prepare(16 * 1024), std::move(handler));
        });
        if (done.error || floor.stopping) co_return std::nullopt;
        wire->buffer.commit(done.bytes);
    }
    place.idle = false;
    wire->parser.emplace();
    wire->parser->header_limit(static_cast<std::uint32_t>(floor.limits.header_bytes_max));
    wire->parser->body_limit(boost::none);
    wire->stream.expires_after(floor.limits.header_timeout);
    const Completed done = co_await Completion([&](auto handler) {
        http::async_read_header(wire->stream, wire->buffer, *wire->parser, std::move(handler));
    });
    if (done.error) {
        if (done.error == http::error::header_limit)
            refusal = 431;
        else if (done.error == beast::error::timeout)
            refusal = 408;
        else if (done.error.category() ==
                     http::make_error_code(http::error::bad_method).category() &&
                 done.error != http::error::end_of_stream &&
                 done.error != http::error::partial_message)
            refusal = 400;
        co_return std::nullopt;
    }
    wire->stream.expires_never();
    const auto& head = wire->parser->get();
    HttpRequest request;
    request.method = std::string(head.method_string());
    request.target = std::string(head.target());
    for (const auto& field : head) {
        request.headers.add(std::string(field.name_string()), std::string(field.value()));
    }
    wire->chunked = wire->parser->chunked();
    wire->remaining = wire->parser->content_length().value_or(0);
    if (!wire->chunked) request.content_length = wire->remaining;
    // Also for an empty body: botocore does not reuse a connection well on which the 100 was left out.
    wire->expects_continue =
        beast::iequals(head[http::field::expect], "100-continue");
    request.body = std::make_unique<WireBody>(wire);
    co_return request;
}

std::string head_text(const HttpResponse& response, bool keep_alive, bool chunked,
                      std::optional<std::uint64_t> length) {
    std::string text =
        fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
    for (const auto& [name, value] : response.headers.all()) {
        text.append(name).append(": ").append(value).append("\r\n");
    }
    if (chunked) text.append("Transfer-Encoding: chunked\r\n");
    if (length) text.append(fmt::format("Content-Length: {}\r\n", *length));
    text.append(keep_alive ? "\r\n" : "Connection: close\r\n\r\n");
    return text;
}

Task<Completed> write_buffers(Wire& wire, std::vector<asio::const_buffer> buffers) {
    wire.stream.expires_after(wire.timeout);
    const Completed done = co_await Completion(
        [&](auto handler) { asio::async_write(wire.stream, buffers, std::move(handler)); });
    co_return done;
}

/// False when the connection cannot be kept.
Task<bool> write_stream(Wire& wire, BodyReader& body, bool chunked, std::uint64_t length) {
    std::uint64_t sent = 0;
    while (true) {
        auto piece = co_await body.read();
        if (!piece) {
            log_warn("http", "body cut short", {{"reason", piece.error().message()}});
            co_return false;  // the client sees a body that ends too early, never a wrong one
        }
        std::vector<asio::const_buffer> buffers;
        std::string frame;
        if (chunked) {
            frame = fmt::format("{:x}\r\n", piece->size());
            buffers.emplace_back(frame.data(), frame.size());
            buffers.emplace_back(piece->data(), piece->size());
            buffers.emplace_back("\r\n", 2);
        } else {
            buffers.emplace_back(piece->data(), piece->size());
        }
        sent += piece->size();
        if (piece->empty() && !chunked) co_return sent == length;
        if (!chunked && sent > length) co_return false;
        const bool last = piece->empty();
        const Completed done = co_await write_buffers(wire, std::move(buffers));
        if (done.error) co_return false;
        if (last) co_return true;
    }
}

Task<bool> write_response(Wire& wire, HttpResponse response, bool is_head, bool keep_alive) {
    const bool bodiless = response.status == 204 || response.status == 304 || response.status < 200;
    const bool chunked = response.stream && !response.stream_length && !is_head && !bodiless;
    std::uint64_t size = 0;
    for (const Bytes& piece : response.body) size += piece.size();
    std::optional<std::uint64_t> length;
    if (is_head) {
        length =
            response.head_length ? *response.head_length : response.stream_length.value_or(size);
    } else if (response.stream) {
        length = response.stream_length;
    } else if (!bodiless) {
        length = size;
    }
    const std::string head = head_text(response, keep_alive, chunked, length);
    std::vector<asio::const_buffer> buffers;
    buffers.emplace_back(head.data(), head.size());
    if (!is_head && !response.stream && !bodiless) {
        for (const Bytes& piece : response.body) buffers.emplace_back(piece.data(), piece.size());
    }
    const Completed done = co_await write_buffers(wire, std::move(buffers));
    if (done.error) co_return false;
    if (is_head || bodiless || !response.stream) co_return true;
    const bool whole = co_await write_stream(wire, *response.stream, chunked, length.value_or(0));
    co_return whole;
}

/// Skips what the handler did not read, so that the next request begins at its first byte.
Task<bool> drain(std::shared_ptr<Wire> wire) {
    if (wire->failed || wire->expects_continue) co_return false;
    WireBody rest(wire);
    std::size_t skipped = 0;
    while (wire->chunked ? !wire->parser->is_done() : wire->remaining > 0) {
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

Task<void> serve(std::shared_ptr<Floor> floor, std::shared_ptr<Wire> wire) {
    Floor::Place place{wire.get()};
    floor->places.insert(&place);
    error_code ignored;
    const auto peer = wire->stream.socket().remote_endpoint(ignored);
    const std::string peer_text = fmt::format("{}:{}", peer.address().to_string(), peer.port());
    bool keep = true;
    while (keep && !floor->stopping) {
        int refusal = 0;
        auto request = co_await read_header(wire, *floor, place, refusal);
        if (!request) {
            if (refusal) co_await refuse(*wire, refusal);
            break;
        }
        request->peer = peer_text;
        const bool is_head = request->method == "HEAD";
        const bool wants_keep = wire->parser->get().keep_alive();
        HttpResponse response = co_await floor->handler(std::move(*request));
        keep = wants_keep && !floor->stopping;
        const bool drained = co_await drain(wire);
        keep = keep && drained;
        const bool written = co_await write_response(*wire, std::move(response), is_head, keep);
        keep = keep && written;
    }
    wire->stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    floor->places.erase(&place);
}

class Server final : public HttpServer, public std::enable_shared_from_this<Server> {
  public:
    Server(Cores& cores, tcp::acceptor acceptor, HttpLimits limits, HttpHandler handler)
        : state_(std::make_shared<State>(cores, std::move(acceptor), limits)) {
        for (std::size_t i = 0; i < cores.size(); ++i) {
            state_->floors.push_back(std::make_shared<Floor>(cores.at(i), limits, handler));
        }
        cores.main().post([state = state_] { accept(state); });
    }
    std::uint16_t port() const override { return state_->port; }

    Task<void> stop(Millis grace) override {
        auto state = state_;
        co_await run_on(state->cores.main(), close_acceptor(state));
        for (const auto& floor : state->floors) co_await run_on(floor->core, empty(floor, grace));
    }

  private:
    struct State {
        State(Cores& cores_, tcp::acceptor acceptor_, HttpLimits limits_)
            : cores(cores_),
              acceptor(std::move(acceptor_)),
              limits(limits_),
              port(acceptor.local_endpoint().port()) {}
        Cores& cores;
        tcp::acceptor acceptor;
        HttpLimits limits;
        std::uint16_t port;
        std::vector<std::shared_ptr<Floor>> floors;
        std::size_t next = 0;
    };

    static void accept(const std::shared_ptr<State>& state) {
        const auto floor = state->floors[state->next++ % state->floors.size()];
        state->acceptor.async_accept(
            floor->core.context(),
            [state, floor](const error_code& error, Stream::socket_type socket) {
                if (!state->acceptor.is_open()) return;
                if (!error)
                    admit(floor, state->limits, std::move(socket));
                else
                    log_warn("http", "accept failed", {{"reason", error.message()}});
                accept(state);
            });
    }

    static void admit(const std::shared_ptr<Floor>& floor, const HttpLimits& limits,
                      Stream::socket_type socket) {
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        auto wire = std::make_shared<Wire>(std::move(socket), limits.header_timeout);
        floor->core.post([floor, wire, limits]() mutable {
            if (floor->stopping || floor->places.size() >= limits.connections_max) return;
            detach(floor->core, serve(floor, std::move(wire)));
        });
    }

    static Task<void> close_acceptor(std::shared_ptr<State> state) {
        error_code ignored;
        state->acceptor.close(ignored);
        co_return;
    }

    static void close_places(Floor& floor, bool only_idle) {
        error_code ignored;
        for (Floor::Place* place : floor.places) {
            if (place->idle || !only_idle) place->wire->stream.socket().close(ignored);
        }
    }

    static Task<void> empty(std::shared_ptr<Floor> floor, Millis grace) {
        floor->stopping = true;
        close_places(*floor, true);
        asio::steady_timer timer(floor->core.context());
        Millis waited = 0ms;
        for (bool forced = false; !floor->places.empty() && waited < grace + 500ms;
             waited += poll_interval) {
            if (waited >= grace && !std::exchange(forced, true)) close_places(*floor, false);
            timer.expires_after(poll_interval);
            co_await Completion([&](auto handler) { timer.async_wait(std::move(handler)); });
        }
    }

    std::shared_ptr<State> state_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> listen_http(Cores& cores, const std::string& host,
                                                std::uint16_t port, HttpLimits limits,
                                                HttpHandler handler) {
    error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error)
        return fail(Errc::invalid,
                    fmt::format("'{}' is not an address: {}", host, error.message()));
    const tcp::endpoint endpoint(address, port);
    tcp::acceptor acceptor(cores.main().context());
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error == asio::error::address_in_use) {
        return fail(Errc::busy, fmt::format("{}:{} is in use by another program", host, port));
    }
    if (error)
        return fail(Errc::io, fmt::format("listen on {}:{}: {}", host, port, error.message()));
    return std::make_unique<Server>(cores, std::move(acceptor), limits, std::move(handler));
}

}  // namespace freshet::io
