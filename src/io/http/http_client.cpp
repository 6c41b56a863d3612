// The HTTP/1.1 client: one keep-alive connection, plain or TLS, used by one task at a time.
#include <fmt/format.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/http/error.hpp>

#include <charconv>

#include "io/http/channel.h"
#include "io/http/http1_parser.h"
#include "io/http/url.h"

namespace freshet::io {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::uint64_t answer_bytes_max = 1024ULL * 1024 * 1024;
constexpr std::size_t read_bytes = 64 * 1024;

struct Url {
    std::string host, port;
    bool is_secure = false;
};

Result<Url> parse_url(std::string_view text) {
    Url url;
    const std::string_view whole = text;
    if (text.starts_with("https://")) {
        url.is_secure = true;
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
    url.port = colon == std::string_view::npos ? (url.is_secure ? "443" : "80")
                                               : std::string(text.substr(colon + 1));
    if (url.host.empty() || url.port.empty())
        return fail(Errc::invalid, fmt::format("'{}' names no host", whole));
    std::uint16_t port = 0;
    const char* const end = url.port.data() + url.port.size();
    const auto read = std::from_chars(url.port.data(), end, port);
    if (read.ec != std::errc() || read.ptr != end || port == 0)
        return fail(Errc::invalid, fmt::format("'{}' names no port from 1 to 65535", whole));
    return url;
}

class Client final : public HttpClient {
  public:
    Client(Core& core, Url url) : core_(core), url_(std::move(url)) {
        if (!url_.is_secure) return;
        error_code ignored;
        tls_ = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
        tls_->set_default_verify_paths(ignored);
        tls_->set_verify_mode(asio::ssl::verify_peer, ignored);
    }

    Task<Result<ClientResponse>> send(ClientRequest request, Millis timeout) override {
        const bool is_reused = channel_ != nullptr;
        bool was_answered = false;
        auto response = co_await attempt(request, timeout, was_answered);
        if (!response && is_reused && !was_answered && !response.error().is(Errc::timed_out)) {
            // The peer closed the kept connection before it saw the request: once more on a new
            // one.
            channel_.reset();
            response = co_await attempt(request, timeout, was_answered);
        }
        if (!response) channel_.reset();
        co_return response;
    }

  private:
    Error broken(const error_code& error) const {
        const bool is_late = is_timeout(error);
        return Error(is_late ? Errc::timed_out : Errc::unavailable,
                     fmt::format("{}:{}: {}", url_.host, url_.port,
                                 is_late ? "no answer in time" : error.message()));
    }

    Task<Result<>> connect(Millis timeout) {
        channel_ = std::make_unique<Channel>(core_);
        buffer_.clear();
        channel_->expires_after(timeout);
        const Completed connected = co_await channel_->connect(url_.host, url_.port);
        if (connected.error) co_return std::unexpected(broken(connected.error));
        if (!tls_) co_return Result<>();
        const Completed greeted = co_await channel_->connect_tls(tls_, url_.host);
        if (greeted.error) co_return std::unexpected(broken(greeted.error));
        co_return Result<>();
    }

    /// Reads until the answer is whole. `answered`: something came.
    Task<error_code> read(Http1Parser<false>& parser, bool& was_answered) {
        error_code error;
        while (!error && !parser.is_done()) {
            was_answered = was_answered || buffer_.size() > 0;
            if (buffer_.size() > 0 && parser.take(buffer_, error)) continue;
            const Completed done = co_await channel_->read_some(buffer_.prepare(read_bytes));
            buffer_.commit(done.bytes);
            error = done.error;
            if (error != asio::error::eof) continue;
            if (!was_answered) co_return http::error::end_of_stream;
            error = {};
            parser.put_eof(error);  // an answer may end with its connection
        }
        co_return error;
    }

    Task<Result<ClientResponse>> exchange(const ClientRequest& request, bool& was_answered) {
        const std::string head = head_text(request);
        Channel::Buffers buffers{{head.data(), head.size()}};
        for (const Bytes& piece : request.body) buffers.emplace_back(piece.data(), piece.size());
        const Completed sent = co_await channel_->write(std::move(buffers));
        if (sent.error) co_return std::unexpected(broken(sent.error));
        Http1Parser<false> parser;
        parser.eager(true);
        parser.body_limit(answer_bytes_max);
        parser.skip(request.method == "HEAD");
        const error_code failed = co_await read(parser, was_answered);
        if (failed) co_return std::unexpected(broken(failed));
        if (!parser.keep_alive()) channel_.reset();
        co_return ClientResponse{parser.status, std::move(parser.headers),
                                 Bytes::own(std::move(parser.body))};
    }

    Task<Result<ClientResponse>> attempt(const ClientRequest& request, Millis timeout,
                                         bool& was_answered) {
        if (!channel_) {
            auto connected = co_await connect(timeout);
            if (!connected) co_return pass(connected);
        }
        channel_->expires_after(timeout);
        auto response = co_await exchange(request, was_answered);
        co_return response;
    }

    std::string head_text(const ClientRequest& request) const {
        std::string text = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.target);
        if (!request.headers.find("Host"))
            text.append(fmt::format("Host: {}:{}\r\n", url_.host, url_.port));
        text.append(request.headers.text());
        std::size_t size = 0;
        for (const Bytes& piece : request.body) size += piece.size();
        if (size || (request.method != "GET" && request.method != "HEAD")) {
            text.append(fmt::format("Content-Length: {}\r\n", size));
        }
        return text.append("\r\n");
    }

    Core& core_;
    Url url_;
    std::shared_ptr<asio::ssl::context> tls_;  ///< nullptr: plain
    std::unique_ptr<Channel> channel_;
    beast::flat_buffer buffer_;
};

}  // namespace

Result<> check_url(std::string_view text) {
    auto url = parse_url(text);
    if (!url) return pass(url);
    return {};
}

Result<std::unique_ptr<HttpClient>> make_http_client(Core& core, std::string_view url) {
    auto parsed = parse_url(url);
    if (!parsed) return pass(parsed);
    return std::make_unique<Client>(core, std::move(*parsed));
}

}  // namespace freshet::io
