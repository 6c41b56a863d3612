// A connection's bytes, plain or through TLS, as one type. What Asio and Beast have of templates
// for sockets is compiled in channel.cpp, once. For the files of io/ that own connections; lives on
// its connection's core.
#pragma once
#include <boost/asio/buffer.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "io/completion.h"
#include "io/task.h"

namespace boost::asio::ssl {
class context;
}

namespace freshet::io {

class Core;

class Channel {
  public:
    struct Socket;  ///< Asio's and Beast's part, in channel.cpp
    using Buffers = std::vector<boost::asio::const_buffer>;

    /// Not connected yet.
    explicit Channel(Core& core);
    /// make_channel() of accepted_socket.h has one for a connection that was accepted.
    explicit Channel(std::unique_ptr<Socket> socket);
    Channel(Channel&&) noexcept;
    ~Channel();

    bool is_secure() const;
    /// What is under way then ends with boost::beast::error::timeout.
    void expires_after(Millis time);
    void expires_never();
    void close();
    /// Signals the end to the peer: no more bytes follow, those of TLS included.
    void shutdown_send();
    /// "127.0.0.1:53124".
    std::string peer() const;

    /// At least one byte, unless an error says why not.
    auto read_some(boost::asio::mutable_buffer into) {
        return Completion([this, into](Completer completer) { start_read(into, completer); });
    }
    /// Completes when a plain connection has bytes, or its end: no buffer waits meanwhile.
    auto readable() {
        return Completion([this](Completer completer) { start_wait(completer); });
    }
    /// All of it. The bytes stay where they are until then.
    auto write(Buffers buffers) {
        return Completion([this, buffers = std::move(buffers)](Completer completer) {
            start_write(buffers, completer);
        });
    }
    /// The socket of a plain connection, which does not block.
    int native() const;
    /// What a plain connection has without waiting; no bytes and no error when that is nothing.
    Completed read_now(boost::asio::mutable_buffer into);
    /// What a plain connection takes without waiting.
    Completed write_now(const Buffers& buffers);

    /// The server's side of a handshake whose first bytes, `first`, were read already.
    auto accept_tls(std::shared_ptr<boost::asio::ssl::context> context,
                    boost::asio::const_buffer first) {
        return Completion([this, context = std::move(context), first](Completer completer) {
            start_accept_tls(context, first, completer);
        });
    }
    /// The client's side; the server must be `host`.
    auto connect_tls(std::shared_ptr<boost::asio::ssl::context> context, const std::string& host) {
        return Completion([this, context = std::move(context), host](Completer completer) {
            start_connect_tls(context, host, completer);
        });
    }
    /// Signals the end to a TLS peer.
    auto shutdown_tls() {
        return Completion([this](Completer completer) { start_shutdown_tls(completer); });
    }
    /// What both sides of a handshake agreed on: "h2", "http/1.1", or "" when the client named
    /// none.
    std::string_view protocol() const;

    /// Looks the host up and connects to the first address that answers.
    Task<Completed> connect(std::string host, std::string port);

  private:
    void start_wait(Completer completer);
    void start_read(boost::asio::mutable_buffer into, Completer completer);
    void start_write(const Buffers& buffers, Completer completer);
    void start_accept_tls(std::shared_ptr<boost::asio::ssl::context> context,
                          boost::asio::const_buffer first, Completer completer);
    void start_connect_tls(std::shared_ptr<boost::asio::ssl::context> context,
                           const std::string& host, Completer completer);
    void start_shutdown_tls(Completer completer);

    std::unique_ptr<Socket> socket_;
};

/// Whether an operation ended because its time was over.
bool is_timeout(const boost::system::error_code& error);

}  // namespace freshet::io
