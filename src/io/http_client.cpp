// The HTTP/1.1 client: one keep-alive connection, plain or TLS, used by one task at a time.
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <fmt/format.h>

#include "io/completion.h"
#include "io/http.h"

namespace freshet::io {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using Plain = beast::basic_stream<tcp, asio::io_context::executor_type>;
using Secure = beast::ssl_stream<Plain>;

constexpr std::uint64_t answer_bytes_max = 1024ULL * 1024 * 1024;

struct Url {
    std::string host, port;
    bool secure = false;
};

Result<Url> parse_url(std::string_view text) {
    Url url;
    const std::string_view whole = text;
    if (text.starts_with("https://")) {
        url.secure = true;
        text.remove_prefix(8);
    } else if (text.starts_with("http://")) {
        text.remove_prefix(7);
    } else {
        return fail(Errc::invalid,
                    fmt::format("'{}' is not a URL: http:// or https:// expected", whole));
    }
    text = text.substr(0, text.find('/'));
    const auto bracket = text.find(']');
    const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    url.host = std::string(text.substr(0, colon));
    if (url.host.starts_with('[') && url.host.ends_with(']'))
        url.host = url.host.substr(1, url.host.size() - 2);
    url.port = colon == std::string_view::npos ? (url.secure ? "443" : "80")
                                               : std::string(text.substr(colon + 1));
    if (url.host.empty() || url.port.empty())
        return fail(Errc::invalid, fmt::format("'{}' names no host", whole));
    return url;
}

class Client final : public HttpClient {
  public:
    Client(Core& core, Url url)
        : core_(core), url_(std::move(url)), tls_(asio::ssl::context::tls_client) {
        error_code ignored;
        if (!url_.secure) return;
        tls_.set_default_verify_paths(ignored);
        tls_.set_verify_mode(asio::ssl::verify_peer, ignored);
    }

    Task<Result<ClientResponse>> send(ClientRequest request, Millis timeout) override {
        const bool reused = stream_ != nullptr;
        bool answered = false;
        auto response = co_await attempt(request, timeout, answered);
        if (!response && reused && !answered && !response.error().is(Errc::timed_out)) {
            // The peer closed the kept connection before it saw the request: once more on a new
            // one.
            stream_.reset();
            response = co_await attempt(request, timeout, answered);
        }
        if (!response) stream_.reset();
        co_return response;
    }

  private:
    Error broken(const error_code& error) const {
        const bool late = error == beast::error::timeout;
        return Error(late ? Errc::timed_out : Errc::unavailable,
                     fmt::format("{}:{}: {}", url_.host, url_.port,
                                 late ? "no answer in time" : error.message()));
    }
    Plain& socket() { return beast::get_lowest_layer(*stream_); }

    Task<Result<>> connect(Millis timeout) {
        tcp::resolver resolver(core_.context());
        tcp::resolver::results_type found;
        error_code failed;
        co_await Completion([&](auto handler) {
            resolver.async_resolve(
                url_.host, url_.port,
                [&, handler](const error_code& error, tcp::resolver::results_type results) mutable {
                    failed = error;
                    found = std::move(results);
                    handler(error);
                });
        });
        if (failed) co_return std::unexpected(broken(failed));
        stream_ = std::make_unique<Secure>(Plain(core_.context()), tls_);
        buffer_.clear();
        socket().expires_after(timeout);
        co_await Completion([&](auto handler) {
            socket().async_connect(
                found, [&, handler](const error_code& error, const tcp::endpoint&) mutable {
                    failed = error;
                    handler(error);
                });
        });
        if (failed) co_return std::unexpected(broken(failed));
        socket().socket().set_option(tcp::no_delay(true), failed);
        if (!url_.secure) co_return Result<>();
        SSL_set_tlsext_host_name(stream_->native_handle(), url_.host.c_str());
        stream_->set_verify_callback(asio::ssl::host_name_verification(url_.host), failed);
        const Completed done = co_await Completion([&](auto handler) {
            stream_->async_handshake(asio::ssl::stream_base::client, std::move(handler));
        });
        if (done.error) co_return std::unexpected(broken(done.error));
        co_return Result<>();
    }

    template <class Stream>
    Task<Result<ClientResponse>> exchange(Stream& stream, const ClientRequest& request,
                                          bool& answered) {
        const std::string head = head_text(request);
        std::vector<asio::const_buffer> buffers{{head.data(), head.size()}};
        for (const Bytes& piece : request.body) buffers.emplace_back(piece.data(), piece.size());
        const Completed sent = co_await Completion(
            [&](auto handler) { asio::async_write(stream, buffers, std::move(handler)); });
        if (sent.error) co_return std::unexpected(broken(sent.error));
        http::response_parser<http::string_body> parser;
        parser.body_limit(answer_bytes_max);
        parser.skip(request.method == "HEAD");
        const Completed read = co_await Completion(
            [&](auto handler) { http::async_read(stream, buffer_, parser, std::move(handler)); });
        answered = read.bytes > 0 || buffer_.size() > 0;
        if (read.error) co_return std::unexpected(broken(read.error));
        ClientResponse response;
        response.status = static_cast<int>(parser.get().result_int());
        for (const auto& field : parser.get()) {
            response.headers.add(std::string(field.name_string()), std::string(field.value()));
        }
        const bool keep = parser.get().keep_alive();
        response.body = Bytes::own(std::move(parser.get().body()));
        if (!keep) stream_.reset();
        co_return response;
    }

    Task<Result<ClientResponse>> attempt(const ClientRequest& request, Millis timeout,
                                         bool& answered) {
        if (!stream_) {
            auto connected = co_await connect(timeout);
            if (!connected) co_return std::unexpected(std::move(connected.error()));
        }
        socket().expires_after(timeout);
        if (url_.secure) {
            auto response = co_await exchange(*stream_, request, answered);
            co_return response;
        }
        auto response = co_await exchange(socket(), request, answered);
        co_return response;
    }

    std::string head_text(const ClientRequest& request) const {
        std::string text = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.target);
        if (!request.headers.find("Host"))
            text.append(fmt::format("Host: {}:{}\r\n", url_.host, url_.port));
        for (const auto& [name, value] : request.headers.all()) {
            text.append(name).append(": ").append(value).append("\r\n");
        }
        std::size_t size = 0;
        for (const Bytes& piece : request.body) size += piece.size();
        if (size || (request.method != "GET" && request.method != "HEAD")) {
            text.append(fmt::format("Content-Length: {}\r\n", size));
        }
        return text.append("\r\n");
    }

    Core& core_;
    Url url_;
    asio::ssl::context tls_;
    std::unique_ptr<Secure> stream_;  ///< its plain layer alone is used when not secure
    beast::flat_buffer buffer_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> make_http_client(Core& core, std::string_view url) {
    auto parsed = parse_url(url);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    return std::make_unique<Client>(core, std::move(*parsed));
}

}  // namespace freshet::io
