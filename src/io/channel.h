// A connection's bytes, plain or through TLS, as one type that Asio and Beast can read and write.
// For the files of io/ that own sockets; lives on its connection's core.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <memory>
#include <optional>
#include <string_view>

namespace freshet::io {

using Socket =
    boost::beast::basic_stream<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class Channel {
  public:
    using executor_type = Socket::executor_type;
    using next_layer_type = Socket;

    explicit Channel(Socket::socket_type socket) : socket_(std::move(socket)) {}

    executor_type get_executor() { return socket_.get_executor(); }
    Socket& socket() { return socket_; }
    bool is_secure() const { return tls_.has_value(); }

    template <class Buffers, class Handler>
    void async_read_some(const Buffers& buffers, Handler&& handler) {
        if (tls_)
            tls_->async_read_some(buffers, std::forward<Handler>(handler));
        else
            socket_.async_read_some(buffers, std::forward<Handler>(handler));
    }
    template <class Buffers, class Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler) {
        if (tls_)
            tls_->async_write_some(buffers, std::forward<Handler>(handler));
        else
            socket_.async_write_some(buffers, std::forward<Handler>(handler));
    }

    /// The server's side of a handshake whose first bytes, `first`, were read already; handler:
    /// void(error_code, size_t taken of `first`).
    template <class Handler>
    void async_handshake(std::shared_ptr<boost::asio::ssl::context> context,
                         boost::asio::const_buffer first, Handler&& handler) {
        context_ = std::move(context);
        tls_.emplace(socket_, *context_);
        tls_->async_handshake(boost::asio::ssl::stream_base::server, first,
                              std::forward<Handler>(handler));
    }
    /// Tells the peer that nothing follows.
    template <class Handler>
    void async_shutdown(Handler&& handler) {
        tls_->async_shutdown(std::forward<Handler>(handler));
    }
    /// "h2", "http/1.1", or "" when the client named none.
    std::string_view protocol() {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(tls_->native_handle(), &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }

  private:
    Socket socket_;
    std::shared_ptr<boost::asio::ssl::context> context_;
    std::optional<boost::beast::ssl_stream<Socket&>> tls_;
};

}  // namespace freshet::io
