#include "aws/protocol/built.h"

#include <gtest/gtest.h>

#include "aws/model/events.h"

namespace freshet::aws {
namespace {

std::optional<std::string> unbuilt(const events::PutTargetsRequest& request,
                                   std::vector<std::string_view> built) {
    return first_unbuilt(*events::PutTargetsOp::info().input, &request, built);
}

events::PutTargetsRequest request() {
    events::PutTargetsRequest request;
    request.rule = "rule";
    request.targets.resize(2);
    auto& transformer = request.targets[1].input_transformer.emplace();
    transformer.input_template = "text";
    transformer.input_paths_map.emplace().emplace_back("key", "$.path");
    return request;
}

TEST(FirstUnbuilt, a_request_whose_members_are_all_named_passes) {
    EXPECT_EQ(unbuilt(request(), {"Rule", "Targets.*", "Targets.InputTransformer.InputTemplate",
                                  "Targets.InputTransformer.InputPathsMap"}),
              std::nullopt);
    EXPECT_EQ(unbuilt(request(), {"Rule", "Targets.**"}), std::nullopt);
}

TEST(FirstUnbuilt, what_is_not_named_is_found_inside_lists_and_maps) {
    EXPECT_EQ(unbuilt(request(), {"Targets.**"}), "Rule");
    EXPECT_EQ(unbuilt(request(), {"Rule", "Targets.*"}), "Targets.InputTransformer.InputPathsMap");
    EXPECT_EQ(unbuilt(request(), {"Rule", "Targets.*", "Targets.*.InputTemplate"}),
              "Targets.InputTransformer.InputPathsMap");
    EXPECT_EQ(unbuilt(request(), {"Rule"}), "Targets");
}

TEST(FirstUnbuilt, what_holds_nothing_is_not_used) {
    auto empty = request();
    empty.targets.clear();
    EXPECT_EQ(unbuilt(empty, {"Rule"}), std::nullopt);
    auto hollow = request();
    hollow.targets[1].input_transformer.reset();
    hollow.targets[1].kinesis_parameters.emplace();
    EXPECT_NE(unbuilt(hollow, {"Rule", "Targets.Id", "Targets.Arn"}), std::nullopt)
        << "a required text is there, empty or not";
}

}  // namespace
}  // namespace freshet::aws
