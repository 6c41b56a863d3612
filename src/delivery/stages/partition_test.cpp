#include "delivery/stages/partition.h"

#include <gmock/gmock.h>

namespace freshet::delivery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct PartitionTest : testing::Test {
    PartitionTest() { destination.prefix = "k=!{partitionKeyFromQuery:k}/!{timestamp:HH}/"; }
    void add(const std::string& key, const std::string& data, std::int64_t hour = 0) {
        Item item{Bytes::copy(data), Bytes::copy(data), from_epoch_ms(hour * 3'600'000), {}};
        if (!key.empty()) item.from_query = keys.intern({{"k", key}});
        flow.items.push_back(std::move(item));
    }
    std::vector<std::string> run(std::size_t partitions_max = 500) {
        std::vector<std::string> shown;
        for (const Portion& portion :
             partition(flow, destination, partitions_max, 1, from_epoch_ms(0))) {
            std::string text = portion.prefix;
            for (const Bytes& record : portion.records) text += record.view();
            shown.push_back(std::move(text));
        }
        return shown;
    }
    Destination destination;
    KeyInterner keys;
    Flow flow;
};

TEST_F(PartitionTest, records_of_one_prefix_share_an_object_in_their_order) {
    add("a", "1", 5);
    add("b", "2", 7);
    add("a", "3", 6);
    EXPECT_THAT(run(), ElementsAre("k=a/05/13", "k=b/07/2"));
    EXPECT_TRUE(flow.failures.empty());
}

TEST_F(PartitionTest, the_time_is_that_of_the_oldest_record_of_the_partition) {
    add("a", "1", 5);
    add("a", "2", 3);
    EXPECT_THAT(run(), ElementsAre("k=a/03/12"));
}

TEST_F(PartitionTest, a_record_without_the_key_is_a_failure) {
    add("", "1");
    add("a", "2");
    EXPECT_THAT(run(), ElementsAre("k=a/00/2"));
    EXPECT_THAT(flow.failures["processing-failed"],
                HasSubstr("DynamicPartitioning.PrefixEvaluationFailed"));
}

TEST_F(PartitionTest, keys_that_give_one_prefix_are_one_partition) {
    destination.prefix = "x/!{timestamp:HH}/";
    add("a", "1");
    add("b", "2");
    EXPECT_THAT(run(1), ElementsAre("x/00/12"));
}

TEST_F(PartitionTest, partitions_over_the_limit_are_failures) {
    add("a", "1");
    add("b", "2");
    add("c", "3");
    add("b", "4");
    EXPECT_THAT(run(2), ElementsAre("k=a/00/1", "k=b/00/24"));
    EXPECT_THAT(flow.failures["activePartitionExceeded"], HasSubstr("\"rawData\":\"Mw==\""));
    EXPECT_EQ(flow.failures.size(), 1u);
}

}  // namespace
}  // namespace freshet::delivery
