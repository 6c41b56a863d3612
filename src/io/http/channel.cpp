#include "io/http/channel.h"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>

#include "io/children.h"
#include "io/core.h"
#include "io/http/accepted_socket.h"

namespace freshet::io {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using Stream = beast::basic_stream<tcp, asio::io_context::executor_type>;

struct Channel::Socket {
    template <class... Arguments>
    explicit Socket(Arguments&&... arguments) : stream(std::forward<Arguments>(arguments)...) {}
    Stream stream;
    std::shared_ptr<asio::ssl::context> context;
    std::optional<beast::ssl_stream<Stream&>> tls;

    beast::ssl_stream<Stream&>& secure(std::shared_ptr<asio::ssl::context> with) {
        context = std::move(with);
        return tls.emplace(stream, *context);
    }
};

Channel::Channel(Core& core) : socket_(std::make_unique<Socket>(core.context())) {}
Channel::Channel(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
Channel::Channel(Channel&&) noexcept = default;
Channel::~Channel() = default;

static void prepare(TcpSocket& socket) {
    keep_from_children(socket.native_handle());
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);  // for write_now()
}

Channel make_channel(TcpSocket socket) {
    prepare(socket);
    return Channel(std::make_unique<Channel::Socket>(std::move(socket)));
}

bool Channel::is_secure() const { return socket_->tls.has_value(); }
void Channel::expires_after(Millis time) { socket_->stream.expires_after(time); }
void Channel::expires_never() { socket_->stream.expires_never(); }

void Channel::close() {
    error_code ignored;
    socket_->stream.socket().close(ignored);
}

void Channel::shutdown_send() {
    error_code ignored;
    socket_->stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

std::string Channel::peer() const {
    error_code ignored;
    const auto peer = socket_->stream.socket().remote_endpoint(ignored);
    return fmt::format("{}:{}", peer.address().to_string(), peer.port());
}

void Channel::start_wait(Completer completer) {
    socket_->stream.socket().async_wait(tcp::socket::wait_read, completer);
}

void Channel::start_read(asio::mutable_buffer into, Completer completer) {
    if (socket_->tls)
        socket_->tls->async_read_some(into, completer);
    else
        socket_->stream.async_read_some(into, completer);
}

void Channel::start_write(const Buffers& buffers, Completer completer) {
    if (socket_->tls)
        asio::async_write(*socket_->tls, buffers, completer);
    else
        asio::async_write(socket_->stream, buffers, completer);
}

Completed Channel::read_now(asio::mutable_buffer into) {
    Completed done;
    done.bytes = socket_->stream.socket().read_some(asio::mutable_buffer(into), done.error);
    if (done.error == asio::error::would_block) done.error = {};
    return done;
}

Completed Channel::write_now(const Buffers& buffers) {
    Completed done;
    done.bytes = socket_->stream.socket().write_some(buffers, done.error);
    if (done.error == asio::error::would_block) done.error = {};
    return done;
}

int Channel::native() const { return socket_->stream.socket().native_handle(); }

void Channel::start_accept_tls(std::shared_ptr<asio::ssl::context> context,
                               asio::const_buffer first, Completer completer) {
    socket_->secure(std::move(context))
        .async_handshake(asio::ssl::stream_base::server, first, completer);
}

void Channel::start_connect_tls(std::shared_ptr<asio::ssl::context> context,
                                const std::string& host, Completer completer) {
    auto& tls = socket_->secure(std::move(context));
    error_code ignored;
    SSL_set_tlsext_host_name(tls.native_handle(), host.c_str());
    tls.set_verify_callback(asio::ssl::host_name_verification(host), ignored);
    tls.async_handshake(asio::ssl::stream_base::client, completer);
}

void Channel::start_shutdown_tls(Completer completer) { socket_->tls->async_shutdown(completer); }

std::string_view Channel::protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(socket_->tls->native_handle(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

Task<Completed> Channel::connect(std::string host, std::string port) {
    tcp::resolver resolver(socket_->stream.get_executor());
    tcp::resolver::results_type found;
    const Completed resolved = co_await Completion([&](Completer completer) {
        resolver.async_resolve(
            host, port,
            [&, completer](const error_code& error, tcp::resolver::results_type results) {
                found = std::move(results);
                completer(error);
            });
    });
    if (resolved.error) co_return resolved;
    const Completed connected = co_await Completion([&](Completer completer) {
        socket_->stream.async_connect(
            found,
            [completer](const error_code& error, const tcp::endpoint&) { completer(error); });
    });
    if (!connected.error) prepare(socket_->stream.socket());
    co_return connected;
}

bool is_timeout(const error_code& error) { return error == beast::error::timeout; }

}  // namespace freshet::io
