#include "delivery/stages/transform.h"

#include <gmock/gmock.h>

#include "base/crypto/digest.h"

namespace freshet::delivery {
namespace {

Item item(std::uint64_t ordinal, const std::string& data) {
    return {Bytes::copy(data),
            Bytes::copy("source of " + data),
            from_epoch_ms(1000 + static_cast<std::int64_t>(ordinal)),
            {log::PartitionId(7), ordinal, 2},
            Bytes::literal("key")};
}

struct TransformTest : testing::Test {
    std::vector<Item> items{item(1, "a"), item(2, "b")};
    std::string record(std::size_t at, const std::string& rest) const {
        return R"({"recordId":")" + record_id(items[at]) + "\"," + rest + "}";
    }
    std::string problem(const std::string& records) const {
        auto made = transform_answer(Bytes::copy("{\"records\":[" + records + "]}"), items);
        return made ? "" : made.error().code;
    }
    const std::string ok = R"("result":"Ok","data":"QQ==")";
};

TEST_F(TransformTest, the_event_is_that_of_the_developer_guide) {
    const std::string id = record_id(items[0]);
    EXPECT_EQ(id.size(), 56u);
    EXPECT_EQ(transform_event({"i", "arn:d", "eu", ""}, std::span(items).first(1), {}).view(),
              R"({"invocationId":"i","deliveryStreamArn":"arn:d","region":"eu","records":[)"
              R"({"recordId":")" +
                  id + R"(","approximateArrivalTimestamp":1001,"data":"YQ=="}]})");
    const std::vector<ShardPlace> places{{"shardId-0", "49"}};
    EXPECT_THAT(
        transform_event({"i", "arn:d", "eu", "arn:s"}, std::span(items).first(1), places).str(),
        testing::AllOf(testing::HasSubstr(R"("sourceKinesisStreamArn":"arn:s")"),
                       testing::HasSubstr(
                           R"("kinesisRecordMetadata":{"shardId":"shardId-0","partitionKey":"key",)"
                           R"("approximateArrivalTimestamp":1001,"sequenceNumber":"49",)"
                           R"("subsequenceNumber":"2"})")));
}

TEST_F(TransformTest, answers_come_in_any_order_and_say_what_becomes_of_each_record) {
    const auto made = transform_answer(
        Bytes::copy("{\"records\":[" + record(1, R"("result":"Dropped")") + "," +
                    record(0, ok + R"(,"metadata":{"partitionKeys":{"k":"v","n":7,"x":null}})") +
                    R"(,{"recordId":"other"}]})"),
        items);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ((*made)[0].result, TransformResult::ok);
    EXPECT_EQ((*made)[0].data.view(), "A");
    EXPECT_EQ((*made)[0].keys, (PartitionKeys{{"k", "v"}, {"n", "7"}}));
    EXPECT_EQ((*made)[1].result, TransformResult::dropped);
}

TEST_F(TransformTest, an_answer_that_is_not_the_contract_is_refused_whole) {
    EXPECT_EQ(problem(record(0, ok) + "," + record(1, ok)), "");
    EXPECT_EQ(problem(record(0, ok)), "Lambda.MissingRecordId");
    EXPECT_EQ(problem(record(0, ok) + ",{}"), "Lambda.MissingRecordId");
    EXPECT_EQ(problem(record(0, ok) + "," + record(0, ok)), "Lambda.DuplicatedRecordId");
    for (const char* rest : {R"("data":"QQ==")", R"("result":"ok","data":"QQ==")",
                             R"("result":"Ok")", R"("result":"Ok","data":"*")"})
        EXPECT_EQ(problem(record(0, ok) + "," + record(1, rest)), "Lambda.JsonProcessingException")
            << rest;
    for (const char* answer : {"", "text", "[]", "{}", R"({"records":{}})"}) {
        const auto made = transform_answer(Bytes::copy(answer), items);
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().code, "Lambda.JsonProcessingException") << answer;
    }
}

TEST_F(TransformTest, a_failed_record_is_a_line_in_the_order_that_was_observed) {
    std::string out;
    append_failed(items[0], {{"Code", "a \"text\""}, 2, from_epoch_ms(5000), "arn:f"}, out);
    EXPECT_EQ(out, R"({"rawData":")" + base64_encode("source of a") +
                       R"(","errorCode":"Code","errorMessage":"a \"text\"","attemptsMade":2,)"
                       R"("arrivalTimestamp":1001,"attemptEndingTimestamp":5000,)"
                       R"("lambdaARN":"arn:f"})" +
                       "\n");
}

}  // namespace
}  // namespace freshet::delivery
