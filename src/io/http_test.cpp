#include "io/http.h"

#include <gtest/gtest.h>

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
