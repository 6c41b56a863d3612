// The HTTP/1.1 client: one keep-alive connection, plain or TLS, used by one task at a time.
#include <fmt/format.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "io/channel.h"
#include "io/http.h"

namespace freshet::io {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::uint64_t answer_bytes_max = 1024ULL * 1024 * 1024;
constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::uint64_t reserve_bytes_max = 8 * 1024 * 1024;  ///< on the word of a header

/// One answer: Beast checks the text and cuts it.
class AnswerParser final : public http::basic_parser<false> {
  public:
    explicit AnswerParser(bool has_no_body) {
        eager(true);
        body_limit(answer_bytes_max);
        skip(has_no_body);
    }
    ClientResponse answer;  ///< but for its body
    std::string body;

  private:
    using Text = beast::string_view;
    void on_request_impl(http::verb, Text, Text, int, error_code&) override {}
    void on_response_impl(int status, Text, int, error_code&) override { answer.status = status; }
    void on_field_impl(http::field, Text name, Text value, error_code&) override {
        answer.headers.add(name, value);
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& size, error_code&) override {
        if (size) body.reserve(static_cast<std::size_t>(std::min(*size, reserve_bytes_max)));
    }
    std::size_t on_body_impl(Text piece, error_code&) override {
        body.append(piece.data(), piece.size());
        return piece.size();
    }
    void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Text piece, error_code& error) override {
        return on_body_impl(piece, error);
    }
    void on_finish_impl(error_code&) override {}
};

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
    Client(Core& core, Url url) : core_(core), url_(std::move(url)) {
        if (!url_.secure) return;
        error_code ignored;
        tls_ = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
        tls_->set_default_verify_paths(ignored);
        tls_->set_verify_mode(asio::ssl::verify_peer, ignored);
    }

    Task<Result<ClientResponse>> send(ClientRequest request, Millis timeout) override {
        const bool reused = channel_ != nullptr;
        bool answered = false;
        auto response = co_await attempt(request, timeout, answered);
        if (!response && reused && !answered && !response.error().is(Errc::timed_out)) {
            // The peer closed the kept connection before it saw the request: once more on a new
            // one.
            channel_.reset();
            response = co_await attempt(request, timeout, answered);
        }
        if (!response) channel_.reset();
        co_return response;
    }

  private:
    Error broken(const error_code& error) const {
        const bool late = is_timeout(error);
        return Error(late ? Errc::timed_out : Errc::unavailable,
                     fmt::format("{}:{}: {}", url_.host, url_.port,
                                 late ? "no answer in time" : error.message()));
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
    Task<error_code> read(AnswerParser& parser, bool& answered) {
        error_code error;
        while (true) {
            answered = answered || buffer_.size() > 0;
            if (buffer_.size() > 0) buffer_.consume(parser.put(buffer_.data(), error));
            if (error == http::error::need_more) error = {};
            if (error || parser.is_done()) co_return error;
            const Completed done = co_await channel_->read_some(buffer_.prepare(read_bytes));
            buffer_.commit(done.bytes);
            if (done.error != asio::error::eof) {
                error = done.error;
                if (error) co_return error;
                continue;
            }
            if (!answered) co_return http::error::end_of_stream;
            parser.put_eof(error);  // an answer may end with its connection
            co_return error;
        }
    }

    Task<Result<ClientResponse>> exchange(const ClientRequest& request, bool& answered) {
        const std::string head = head_text(request);
        Channel::Buffers buffers{{head.data(), head.size()}};
        for (const Bytes& piece : request.body) buffers.emplace_back(piece.data(), piece.size());
        const Completed sent = co_await channel_->write(std::move(buffers));
        if (sent.error) co_return std::unexpected(broken(sent.error));
        AnswerParser parser(request.method == "HEAD");
        const error_code failed = co_await read(parser, answered);
        if (failed) co_return std::unexpected(broken(failed));
        if (!parser.keep_alive()) channel_.reset();
        parser.answer.body = Bytes::own(std::move(parser.body));
        co_return std::move(parser.answer);
    }

    Task<Result<ClientResponse>> attempt(const ClientRequest& request, Millis timeout,
                                         bool& answered) {
        if (!channel_) {
            auto connected = co_await connect(timeout);
            if (!connected) co_return std::unexpected(std::move(connected.error()));
        }
        channel_->expires_after(timeout);
        auto response = co_await exchange(request, answered);
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

Result<std::unique_ptr<HttpClient>> make_http_client(Core& core, std::string_view url) {
    auto parsed = parse_url(url);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    return std::make_unique<Client>(core, std::move(*parsed));
}

}  // namespace freshet::io
