#include "aws/services/s3/requests/cors_rules.h"

#include <gtest/gtest.h>

namespace freshet::aws::s3_words {
namespace {

TEST(CorsRules, the_first_rule_that_allows_all_is_taken) {
    const CorsRules rules{{{"https://a.example"}, {"GET"}, {}, {}},
                          {{"https://*.example"}, {"GET", "PUT"}, {"x-amz-*", "Content-Type"}, {}}};
    EXPECT_EQ(allowing(rules, "https://a.example", "GET", ""), &rules[0]);
    EXPECT_EQ(allowing(rules, "https://a.example", "PUT", ""), &rules[1]);
    EXPECT_EQ(allowing(rules, "https://a.example", "GET", "content-type, X-Amz-Date"), &rules[1]);
    EXPECT_EQ(allowing(rules, "https://a.example", "GET", "authorization"), nullptr);
    EXPECT_EQ(allowing(rules, "https://a.example", "DELETE", ""), nullptr);
    EXPECT_EQ(allowing(rules, "https://a.example.org", "GET", ""), nullptr);
    EXPECT_EQ(allowing(rules, "https://.exampl", "GET", ""), nullptr);
}

TEST(CorsRules, a_star_alone_is_every_origin) {
    const CorsRules rules{{{"*"}, {"GET"}, {"*"}, {}}};
    EXPECT_NE(allowing(rules, "null", "GET", "anything"), nullptr);
}

}  // namespace
}  // namespace freshet::aws::s3_words
