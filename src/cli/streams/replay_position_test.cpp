#include "cli/streams/replay_position.h"

#include <gtest/gtest.h>

namespace freshet::cli {
namespace {

TEST(ReplayPosition, comes_back_as_it_was_written) {
    ReplayPosition position{
        "arn:a", "arn:b", {Moment::Kind::time, Timestamp(Millis(1'767'225'600'250))}, {}};
    position.shards["shardId-000000000000"] = {"495", false};
    position.shards["shardId-000000000001"] = {"496", true};
    position.shards["shardId-000000000002"] = {};  // nothing of it is acknowledged
    const auto read = ReplayPosition::parse(position.text());
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->source, "arn:a");
    EXPECT_EQ(read->target, "arn:b");
    EXPECT_EQ(read->from.time, position.from.time);
    ASSERT_EQ(read->shards.size(), 2U);
    EXPECT_EQ(read->shards.at("shardId-000000000000").after, "495");
    EXPECT_TRUE(read->shards.at("shardId-000000000001").is_ended);
    position.from = {Moment::Kind::trim_horizon, {}};
    EXPECT_EQ(ReplayPosition::parse(position.text())->from.kind, Moment::Kind::trim_horizon);
}

TEST(ReplayPosition, refuses_what_is_none) {
    const std::string whole = ReplayPosition{"a", "b", {Moment::Kind::trim_horizon, {}}, {}}.text();
    EXPECT_TRUE(ReplayPosition::parse(whole));
    for (const std::string& text :
         {std::string(), std::string("100 rows acknowledged\n"), whole + "shard x\n",
          whole + "shard x after\n", whole + "rubbish\n", whole + "from 15m\n",
          whole.substr(0, whole.find("from")), whole.substr(0, whole.find("target"))})
        EXPECT_FALSE(ReplayPosition::parse(text)) << text;
}

TEST(ReplayPosition, is_nothing_without_a_file) {
    const auto read = ReplayPosition::read("/nowhere/position");
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_FALSE(*read);
}

}  // namespace
}  // namespace freshet::cli
