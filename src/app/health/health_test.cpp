#include "app/health/health.h"

#include <gtest/gtest.h>

namespace freshet::app {
namespace {

const Trouble full_disk{.part = "disk", .reason = "full"};
const Trouble failing{"delivery", "no \"bucket\"", "000000000000", "us-east-1", "crimes", false};

std::string body_of(const io::HttpResponse& response) {
    std::string body;
    for (const Bytes& piece : response.body) body += piece.view();
    return body;
}

TEST(Health, is_ok_without_a_trouble) {
    const auto response = health_answer({});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(body_of(response), "{\"status\":\"ok\"}\n");
}

TEST(Health, is_not_ok_when_the_server_itself_is_in_trouble) {
    const auto response = health_answer({failing, full_disk});
    EXPECT_EQ(response.status, 503);
    EXPECT_TRUE(body_of(response).starts_with("{\"status\":\"not ok\",\"troubles_count\":2,"));
}

TEST(Health, is_degraded_when_only_what_users_made_is_in_trouble) {
    const auto response = health_answer({failing});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(body_of(response),
              "{\"status\":\"degraded\",\"troubles_count\":1,\"troubles\":[{\"part\":\"delivery\","
              "\"account\":\"000000000000\",\"region\":\"us-east-1\",\"name\":\"crimes\","
              "\"reason\":\"no \\\"bucket\\\"\"}]}\n");
}

TEST(Health, counts_the_troubles_that_it_does_not_show) {
    const auto response = health_answer(std::vector(troubles_shown_max + 1, failing));
    const std::string body = body_of(response);
    EXPECT_NE(body.find("\"troubles_count\":101"), std::string::npos);
    std::size_t shown = 0;
    for (std::size_t at = body.find("\"reason\""); at != std::string::npos;
         at = body.find("\"reason\"", at + 1))
        ++shown;
    EXPECT_EQ(shown, troubles_shown_max);
}

}  // namespace
}  // namespace freshet::app
