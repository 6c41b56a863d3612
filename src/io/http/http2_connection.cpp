// HTTP/2 on a socket: one task reads, one writes, and each request has its own. All on the
// connection's core; http2_session.h decides what the bytes mean.
#include <fmt/format.h>

#include <array>
#include <unordered_map>

#include "base/log.h"
#include "io/http/http2_session.h"
#include "io/http/http_connection.h"

namespace freshet::io {
namespace {

namespace asio = boost::asio;
using StreamId = Http2Session::StreamId;

constexpr std::size_t read_bytes = 8 * 1024;
constexpr std::size_t write_bytes = 64 * 1024;

/// A request under way, between the session's events and the handler's task.
struct Exchange {
    Exchange(Core& core, StreamId id_) : id(id_), readable(core), sendable(core) {}
    StreamId id;
    std::string held;  ///< body that came and was not read; bounded by the stream's window
    bool has_ended = false;
    bool is_gone = false;  ///< reset, answered, or the connection is over
    bool expects_continue = false;
    bool is_sending = false;
    Signal readable;
    Signal sendable;
};

class Connection final : public Guest, public std::enable_shared_from_this<Connection> {
  public:
    Connection(std::shared_ptr<Floor> floor, std::shared_ptr<Line> line)
        : floor_(std::move(floor)),
          line_(std::move(line)),
          session_(floor_->limits),
          wake_(floor_->core),
          tasks_(floor_->core) {}

    Task<void> run();
    void drain() override;
    void close() override { line_->close(); }
    void sweep() override;

    /// Of a body's reader.
    void consumed(StreamId id, std::size_t bytes) {
        session_.consumed(id, bytes);
        wake_.notify();
    }
    void encourage(StreamId id) {
        session_.encourage(id);
        wake_.notify();
    }

  private:
    Task<void> write();
    Task<void> answer(std::shared_ptr<Exchange> exchange, HttpRequest request);
    Task<void> send_stream(std::shared_ptr<Exchange> exchange, std::unique_ptr<BodyReader> body);
    void take(std::string_view bytes);
    void dispatch();
    void begin(Http2Session::Event event);
    static void forget(Exchange& exchange);
    int sweeps_in(Millis time) const {
        return static_cast<int>(time / floor_->limits.sweep_interval);
    }

    std::shared_ptr<Floor> floor_;
    std::shared_ptr<Line> line_;
    Http2Session session_;
    std::unordered_map<StreamId, std::shared_ptr<Exchange>> exchanges_;
    Signal wake_;  ///< the writer: there may be something to send
    Scope tasks_;
    std::size_t answering_ = 0;
    bool is_over_ = false;
    bool is_draining_ = false;
    bool is_writing_ = false;
    int quiet_sweeps_ = 0;  ///< nothing came and no request is under way
    int stuck_sweeps_ = 0;  ///< the socket takes nothing
};

class Http2Body final : public BodyReader {
  public:
    Http2Body(std::weak_ptr<Connection> connection, std::shared_ptr<Exchange> exchange)
        : connection_(std::move(connection)), exchange_(std::move(exchange)) {}

    Task<Result<Bytes>> read() override {
        while (exchange_->held.empty() && !exchange_->has_ended && !exchange_->is_gone) {
            const auto connection = connection_.lock();
            if (std::exchange(exchange_->expects_continue, false) && connection)
                connection->encourage(exchange_->id);
            co_await exchange_->readable.wait();
        }
        if (!exchange_->held.empty()) {
            Bytes piece = Bytes::own(std::exchange(exchange_->held, {}));
            if (const auto connection = connection_.lock())
                connection->consumed(exchange_->id, piece.size());
            co_return piece;
        }
        if (!exchange_->has_ended)
            co_return fail(Errc::io, "connection: closed before the body's end");
        co_return Bytes();
    }

