#include "aws/protocol/json.h"

#include <gtest/gtest.h>

#include "aws/model/kinesis.h"

namespace freshet::aws {
namespace {

const Shape& create_stream() { return *kinesis::CreateStreamOp::info().input; }

TEST(JsonDecode, one_thread_decodes_one_body_after_the_other) {
    for (int round = 0; round < 3; ++round) {
        kinesis::CreateStreamInput input;
        Violations violations;
        const auto done = decode_json(create_stream(), R"({"StreamName": "a", "Tags": {"k": "v", "l": null, "m": "w"}})", &input, violations);
        ASSERT_TRUE(done) << done.error().message;
        EXPECT_EQ(input.stream_name, "a");
        ASSERT_TRUE(input.tags);
        EXPECT_EQ(input.tags->size(), 2u);
        EXPECT_TRUE(violations.empty());
    }
}

TEST(JsonDecode, what_stands_behind_the_object_is_refused) {
    kinesis::CreateStreamInput input;
    Violations violations;
    EXPECT_FALSE(decode_json(create_stream(), R"({"StreamName": "a"} x)", &input, violations));
}

}  // namespace
}  // namespace freshet::aws
