// HTTP/2's server side without sockets or clocks: bytes in, events out; answers in, bytes out.
// nghttp2 does the framing, HPACK and flow control; this class adds the limits. One connection, one
// core.
//
//     receive(bytes) -> take_events() -> respond(), send(), end() -> take_output() -> the socket
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/http/http.h"

namespace freshet::io {

class Http2Session {
  public:
    using StreamId = std::int32_t;

    enum class What : std::uint8_t {
        request,  ///< `head` is complete; its body follows as data, unless `ended`
        data,     ///< the next bytes of a request's body; consumed() gives the window back
        end,      ///< of a request's body
        sent,     ///< nothing of the answer is queued: the next piece may come
        closed    ///< forget the stream: answered, or reset by either side
    };
    struct Event {
        What what;
        StreamId stream;
        HttpRequest head;
        bool has_ended = false;
        std::string data;
    };

    explicit Http2Session(const HttpLimits& limits);
    ~Http2Session();

    /// Bytes from the peer; false when the connection is over, after what take_output() still
    /// returns.
    bool receive(std::string_view bytes);
    /// What happened since the last call, in order. Sending makes events too.
    std::vector<Event> take_events();

    /// The reader took so many bytes of the stream's body.
    void consumed(StreamId stream, std::size_t bytes);
    /// 100 Continue.
    void encourage(StreamId stream);
    /// Begins an answer; without `has_body` it is whole. Names are written in small letters.
    void respond(StreamId stream, int status, const Headers& headers, bool has_body);
    /// Queues bytes of an answer's body.
    void send(StreamId stream, Bytes piece);
    /// The answer's body is whole.
    void end(StreamId stream);
    /// The answer cannot be completed.
    void abandon(StreamId stream);
    /// The request is not begun at all; the client may send it again.
    void refuse(StreamId stream);
    /// Appends frames to `out` until it has `bytes_max` or the peer's windows are full; false when
    /// the connection is over.
    bool take_output(std::string& out, std::size_t bytes_max);

    /// No new streams from here on; those in progress continue.
    void go_away();
    /// True while the peer or this side has something to say.
    bool is_alive() const;
    std::size_t streams() const;
    /// Some time has passed: gives allowance back, and resets streams whose peer neither took what
    /// is queued nor sent what it owes for the last `stalls_max` calls. False: a header never ends,
    /// and the connection is to be closed.
    bool tick(int stalls_max);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace freshet::io
