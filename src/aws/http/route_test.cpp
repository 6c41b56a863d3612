#include "aws/http/route.h"

#include <gtest/gtest.h>

#include "aws/model/iam.h"
#include "aws/model/kinesis.h"
#include "aws/model/lambda.h"
#include "aws/model/sts.h"

namespace freshet::aws {
namespace {

/// Claims what comes `by` one way: as its own when it knows the action, else as `otherwise`.
class Claiming final : public ServiceRim {
  public:
    Claiming(const ServiceInfo& info, Unnamed::By by, Claim otherwise)
        : ServiceRim(info), by_(by), otherwise_(otherwise) {}
    Claim claim(const Unnamed& request) const override {
        if (request.by != by_) return Claim::none;
        return find_operation(request.text) ? Claim::own : otherwise_;
    }

  private:
    Unnamed::By by_;
    Claim otherwise_;
};

const Claiming kinesis_rim(kinesis::service_info(), Unnamed::By::target, Claim::fallback);
const Claiming iam_rim(iam::service_info(), Unnamed::By::action, Claim::fallback);
const Claiming sts_rim(sts::service_info(), Unnamed::By::action, Claim::none);
const Claiming lambda_rim(lambda::service_info(), Unnamed::By::path, Claim::fallback);
const ServiceRim* const services[] = {&kinesis_rim, &iam_rim, &sts_rim, &lambda_rim};

std::expected<Route, RouteFault> route_of(const std::string& method, std::string_view target_text,
                                          const std::string& amz_target, const std::string& form) {
    io::Headers headers;
    if (!amz_target.empty()) headers.add("X-Amz-Target", amz_target);
    if (!form.empty()) headers.add("Content-Type", "application/x-www-form-urlencoded");
    Target target = parse_target(target_text);
    return find_route(services, method, headers, target, CredentialScope{}, form);
}

TEST(Route, a_target_names_service_and_operation) {
    const auto route = route_of("POST", "/", "Kinesis_20131202.PutRecord", "");
    ASSERT_TRUE(route);
    EXPECT_EQ(route->service, &kinesis_rim);
    EXPECT_EQ(route->operation, "PutRecord");
}

TEST(Route, an_operation_that_the_service_does_not_have_is_its_fault) {
    const auto route = route_of("POST", "/", "Kinesis_20131202.Put", "");
    ASSERT_FALSE(route);
    EXPECT_EQ(route.error().service, &kinesis_rim);
    EXPECT_EQ(route.error().fault.code, "UnknownOperationException");
}

TEST(Route, a_target_of_no_service_is_the_fault_of_the_one_that_claims_targets) {
    const auto route = route_of("POST", "/", "Nobody_1.Do", "");
    ASSERT_FALSE(route);
    EXPECT_EQ(route.error().service, &kinesis_rim);
}

TEST(Route, the_strongest_claim_gets_a_form_that_names_no_service) {
    const auto own = route_of("POST", "/", "", "Action=GetCallerIdentity&Version=2011-06-15");
    ASSERT_TRUE(own);
    EXPECT_EQ(own->service, &sts_rim);
    const auto other = route_of("POST", "/", "", "Action=GetRole&RoleName=r&Version=2010-05-08");
    ASSERT_TRUE(other);
    EXPECT_EQ(other->service, &iam_rim);
}

TEST(Route, an_action_that_nobody_has_is_the_fallbacks_fault) {
    const auto route = route_of("POST", "/", "", "Action=DoIt&Version=1");
    ASSERT_FALSE(route);
    EXPECT_EQ(route.error().service, &iam_rim);
    EXPECT_EQ(route.error().fault.code, "InvalidAction");
    EXPECT_EQ(route.error().protocol, Protocol::query);
}

TEST(Route, a_path_finds_the_operation_of_the_service_that_claims_it) {
    const auto route = route_of("GET", "/2015-03-31/functions/f", "", "");
    ASSERT_TRUE(route);
    EXPECT_EQ(route->service, &lambda_rim);
    EXPECT_EQ(route->operation, "GetFunction");
    EXPECT_EQ(route->labels, (Pairs{{"FunctionName", "f"}}));
}

TEST(Route, a_path_that_no_uri_fits_is_not_found) {
    const auto route = route_of("GET", "/nowhere/at/all", "", "");
    ASSERT_FALSE(route);
    EXPECT_EQ(route.error().fault.status, 404);
}

}  // namespace
}  // namespace freshet::aws
