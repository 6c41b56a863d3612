#include "io/http/http.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "io/http/http1_parser.h"

namespace freshet::io {
namespace {

/// Echoes method, target and body; "/stream" streams three pieces, "/ignore" leaves the body
/// unread.
class ThreePieces final : public BodyReader {
  public:
    Task<Result<Bytes>> read() override {
        if (count_ == 3) co_return Bytes();
        co_return Bytes::own(std::string(1000, static_cast<char>('a' + count_++)));
    }

  private:
    int count_ = 0;
};

Task<HttpResponse> echo(HttpRequest request) {
    HttpResponse response;
    response.headers.add("X-Target", request.target);
    if (request.target == "/ignore") co_return response;
    if (request.target == "/stream") {
        response.stream = std::make_unique<ThreePieces>();
        co_return response;
    }
    auto body = co_await read_all(*request.body, 64 << 20);
    if (!body) {
        response.status = 400;
        co_return response;
    }
    response.body.push_back(Bytes::own(request.method + " "));
    response.body.push_back(*body);
    co_return response;
}

struct Served : testing::Test {
    Served() {
        cores.start();
        server = std::move(*listen_http(cores, "127.0.0.1", 0, {}, echo));
    }
    ~Served() override {
        run([&](Core&) { return server->stop(100ms); });
        server.reset();
        cores.stop();
    }
    void run(const std::function<Task<void>(Core&)>& body) { run_to_end(clock, body); }
    /// All that the server says to `input`, which ends the sending half.
    std::string raw(std::string_view input) const {
        const int peer = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(server->port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(peer, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::send(peer, input.data(), input.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(input.size()));
        ::shutdown(peer, SHUT_WR);
        std::string said;
        char piece[65536];
        for (ssize_t got = 0; (got = ::recv(peer, piece, sizeof piece, 0)) > 0;)
            said.append(piece, static_cast<std::size_t>(got));
        ::close(peer);
        return said;
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server->port()); }

    SystemClock clock;
    Cores cores{clock, 2};
    std::unique_ptr<HttpServer> server;
};

Task<void> ask(Core& core, std::string url, std::vector<ClientRequest> requests,
               std::vector<ClientResponse>& answers) {
    auto client = std::move(*make_http_client(core, url));
    for (auto& request : requests) {
        auto answer = co_await client->send(std::move(request), 5000ms);
        EXPECT_TRUE(answer) << answer.error().message();
        if (!answer) co_return;
        answers.push_back(std::move(*answer));
    }
}

TEST_F(Served, requests_share_a_connection_and_unread_bodies_are_skipped) {
    std::vector<ClientRequest> requests(4);
    requests[0].body = {Bytes::literal("one"), Bytes::literal("two")};
    requests[1].target = "/ignore";
    requests[1].body = {Bytes::own(std::string(70'000, 'x'))};
    requests[2].body = {Bytes::own(std::string(20 << 20, 'y'))};
    requests[3].target = "/stream";
    std::vector<ClientResponse> answers;
    run([&](Core& core) { return ask(core, url(), std::move(requests), answers); });
    ASSERT_EQ(answers.size(), 4u);
    EXPECT_EQ(answers[0].body.view(), "POST onetwo");
    EXPECT_EQ(answers[1].headers.get("x-target"), "/ignore");
    EXPECT_EQ(answers[2].body.size(), (20u << 20) + 5);
    EXPECT_EQ(answers[3].body.size(), 3000u);
}

TEST_F(Served, a_chunked_body_comes_whole_and_the_next_request_follows) {
    const std::string large(300'000, 'y');
    const std::string said =
        raw("POST /first HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
            "chunked\r\n\r\n3;x=y\r\nabc\r\n493e0\r\n" +
            large + "\r\n0\r\nX-Trailer: z\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto second = said.find("HTTP/1.1 200 OK\r\n", 1);
    ASSERT_NE(second, std::string::npos) << said.substr(0, 500);
    EXPECT_NE(said.find("X-Target: /first\r\n"), std::string::npos);
    EXPECT_TRUE(said.substr(0, second).ends_with("\r\n\r\nPOST abc" + large));
    EXPECT_TRUE(said.ends_with("X-Target: /second\r\nContent-Length: 4\r\n\r\nGET "))
        << said.substr(second);
}

TEST_F(Served, a_chunked_body_that_is_none_ends_the_connection) {
    const std::string said =
        raw("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nGET /second "
            "HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(said.starts_with("HTTP/1.1 400")) << said;
    EXPECT_EQ(said.find("/second"), std::string::npos) << said;
}

TEST(Http1Parser, a_trailer_is_no_header) {
    Http1Parser<true> parser;
    parser.eager(true);
    boost::beast::flat_buffer buffer;
    const std::string_view text =
        "POST /a HTTP/1.1\r\nX-Amz-Date: D\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Trailer: z\r\n\r\n";
    boost::system::error_code error;
    for (const char byte : text) {
        buffer.commit(boost::asio::buffer_copy(buffer.prepare(1), boost::asio::buffer(&byte, 1)));
        (void)parser.take(buffer, error);
        ASSERT_FALSE(error) << error.message();
    }
    EXPECT_TRUE(parser.is_done());
    EXPECT_EQ(parser.headers.text(), "x-amz-date: D\r\ntransfer-encoding: chunked\r\n");
    EXPECT_EQ(parser.body, "abc");
}

TEST_F(Served, a_head_request_gets_the_length_without_the_body) {
    std::vector<ClientRequest> requests(2);
    requests[0].method = "HEAD";
    std::vector<ClientResponse> answers;
    run([&](Core& core) { return ask(core, url(), std::move(requests), answers); });
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(answers[0].headers.get("content-length"), "5");
    EXPECT_TRUE(answers[0].body.empty());
    EXPECT_EQ(answers[1].body.view(), "POST ");
}

TEST_F(Served, a_port_in_use_is_refused_with_its_number) {
    const auto second = listen_http(cores, "127.0.0.1", server->port(), {}, echo);
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().is(Errc::busy));
    EXPECT_NE(second.error().message().find(std::to_string(server->port())), std::string::npos);
}

TEST(Headers, names_compare_without_case_and_fields_keep_their_order) {
    Headers headers;
    headers.add("Content-Type", "text/plain");
    headers.add_lower("X-Amz-Target", "A.B");
    headers.add("x-empty", "");
    EXPECT_EQ(headers.text(), "Content-Type: text/plain\r\nx-amz-target: A.B\r\nx-empty: \r\n");
    EXPECT_EQ(headers.get("content-type"), "text/plain");
    EXPECT_EQ(headers.get("X-AMZ-TARGET"), "A.B");
    EXPECT_EQ(headers.find("x-empty"), "");
    EXPECT_EQ(headers.find("x-amz-targe"), std::nullopt);
}

TEST(Headers, what_is_replaced_or_erased_leaves_nothing_behind) {
    Headers headers;
    for (const char* name : {"A", "b", "a", "C", "B"}) headers.add(name, name);
    headers.set("a", "new");
    EXPECT_EQ(headers.text(), "b: b\r\nC: C\r\nB: B\r\na: new\r\n");
    headers.erase("B");
    EXPECT_EQ(headers.text(), "C: C\r\na: new\r\n");
    EXPECT_EQ(headers.get("c"), "C");
    EXPECT_EQ(headers.get("A"), "new");
    EXPECT_EQ(std::ranges::size(headers.all()), 2U);
}

/// What a server that knows only `answer` says, read by our client.
Result<ClientResponse> read_answer(const std::string& answer) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener, 1), 0);
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    std::thread peer([&] {
        const int connection = ::accept(listener, nullptr, nullptr);
        char request[4096];
        EXPECT_GT(::recv(connection, request, sizeof request, 0), 0);
        for (const char byte : answer) {
            // The client may hang up before the end of what it refuses.
            if (::send(connection, &byte, 1, MSG_NOSIGNAL) != 1) break;
        }
        ::close(connection);
        ::close(listener);
    });
    std::optional<Result<ClientResponse>> read;
    SystemClock clock;
    run_to_end(clock, [&](Core& core) -> Task<void> {
        struct Ask {
            static Task<void> once(Core& core, std::string url,
                                   std::optional<Result<ClientResponse>>& read) {
                auto client = std::move(*make_http_client(core, url));
                read = co_await client->send({}, 5000ms);
            }
        };
        return Ask::once(core, "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)), read);
    });
    peer.join();
    return std::move(*read);
}

TEST(HttpClient, reads_bodies_of_a_length_in_chunks_and_to_the_end_of_the_connection) {
    const auto sized =
        read_answer("HTTP/1.1 201 Created\r\nContent-Length: 3\r\nX-A: b\r\n\r\nabc");
    ASSERT_TRUE(sized) << sized.error().message();
    EXPECT_EQ(sized->status, 201);
    EXPECT_EQ(sized->headers.get("x-a"), "b");
    EXPECT_EQ(sized->body.view(), "abc");
    const auto chunked = read_answer(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: z\r\n\r\n");
    ASSERT_TRUE(chunked) << chunked.error().message();
    EXPECT_EQ(chunked->body.view(), "abcde");
    const auto to_end = read_answer("HTTP/1.1 200 OK\r\n\r\nall of it");
    ASSERT_TRUE(to_end) << to_end.error().message();
    EXPECT_EQ(to_end->body.view(), "all of it");
}

TEST(HttpClient, an_answer_that_is_cut_or_none_at_all_is_an_error) {
    for (const char* answer :
         {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Le",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
          "SSH-2.0-OpenSSH_9.2\r\n\r\n", ""}) {
        const auto read = read_answer(answer);
        ASSERT_FALSE(read) << answer;
        EXPECT_TRUE(read.error().is(Errc::unavailable)) << read.error().message();
    }
}

TEST(HttpClient, a_closed_port_is_unavailable_not_a_crash) {
    SystemClock clock;
    run_to_end(clock, [](Core& core) -> Task<void> {
        auto client = std::move(*make_http_client(core, "http://127.0.0.1:1"));
        auto answer = co_await client->send({}, 1000ms);
        EXPECT_FALSE(answer);
        EXPECT_TRUE(!answer && answer.error().is(Errc::unavailable));
    });
}

}  // namespace
}  // namespace freshet::io