  private:
    std::weak_ptr<Connection> connection_;
    std::shared_ptr<Exchange> exchange_;
};

void Connection::forget(Exchange& exchange) {
    exchange.is_gone = true;
    exchange.readable.notify();
    exchange.sendable.notify();
}

void Connection::begin(Http2Session::Event event) {
    // Those whose stream was reset still run: a client that resets fast must not pile them up.
    if (answering_ >= 2 * floor_->limits.http2_streams_max) return session_.refuse(event.stream);
    auto exchange = std::make_shared<Exchange>(floor_->core, event.stream);
    exchange->has_ended = event.has_ended;
    exchange->expects_continue = event.head.headers.get("expect") == "100-continue";
    exchanges_.emplace(event.stream, exchange);
    HttpRequest request = std::move(event.head);
    request.peer = line_->peer;
    request.body = std::make_unique<Http2Body>(weak_from_this(), exchange);
    ++answering_;
    tasks_.spawn(answer(std::move(exchange), std::move(request)));
}

void Connection::dispatch() {
    for (Http2Session::Event& event : session_.take_events()) {
        if (event.what == Http2Session::What::request) {
            begin(std::move(event));
            continue;
        }
        const auto found = exchanges_.find(event.stream);
        if (found == exchanges_.end()) continue;
        Exchange& exchange = *found->second;
        switch (event.what) {
            case Http2Session::What::data:
                exchange.held.append(event.data);
                exchange.readable.notify();
                break;
            case Http2Session::What::end:
                exchange.has_ended = true;
                exchange.readable.notify();
                break;
            case Http2Session::What::sent:
                exchange.is_sending = false;
                exchange.sendable.notify();
                break;
            case Http2Session::What::closed:
                forget(exchange);
                exchanges_.erase(found);
                break;
            case Http2Session::What::request:
                break;
        }
    }
}

Task<void> Connection::answer(std::shared_ptr<Exchange> exchange, HttpRequest request) {
    const bool is_head = request.method == "HEAD";
    HttpResponse response = co_await floor_->handler(std::move(request));
    const bool is_bodiless = is_head || response.status == 204 || response.status == 304;
    std::uint64_t size = 0;
    for (const Bytes& piece : response.body) size += piece.size();
    std::optional<std::uint64_t> length = response.stream ? response.stream_length : size;
    if (is_head && response.head_length) length = response.head_length;
    if (length && (is_head || !is_bodiless))
        response.headers.set("content-length", std::to_string(*length));
    const bool has_body = !is_bodiless && (response.stream || size != 0);
    session_.respond(exchange->id, response.status, response.headers, has_body);
    if (has_body && response.stream) {
        wake_.notify();
        co_await send_stream(exchange, std::move(response.stream));
    } else if (has_body) {
        for (Bytes& piece : response.body) session_.send(exchange->id, std::move(piece));
        session_.end(exchange->id);
    }
    wake_.notify();
    --answering_;
}

/// One piece at a time: a reader that takes nothing holds one piece and its own stream.
Task<void> Connection::send_stream(std::shared_ptr<Exchange> exchange,
                                   std::unique_ptr<BodyReader> body) {
    while (!exchange->is_gone) {
        auto piece = co_await body->read();
        if (!piece) {
            log_warn("http", "body cut short", {{"reason", piece.error().message()}});
            session_.abandon(exchange->id);
            co_return;
        }
        if (piece->empty()) {
            session_.end(exchange->id);
            co_return;
        }
        exchange->is_sending = true;
        session_.send(exchange->id, std::move(*piece));
        wake_.notify();
        while (exchange->is_sending && !exchange->is_gone) co_await exchange->sendable.wait();
    }
}

void Connection::take(std::string_view bytes) {
    quiet_sweeps_ = 0;
    if (!session_.receive(bytes)) is_over_ = true;
    dispatch();
    wake_.notify();
}

Task<void> Connection::write() {
    std::string out;
    while (true) {
        out.clear();
        const bool is_whole = session_.take_output(out, write_bytes);
        dispatch();
        if (!is_whole) break;
        if (out.empty()) {
            const bool is_done = is_draining_ && session_.streams() == 0;
            if (is_over_ || is_done || !session_.is_alive()) break;
            co_await wake_.wait();
            continue;
        }
        is_writing_ = true;
        const Completed sent = co_await line_->channel.write({asio::buffer(out)});
        is_writing_ = false;
        stuck_sweeps_ = 0;
        if (sent.error) break;
        if (out.capacity() > 2 * write_bytes) out = {};
    }
    line_->channel.shutdown_send();
    line_->close();
}

Task<void> Connection::run() {
    line_->channel.expires_never();
    tasks_.spawn(write());
    const std::string first(static_cast<const char*>(line_->buffer.cdata().data()),
                            line_->buffer.size());
    line_->buffer = {};
    if (!first.empty()) take(first);
    std::array<char, read_bytes> bytes{};
    while (!is_over_) {
        const Completed got = co_await line_->channel.read_some(asio::buffer(bytes));
        if (got.error) break;
        take({bytes.data(), got.bytes});
    }
    is_over_ = true;
    wake_.notify();
    for (auto& [id, exchange] : exchanges_) forget(*exchange);
    exchanges_.clear();
    co_await tasks_.join();
}

void Connection::drain() {
    is_draining_ = true;
    session_.go_away();
    wake_.notify();
}

void Connection::sweep() {
    if (!session_.tick(sweeps_in(floor_->limits.stall_timeout))) return line_->close();
    const bool is_quiet = session_.streams() == 0;
    quiet_sweeps_ = is_quiet ? quiet_sweeps_ + 1 : 0;
    stuck_sweeps_ = is_writing_ ? stuck_sweeps_ + 1 : 0;
    if (stuck_sweeps_ > sweeps_in(floor_->limits.stall_timeout)) return line_->close();
    if (quiet_sweeps_ > sweeps_in(floor_->limits.idle_timeout)) return drain();
    wake_.notify();
}

}  // namespace

Task<void> serve_http2(std::shared_ptr<Floor> floor, std::shared_ptr<Line> line) {
    auto connection = std::make_shared<Connection>(floor, line);
    const Stay stay(*floor, *connection);
    co_await connection->run();
}

}  // namespace freshet::io
