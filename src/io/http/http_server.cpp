// Listens, deals connections to the cores, and finds out what each speaks: 0x16 begins a TLS
// handshake (ALPN, or the first bytes inside, say what follows), "PRI * HTTP/2.0" is HTTP/2 by
// prior knowledge, anything else is HTTP/1.1.
#include <fmt/format.h>

#include <array>
#include <boost/asio/steady_timer.hpp>

#include "base/log.h"
#include "io/children.h"
#include "io/http/accepted_socket.h"
#include "io/http/http_connection.h"
#include "io/tls/tls.h"

namespace freshet::io {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr auto poll_interval = 5ms;
constexpr auto accept_pause = 50ms;

enum class Speech { closed, tls, http1, http2 };

/// What the bytes read so far begin; nothing while they could be two things.
std::optional<Speech> speech_of(std::string_view bytes) {
    static constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    if (bytes.empty()) return std::nullopt;
    if (bytes.front() == '\x16') return Speech::tls;
    const std::size_t compared = std::min(bytes.size(), preface.size());
    if (bytes.substr(0, compared) != preface.substr(0, compared)) return Speech::http1;
    return compared == preface.size() ? std::optional(Speech::http2) : std::nullopt;
}

std::string_view held(const Line& line) {
    const auto data = line.buffer.cdata();
    return {static_cast<const char*>(data.data()), data.size()};
}

/// Reads until it is known what the client speaks. Until its first byte an idle client holds no
/// buffer.
Task<Speech> listen_to(Floor& floor, Line& line) {
    line.channel.expires_after(floor.limits.idle_timeout);
    std::array<char, 512> first{};
    const Completed begun = co_await line.channel.read_some(asio::buffer(first));
    if (begun.error) co_return Speech::closed;
    line.buffer.commit(
        asio::buffer_copy(line.buffer.prepare(begun.bytes), asio::buffer(first, begun.bytes)));
    line.channel.expires_after(floor.limits.header_timeout);
    auto speech = speech_of(held(line));
    while (!speech) {
        const Completed done = co_await line.channel.read_some(line.buffer.prepare(64));
        if (done.error) co_return Speech::closed;
        line.buffer.commit(done.bytes);
        speech = speech_of(held(line));
    }
    co_return *speech;
}

/// The handshake, then what the two sides agreed on, or what the client begins with when they did
/// not.
Task<Speech> secure(Floor& floor, Line& line) {
    auto context = floor.tls ? floor.tls->context() : nullptr;
    if (!context) co_return Speech::closed;
    const std::string first(held(line));
    line.buffer.consume(first.size());
    line.channel.expires_after(floor.limits.header_timeout);
    const Completed done =
        co_await line.channel.accept_tls(std::move(context), asio::buffer(first));
    if (done.error) co_return Speech::closed;
    const std::string_view agreed = line.channel.protocol();
    if (!agreed.empty()) co_return agreed == "h2" ? Speech::http2 : Speech::http1;
    // Without ALPN the client may know beforehand that it speaks HTTP/2: the AWS SDK for Java does.
    const Speech speech = co_await listen_to(floor, line);
    co_return speech == Speech::tls ? Speech::http1 : speech;
}

/// A client that has not said yet what it speaks.
class Stranger final : public Guest {
  public:
    explicit Stranger(Line& line) : line_(line) {}
    void drain() override { line_.close(); }
    void close() override { line_.close(); }

