#include "aws/protocol/json/json.h"

#include <gtest/gtest.h>

#include "aws/model/kinesis.h"
#include "aws/protocol/cbor/cbor.h"
#include "aws/protocol/xml.h"

namespace freshet::aws {
namespace {

const Shape& create_stream() { return *kinesis::CreateStreamOp::info().input; }

TEST(JsonDecode, one_thread_decodes_one_body_after_the_other) {
    for (int round = 0; round < 3; ++round) {
        kinesis::CreateStreamInput input;
        Violations violations;
        const auto done = decode_json(
            create_stream(), R"({"StreamName": "a", "Tags": {"k": "v", "l": null, "m": "w"}})",
            &input, violations);
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

TEST(Answers, are_utf8_whatever_an_error_quotes) {
    const Fault fault{.code = "InvalidRequestException", .message = "row \xf3\x89\x9a\xc2 is none"};
    for (const std::string& answer :
         {encode_json_fault(fault), encode_xml_fault(fault, "id"), encode_cbor_fault(fault)}) {
        EXPECT_NE(answer.find("row \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd is none"),
                  std::string::npos)
            << answer;
    }
}

}  // namespace
}  // namespace freshet::aws
