#include "aws/services/s3/objects/ranges.h"

#include <gtest/gtest.h>

#include "aws/services/s3/uploads/part_list.h"

namespace freshet::aws::s3_words {
namespace {

/// "first+size", "all" or the fault's code.
std::string range(const char* header, std::uint64_t size) {
    auto parsed = parse_range(std::string(header), size);
    if (!parsed) return parsed.error().code;
    if (!*parsed) return "all";
    return std::to_string((*parsed)->first) + "+" + std::to_string((*parsed)->size);
}

TEST(S3Ranges, what_is_asked_for) {
    EXPECT_EQ(range("bytes=0-9", 100), "0+10");
    EXPECT_EQ(range("bytes=90-", 100), "90+10");
    EXPECT_EQ(range("bytes=-10", 100), "90+10");
    EXPECT_EQ(range("bytes=-200", 100), "0+100");
    EXPECT_EQ(range("bytes=99-99999999999999999999999", 100), "99+1");
    EXPECT_EQ(range("bytes=100-", 100), "InvalidRange");
    EXPECT_EQ(range("bytes=99999999999999999999999-", 100), "InvalidRange");
    EXPECT_EQ(range("bytes=-0", 100), "InvalidRange");
    EXPECT_EQ(range("bytes=-1", 0), "all");
    EXPECT_EQ(range("bytes=-0", 0), "InvalidRange");
    EXPECT_EQ(range("bytes=0-", 0), "InvalidRange");
    EXPECT_EQ(range("bytes=0-0", 0), "InvalidRange");
    for (const char* header : {"bytes=5-4", "bytes=0-1,3-4", "bytes=", "bytes=-", "bytes=a-b",
                               "bytes=1", "lines=0-1", "bytes=--1", "bytes=1-2-3"}) {
        EXPECT_EQ(range(header, 100), "all") << header;
    }
}

TEST(S3Ranges, a_copy_takes_one_form_only) {
    EXPECT_EQ(parse_copy_range("bytes=10-19", 20)->first, 10u);
    EXPECT_EQ(parse_copy_range("bytes=10-19", 20)->size, 10u);
    for (const char* header : {"bytes=10-20", "bytes=10-", "bytes=-5", "0-5", "bytes=5-4",
                               "bytes=a-b", "bytes=", "bytes=0-1,3-4"}) {
        EXPECT_FALSE(parse_copy_range(header, 20)) << header;
    }
}

TEST(S3Ranges, a_part_of_a_multipart_object) {
    objects::ObjectInfo object;
    object.size = 25;
    object.etag = "0-3";
    object.attributes[parts_attribute] = pack_parts({{1, 10, "AAAAAA=="}, {5, 10, ""}, {7, 5, ""}});
    const auto slice = slice_of({}, {}, 5, object);
    ASSERT_TRUE(slice);
    EXPECT_EQ(slice->content_range, "bytes 10-19/25");
    EXPECT_EQ(slice->parts_count, 3);
    EXPECT_EQ(slice_of({}, {}, 1, object)->part_checksum, "AAAAAA==");
    EXPECT_EQ(slice_of({}, {}, 2, object).error().code, "InvalidPartNumber");
    EXPECT_EQ(slice_of({}, {}, 0, object).error().code, "InvalidArgument");
    EXPECT_EQ(slice_of("bytes=0-1", {}, 1, object).error().code, "InvalidRequest");
}

TEST(S3Ranges, an_object_put_whole_has_one_part) {
    objects::ObjectInfo object;
    object.size = 25;
    object.etag = "0";
    EXPECT_EQ(slice_of({}, {}, 1, object)->content_range, "bytes 0-24/25");
    EXPECT_FALSE(slice_of({}, {}, 1, object)->parts_count);
    EXPECT_EQ(slice_of({}, {}, 2, object).error().status, 416);
    object.size = 0;
    EXPECT_FALSE(slice_of({}, {}, 1, object)->content_range);
}

}  // namespace
}  // namespace freshet::aws::s3_words
