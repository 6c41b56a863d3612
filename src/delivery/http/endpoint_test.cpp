#include "delivery/http/endpoint.h"

#include <gmock/gmock.h>

namespace freshet::delivery {
namespace {

Result<io::ClientResponse> response(int status, std::string body,
                                    std::string type = "application/json") {
    io::ClientResponse made;
    made.status = status;
    made.headers.add("Content-Type", type);
    made.headers.add("Content-Length", std::to_string(body.size()));
    made.body = Bytes::own(std::move(body));
    return made;
}

std::string code(const Result<io::ClientResponse>& given) {
    const auto problem = judge(given, "id");
    return problem ? problem->problem.code + (problem->is_permanent ? "!" : "") : "";
}

TEST(Endpoint, an_address_has_an_origin_and_a_target) {
    const auto whole = address_of("https://h:8443/a/b?c=d");
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->origin, "https://h:8443");
    EXPECT_EQ(whole->target, "/a/b?c=d");
    EXPECT_EQ(address_of("http://h")->target, "/");
    EXPECT_EQ(address_of("http://h?x")->target, "/?x");
    for (const char* url : {"", "h", "ftp://h/", "https://"}) EXPECT_FALSE(address_of(url)) << url;
}

TEST(Endpoint, an_answer_accepts_only_as_the_contract_says) {
    EXPECT_EQ(code(response(200, R"({"requestId":"id","timestamp":1.5})")), "");
    const char* invalid = "HttpEndpoint.InvalidResponseFromDestination";
    EXPECT_EQ(code(response(200, R"({"requestId":"other","timestamp":1})")), invalid);
    EXPECT_EQ(code(response(200, R"({"requestId":"id","timestamp":"1"})")), invalid);
    EXPECT_EQ(code(response(200, R"({"requestId":"id"})")), invalid);
    EXPECT_EQ(code(response(200, "text")), invalid);
    EXPECT_EQ(code(response(200, R"({"requestId":"id","timestamp":1})", "text/plain")), invalid);
    io::ClientResponse chunked;
    chunked.status = 200;
    chunked.headers.add("Content-Type", "application/json");
    chunked.body = Bytes::literal(R"({"requestId":"id","timestamp":1})");
    EXPECT_EQ(code(chunked), invalid);
    EXPECT_EQ(code(response(200, std::string((1 << 20) + 1, ' '))),
              "HttpEndpoint.ResponseTooLarge");
    EXPECT_EQ(code(response(500, "")), "HttpEndpoint.DestinationException");
    EXPECT_EQ(code(response(302, "")), "HttpEndpoint.DestinationException");
    EXPECT_EQ(code(response(413, "")), "HttpEndpoint.DestinationException!");
    EXPECT_EQ(code(fail(freshet::Errc::timed_out, "late")), "HttpEndpoint.RequestTimeout");
    EXPECT_EQ(code(fail(freshet::Errc::io, "refused")), "HttpEndpoint.ConnectionFailed");
}

TEST(Endpoint, delays_double_up_to_two_minutes_within_fifteen_percent) {
    double expected = 1000;
    for (int attempts = 1; attempts < 20; ++attempts) {
        for (const std::uint64_t seed : {1u, 2u, 77u}) {
            const auto delay = static_cast<double>(endpoint_delay(attempts, seed).count());
            EXPECT_GE(delay, expected * 0.85 - 1) << attempts;
            EXPECT_LE(delay, expected * 1.15 + 1) << attempts;
        }
        expected = std::min(expected * 2, 120'000.0);
    }
}

}  // namespace
}  // namespace freshet::delivery
