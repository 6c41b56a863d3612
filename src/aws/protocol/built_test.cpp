#include "aws/protocol/built.h"

#include <gtest/gtest.h>

#include "aws/model/events.h"

namespace freshet::aws {
namespace {

constexpr const char* own_account[] = {"default", "{account}"};
constexpr Unbuilt of_transformer[] = {{.member = 0, .instead = "InputTemplate is built"}};
constexpr Unbuilt of_target[] = {{.member = 5, .below = of_transformer}, {.member = 6}};
/// EventBusName, Targets.InputTransformer.InputPathsMap and Targets.KinesisParameters.
constexpr Unbuilt of_request[] = {{.member = 1, .only = own_account},
                                  {.member = 2, .below = of_target}};

std::optional<std::string> unbuilt(const events::PutTargetsRequest& request) {
    OperationInfo operation = events::PutTargetsOp::info();
    operation.unbuilt = of_request;
    auto good = refuse_unbuilt(operation, &request, "111122223333");
    return good ? std::nullopt : std::optional(good.error().message);
}

events::PutTargetsRequest request() {
    events::PutTargetsRequest request;
    request.rule = "rule";
    request.targets.resize(2);
    request.targets[1].input_transformer.emplace().input_template = "text";
    return request;
}

TEST(RefuseUnbuilt, a_request_of_built_members_passes) {
    EXPECT_EQ(unbuilt(request()), std::nullopt);
}

TEST(RefuseUnbuilt, the_fault_is_one_of_the_service) {
    auto given = request();
    given.event_bus_name = "another";
    OperationInfo operation = events::PutTargetsOp::info();
    operation.unbuilt = of_request;
    EXPECT_EQ(refuse_unbuilt(operation, &given, "111122223333").error().code,
              "ValidationException");
}

TEST(RefuseUnbuilt, a_member_is_found_inside_lists_and_named_with_its_path) {
    auto given = request();
    given.targets[1].input_transformer->input_paths_map.emplace().emplace_back("key", "$.path");
    EXPECT_EQ(unbuilt(given),
              "Freshet does not build Targets.InputTransformer.InputPathsMap of PutTargets: "
              "InputTemplate is built");
}

TEST(RefuseUnbuilt, what_holds_nothing_asks_for_nothing) {
    auto given = request();
    given.targets[1].kinesis_parameters.emplace();
    given.targets[1].input_transformer->input_paths_map.emplace();
    given.event_bus_name = "";
    EXPECT_EQ(unbuilt(given), std::nullopt);
    given.targets[1].kinesis_parameters->partition_key_path = "$.id";
    EXPECT_EQ(unbuilt(given), "Freshet does not build Targets.KinesisParameters of PutTargets");
}

TEST(RefuseUnbuilt, a_bounded_member_takes_its_values_and_the_callers_account) {
    auto given = request();
    for (const char* good : {"default", "111122223333"}) {
        given.event_bus_name = good;
        EXPECT_EQ(unbuilt(given), std::nullopt);
    }
    given.event_bus_name = "999999999999";
    EXPECT_EQ(unbuilt(given),
              "Freshet does not build EventBusName of PutTargets with the value 999999999999; it "
              "takes default, 111122223333");
}

}  // namespace
}  // namespace freshet::aws
