// HTTP/1.1 over plain sockets and epoll, one thread: as little as a client can do, since the load
// and the server share the cores. One request at a time on each connection.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// "POST / HTTP/1.1" with the headers that a Kinesis client sends, and the body.
std::string request_of(std::string_view operation, std::string_view content_type,
                       std::string_view body);

/// A request's bytes, alive until its answer came; the body may follow the head in the same text.
/// An empty head: no more from this connection.
struct Request {
    Request(std::string_view head_ = {}, std::string_view body_ = {}) : head(head_), body(body_) {}
    std::string_view head, body;
};

struct Answer {
    int status = 0;
    std::string_view body;  ///< empty where bodies are skipped
    std::size_t body_bytes = 0;
};

/// What becomes of the answers' bodies: the kernel drops skipped ones without a copy.
enum class Bodies { kept, skipped };

class Connections {
  public:
    /// Connects to 127.0.0.1:`port`; ends the program with a message when that fails.
    Connections(std::uint16_t port, std::size_t count, Bodies bodies = Bodies::kept);
    ~Connections();
    using Next = std::function<Request(std::size_t connection)>;
    using Done = std::function<void(std::size_t connection, Answer answer)>;
    /// Sends and receives until no connection has a next request. An answer that is not 200 ends
    /// the program with its text.
    void run(const Next& next, const Done& done);

  private:
    struct Wire;
    bool send_next(std::size_t index, const Next& next);
    void push(Wire& wire);
    /// Whether the whole answer is there.
    bool pull(Wire& wire);
    std::vector<Wire> wires_;
    const Bodies bodies_;
    int epoll_ = -1;
};

/// Seconds on a clock that only moves forward.
double seconds_now();
[[noreturn]] void die(const std::string& why);

}  // namespace bench
