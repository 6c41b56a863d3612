#include "analytics/run/commit.h"

#include <gtest/gtest.h>

namespace freshet::analytics {
namespace {

using RowsOut = std::map<std::string, std::uint64_t>;

Commit some() {
    Commit one;
    one.positions = {{1, 7}, {2, 3}};
    one.begin = {{1, 4}, {2, 3}};
    one.bound = from_epoch_ms(1234);
    one.prepared.push_back({3, from_epoch_ms(1200), Verdict::failed, "key", "4959", {}});
    return one;
}

TEST(CommitParts, a_moment_without_rows_and_answers_is_not_written) {
    Commit silent = some();
    silent.prepared.clear();
    EXPECT_FALSE(CommitParts(silent).is_needed(0));
    EXPECT_TRUE(CommitParts(silent).is_needed(1));
    EXPECT_TRUE(CommitParts(some()).is_needed(0)) << "the function would be asked again";
    silent.rows_out = {{"1.1", 5}};
    EXPECT_TRUE(CommitParts(silent).is_needed(0)) << "a part of it is out: it must end";
}

TEST(CommitParts, the_only_part_holds_the_answers_and_no_count_of_rows) {
    CommitParts parts(some());
    const Commit& only = parts.next(true, {{"1.1", 5}});
    EXPECT_EQ(only.prepared.size(), 1u);
    EXPECT_TRUE(only.rows_out.empty());
}

TEST(CommitParts, each_part_but_the_last_says_how_many_rows_are_out_with_it) {
    CommitParts parts(some());
    EXPECT_EQ(parts.next(false, {{"1.1", 5}}).rows_out, (RowsOut{{"1.1", 5}}));
    EXPECT_EQ(parts.next(false, {{"1.1", 9}}).rows_out, (RowsOut{{"1.1", 9}}));
    EXPECT_TRUE(parts.next(true, {{"1.1", 11}}).rows_out.empty());
}

TEST(CommitParts, the_answers_go_out_with_the_first_part_alone) {
    CommitParts parts(some());
    EXPECT_EQ(parts.next(false, {{"1.1", 5}}).prepared.size(), 1u);
    EXPECT_TRUE(parts.next(true, {{"1.1", 9}}).prepared.empty());
}

TEST(CommitParts, a_part_that_does_not_end_the_moment_has_rows) {
    CommitParts parts(some());
    EXPECT_DEATH(parts.next(false, {}), "rows_out.empty");
}

TEST(Commit, what_is_written_is_read_back) {
    Commit one = some();
    one.prepared.push_back({4, from_epoch_ms(1201), Verdict::ok, "", "1", Bytes::literal("data")});
    one.prepared.push_back({4, from_epoch_ms(1202), Verdict::dropped, "", "2", {}});
    one.rows_out = {{"1.1", 5}, {"2.1", 0}};
    const auto read = decode_commit(encode(one));
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->positions, one.positions);
    EXPECT_EQ(read->begin, one.begin);
    EXPECT_EQ(read->bound, one.bound);
    EXPECT_EQ(read->rows_out, one.rows_out);
    ASSERT_EQ(read->prepared.size(), 3u);
    EXPECT_EQ(read->prepared[0].verdict, Verdict::failed);
    EXPECT_EQ(read->prepared[0].partition_key, "key");
    EXPECT_EQ(read->prepared[1].data.view(), "data");
    EXPECT_EQ(read->prepared[2].verdict, Verdict::dropped);
}

TEST(Commit, bytes_that_are_cut_or_of_another_format_are_refused) {
    const std::string whole = encode(some()).str();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto read = decode_commit(Bytes::copy(std::string_view(whole).substr(0, size)));
        ASSERT_FALSE(read) << size;
        EXPECT_TRUE(read.error().is(freshet::Errc::corrupt));
    }
    EXPECT_FALSE(decode_commit(Bytes::copy(whole + "x")));
}

}  // namespace
}  // namespace freshet::analytics
