// HTTP as messages and tasks: a server that speaks HTTP/1.1 and HTTP/2, plain and over TLS, on one
// port, and an HTTP/1.1 client; their sockets stay inside this module's .cpp files. aws/http puts
// routing on top; sandbox/ serves the Lambda Runtime API.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "io/body_reader.h"
#include "io/core.h"

namespace freshet::io {

/// Header fields in order; names compare without case. They lie in one text, as HTTP/1 has them:
/// views of it hold until the next change.
class Headers {
  public:
    /// Neither may be a view of this object's text.
    void add(std::string_view name, std::string_view value);
    /// The name is kept in lower case.
    void add_lower(std::string_view name, std::string_view value);
    void reserve(std::size_t fields, std::size_t bytes);
    /// Replaces every field of that name.
    void set(std::string_view name, std::string_view value);
    void erase(std::string_view name);
    /// The first field's value.
    std::optional<std::string_view> find(std::string_view name) const;
    /// find() or "".
    std::string_view get(std::string_view name) const { return find(name).value_or(""); }
    /// "Name: value\r\n" of each field.
    std::string_view text() const { return text_; }
    /// Pairs of name and value.
    auto all() const {
        return places_ | std::views::transform([this](const Place& place) {
                   return std::pair(name_at(place), value_at(place));
               });
    }

  private:
    struct Place {
        std::uint32_t at, name_bytes, value_bytes;
        std::uint32_t value_at() const { return at + name_bytes + 2; }
        std::uint32_t end() const { return value_at() + value_bytes + 2; }
    };
    std::string_view name_at(const Place& place) const {
        return std::string_view(text_).substr(place.at, place.name_bytes);
    }
    std::string_view value_at(const Place& place) const {
        return std::string_view(text_).substr(place.value_at(), place.value_bytes);
    }

    std::string text_;
    std::vector<Place> places_;
};

struct HttpRequest {
    std::string method;
    std::string target;  ///< as sent: path, then '?' and the query when there is one
    Headers headers;
    std::optional<std::uint64_t> content_length;
    std::unique_ptr<BodyReader> body;  ///< never null; empty bodies read as the end
    std::string peer;                  ///< "127.0.0.1:53124"
};

struct HttpResponse {
    int status = 200;
    Headers headers;                     ///< without Content-Length and Transfer-Encoding
    std::vector<Bytes> body;             ///< sent with Content-Length, unless `stream` is set
    std::unique_ptr<BodyReader> stream;  ///< sent as it comes: chunked, or with stream_length
    std::optional<std::uint64_t> stream_length;
    std::optional<std::uint64_t> head_length;  ///< HEAD: the Content-Length of a body not sent
};

using HttpHandler = std::function<Task<HttpResponse>(HttpRequest)>;

struct HttpLimits {
    std::size_t header_bytes_max = 64 * 1024;
    std::size_t connections_max = 10'000;
    Millis header_timeout =
        30s;                     ///< real time, from the first byte of a request to its last header
    Millis idle_timeout = 120s;  ///< real time between requests of a connection
    Millis stall_timeout = 30s;  ///< real time in which a peer takes nothing of what is sent to it

    // HTTP/2, each for one connection.
    std::size_t http2_streams_max = 256;                  ///< requests under way
    std::size_t http2_stream_window_bytes = 256 * 1024;   ///< body that one request's reader lags
    std::size_t http2_connection_window_bytes = 8 << 20;  ///< the same for all of them together
    std::size_t http2_pending_acks_max = 100;  ///< answers to SETTINGS and PING not yet taken
    std::size_t http2_spare_frames_max =
        1000;  ///< resets, pings, settings, empty frames in a burst
    std::size_t http2_spare_frames_per_sweep =
        100;                     ///< of those, what each `sweep_interval` allows
    Millis sweep_interval = 5s;  ///< how often stalled and idle connections are looked for
};

class TlsIdentity;  // io/tls/tls.h

/// Listens and serves until stop(). Connections are dealt to the cores in turn; the handler runs on
/// its connection's core, one request of a connection at a time.
class HttpServer {
  public:
    virtual ~HttpServer() = default;
    virtual std::uint16_t port() const = 0;
    /// Accepts no more, lets requests under way finish for `grace`, then closes. Any core.
    virtual Task<void> stop(Millis grace) = 0;
};

/// `host` is an address; port 0 takes a free one. Errc::busy when the port is taken. A connection's
/// first bytes decide between TLS, HTTP/2 and HTTP/1.1; without `tls` there is no TLS.
Result<std::unique_ptr<HttpServer>> listen_http(Cores& cores, const std::string& host,
                                                std::uint16_t port, HttpLimits limits,
                                                HttpHandler handler,
                                                std::shared_ptr<TlsIdentity> tls = nullptr);

struct ClientRequest {
    std::string method = "POST";
    std::string target = "/";
    Headers headers;
    std::vector<Bytes> body;
};

struct ClientResponse {
    int status = 0;
    Headers headers;
    Bytes body;
};

/// One keep-alive connection to one host, plain or TLS; reconnects when the peer closed it.
/// Used by one task at a time, on one core.
class HttpClient {
  public:
    virtual ~HttpClient() = default;
    virtual Task<Result<ClientResponse>> send(ClientRequest request, Millis timeout) = 0;
};

/// `url` is "http://host:port" or "https://host".
Result<std::unique_ptr<HttpClient>> make_http_client(Core& core, std::string_view url);

}  // namespace freshet::io
