// What the server's files share: the connections of one core, and the two protocols that serve one.
// Inside io/ only.
#pragma once
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <string>
#include <unordered_set>

#include "io/http/channel.h"
#include "io/http/http.h"

namespace freshet::io {

/// A connection as its floor sees it.
class Guest {
  public:
    virtual ~Guest() = default;
    /// The server stops: end as soon as what is under way is done.
    virtual void drain() = 0;
    /// Now.
    virtual void close() = 0;
    /// Called each sweep_interval.
    virtual void sweep() {}
};

/// The connections of one core.
struct Floor {
    Floor(Core& core_, const HttpLimits& limits_, const HttpHandler& handler_,
          std::shared_ptr<TlsIdentity> tls_)
        : core(core_), limits(limits_), handler(handler_), tls(std::move(tls_)) {}
    Core& core;
    HttpLimits limits;
    HttpHandler handler;
    std::shared_ptr<TlsIdentity> tls;
    std::unordered_set<Guest*> guests;
    std::size_t connections = 0;
    std::function<void()> wake_sweeper;  ///< while it sleeps
    bool is_stopping = false;
};

/// A guest is known to its floor while this lives.
class Stay {
  public:
    Stay(Floor& floor, Guest& guest) : floor_(floor), guest_(guest) {
        floor_.guests.insert(&guest_);
    }
    ~Stay() { floor_.guests.erase(&guest_); }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;

  private:
    Floor& floor_;
    Guest& guest_;
};

/// A connection whose first bytes were read into `buffer`.
struct Line {
    explicit Line(Channel channel_) : channel(std::move(channel_)), peer(channel.peer()) {}
    Channel channel;
    boost::beast::flat_buffer buffer;
    std::string peer;

    void close() { channel.close(); }
};

/// What is wrong with a connection, as the readers of bodies see it.
Error connection_error(const boost::system::error_code& error);

/// Serves requests one after the other until the connection is over.
Task<void> serve_http1(std::shared_ptr<Floor> floor, std::shared_ptr<Line> line);
/// Serves a connection that begins with HTTP/2's preface.
Task<void> serve_http2(std::shared_ptr<Floor> floor, std::shared_ptr<Line> line);

}  // namespace freshet::io
