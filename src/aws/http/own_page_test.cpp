#include "aws/http/own_page.h"

#include <gtest/gtest.h>

namespace freshet::aws {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// The status that a request is refused with; 0 when it continues.
int status_of(std::string method, const Fields& fields) {
    io::HttpRequest request;
    request.method = std::move(method);
    for (const auto& [name, value] : fields) request.headers.add(name, value);
    const auto foreign = refuse_foreign(request);
    return foreign ? foreign->status : 0;
}

const std::pair<std::string, std::string> json{"Content-Type", "application/json"};

TEST(OwnPage, changes_want_a_header_that_a_form_cannot_send) {
    const std::pair<std::string, std::string> host{"Host", "127.0.0.1:4566"};
    EXPECT_EQ(status_of("POST", {host}), 415);
    EXPECT_EQ(status_of("POST", {host, {"Content-Type", "text/plain"}}), 415);
    EXPECT_EQ(status_of("DELETE", {host}), 415);
    EXPECT_EQ(status_of("POST", {host, {"X-Freshet-Request", "0"}}), 415);
    EXPECT_EQ(status_of("POST", {host, {"X-Freshet-Request", "1"}}), 0);
    EXPECT_EQ(status_of("POST", {host, {"Content-Type", "application/json; charset=utf-8"}}), 0);
}

TEST(OwnPage, changes_come_from_the_server_s_own_origin) {
    const std::pair<std::string, std::string> host{"Host", "localhost:4566"};
    EXPECT_EQ(status_of("POST", {host, json, {"Origin", "http://localhost:4566"}}), 0);
    EXPECT_EQ(status_of("POST", {host, json, {"Origin", "http://localhost:3000"}}), 403);
    EXPECT_EQ(status_of("POST", {host, json, {"Origin", "https://evil.example"}}), 403);
    EXPECT_EQ(status_of("POST", {host, json, {"Origin", "null"}}), 403);
}

}  // namespace
}  // namespace freshet::aws