  private:
    Line& line_;
};

Task<Speech> greet(Floor& floor, Line& line) {
    Stranger stranger(line);
    const Stay stay(floor, stranger);
    Speech speech = co_await listen_to(floor, line);
    if (speech == Speech::tls) speech = co_await secure(floor, line);
    co_return floor.is_stopping ? Speech::closed : speech;
}

Task<void> serve(std::shared_ptr<Floor> floor, std::shared_ptr<Line> line) {
    const Speech speech = co_await greet(*floor, *line);
    if (speech == Speech::http1) co_await serve_http1(floor, line);
    if (speech == Speech::http2) co_await serve_http2(floor, line);
    line->close();
    --floor->connections;
}

/// Looks after the connections of one core that have no timer of their own, until the server stops.
Task<void> sweep(std::shared_ptr<Floor> floor) {
    asio::steady_timer timer(floor->core.context());
    while (!floor->is_stopping) {
        timer.expires_after(floor->limits.sweep_interval);
        floor->wake_sweeper = [&timer] { timer.cancel(); };
        co_await Completion([&](Completer completer) { timer.async_wait(completer); });
        floor->wake_sweeper = nullptr;
        const std::vector<Guest*> guests(floor->guests.begin(), floor->guests.end());
        for (Guest* guest : guests) {
            if (floor->guests.contains(guest)) guest->sweep();
        }
    }
}

class Server final : public HttpServer, public std::enable_shared_from_this<Server> {
  public:
    Server(Cores& cores, tcp::acceptor acceptor, HttpLimits limits, HttpHandler handler,
           const std::shared_ptr<TlsIdentity>& tls)
        : state_(std::make_shared<State>(cores, std::move(acceptor), limits)) {
        for (std::size_t i = 0; i < cores.size(); ++i) {
            state_->floors.push_back(std::make_shared<Floor>(cores.at(i), limits, handler, tls));
            cores.at(i).post(
                [floor = state_->floors.back()] { detach(floor->core, sweep(floor)); });
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
        state->acceptor.async_accept(floor->core.context(),
                                     [state, floor](const error_code& error, TcpSocket socket) {
                                         if (!state->acceptor.is_open()) return;
                                         if (!error)
                                             admit(floor, state->limits, std::move(socket));
                                         else
                                             return accept_later(state, error);
                                         accept(state);
                                     });
    }

    /// For example, no descriptor is left: existing connections continue, and the loop does not
    /// spin.
    static void accept_later(const std::shared_ptr<State>& state, const error_code& error) {
        log_warn("http", "accept failed", {{"reason", error.message()}});
        auto timer = std::make_shared<asio::steady_timer>(state->cores.main().context());
        timer->expires_after(accept_pause);
        timer->async_wait([state, timer](const error_code& cancelled) {
            if (!cancelled && state->acceptor.is_open()) accept(state);
        });
    }

    static void admit(const std::shared_ptr<Floor>& floor, const HttpLimits& limits,
                      TcpSocket socket) {
        auto line = std::make_shared<Line>(make_channel(std::move(socket)));
        floor->core.post([floor, line, limits]() mutable {
            if (floor->is_stopping || floor->connections >= limits.connections_max) return;
            ++floor->connections;
            detach(floor->core, serve(floor, std::move(line)));
        });
    }

    static Task<void> close_acceptor(std::shared_ptr<State> state) {
        error_code ignored;
        state->acceptor.close(ignored);
        co_return;
    }

    static Task<void> empty(std::shared_ptr<Floor> floor, Millis grace) {
        floor->is_stopping = true;
        if (floor->wake_sweeper) floor->wake_sweeper();
        for (Guest* guest : std::vector<Guest*>(floor->guests.begin(), floor->guests.end())) {
            guest->drain();
        }
        asio::steady_timer timer(floor->core.context());
        Millis waited = 0ms;
        for (bool is_forced = false; floor->connections != 0 && waited < grace + 500ms;
             waited += poll_interval) {
            if (waited >= grace && !std::exchange(is_forced, true)) {
                for (Guest* guest : floor->guests) guest->close();
            }
            timer.expires_after(poll_interval);
            co_await Completion([&](Completer completer) { timer.async_wait(completer); });
        }
    }

    std::shared_ptr<State> state_;
};

}  // namespace

Error connection_error(const error_code& error) {
    return Error(is_timeout(error) ? Errc::timed_out : Errc::io, "connection: " + error.message());
}

Result<std::unique_ptr<HttpServer>> listen_http(Cores& cores, const std::string& host,
                                                std::uint16_t port, HttpLimits limits,
                                                HttpHandler handler,
                                                std::shared_ptr<TlsIdentity> tls) {
    error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error)
        return fail(Errc::invalid,
                    fmt::format("'{}' is not an address: {}", host, error.message()));
    const tcp::endpoint endpoint(address, port);
    tcp::acceptor acceptor(cores.main().context());
    acceptor.open(endpoint.protocol(), error);
    if (!error) keep_from_children(acceptor.native_handle());
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error == asio::error::address_in_use) {
        return fail(Errc::busy, fmt::format("{}:{} is in use by another program", host, port));
    }
    if (error)
        return fail(Errc::io, fmt::format("listen on {}:{}: {}", host, port, error.message()));
    return std::make_unique<Server>(cores, std::move(acceptor), limits, std::move(handler), tls);
}

}  // namespace freshet::io
