#include "aws/http/hosts.h"

#include <gtest/gtest.h>

namespace freshet::aws {
namespace {

TEST(Hosts, addresses_and_names_of_this_machine_are_own) {
    const Hosts hosts;
    for (const char* own :
         {"localhost", "localhost:4566", "LocalHost", "127.0.0.1", "127.0.0.1:80", "10.1.2.3",
          "[::1]", "[::1]:4566", "lake.s3.localhost:4566", "kinesis.us-east-1.amazonaws.com"})
        EXPECT_TRUE(hosts.is_own(own)) << own;
}

TEST(Hosts, names_that_somebody_else_may_point_here_are_not_own) {
    const Hosts hosts;
    for (const char* foreign :
         {"example.com", "localhost.example.com", "127.0.0.1.example.com", "notlocalhost", "", ".",
          "1.2.3", "[", "[evil.example.com]", ".localhost", "amazonaws.com", "freshet"})
        EXPECT_FALSE(hosts.is_own(foreign)) << foreign;
}

TEST(Hosts, configured_names_are_own_and_a_dot_stands_for_all_below) {
    const Hosts hosts({"Freshet", ".lake.example.com"});
    EXPECT_TRUE(hosts.is_own("freshet:4566"));
    EXPECT_TRUE(hosts.is_own("a.lake.example.com"));
    EXPECT_FALSE(hosts.is_own("lake.example.com"));
    EXPECT_FALSE(hosts.is_own("a.freshet"));
}

TEST(Hosts, a_request_has_one_host) {
    io::HttpRequest request;
    EXPECT_EQ(Hosts().refuse(request)->status, 400);
    request.headers.add("Host", "localhost");
    EXPECT_FALSE(Hosts().refuse(request));
    request.headers.add("host", "localhost");
    EXPECT_EQ(Hosts().refuse(request)->status, 400);
}

}  // namespace
}  // namespace freshet::aws
