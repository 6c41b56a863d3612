#include "sql/plan/wire.h"

#include <gtest/gtest.h>

namespace freshet::sql::plan {
namespace {

std::string_view payload_of(const std::string& frame) {
    return std::string_view(frame).substr(frame_header_bytes);
}

trino::Type list_of_rows() {
    trino::Type field;
    field.kind = trino::TypeKind::decimal;
    field.precision = 38;
    field.scale = 7;
    trino::Type row;
    row.kind = trino::TypeKind::row;
    row.arguments = {field, trino::varchar_type()};
    row.names = {"price", ""};
    trino::Type list;
    list.kind = trino::TypeKind::array;
    list.arguments = {row};
    return list;
}

QueryPlan whole_plan() {
    QueryPlan plan;
    plan.sql = "SELECT c0 FROM scan_0";
    plan.columns = {list_of_rows(), trino::varchar_type()};
    ScanPlan scan;
    scan.view = 3;
    scan.format = Format::parquet;
    scan.columns = {{"a", list_of_rows(), false, true},
                    {"day", trino::varchar_type(), true, false}};
    scan.partitions = {{std::nullopt}, {"01"}, {""}};
    scan.files = {{"s3://lake/a", 10, 1, {{"/data/7", 4096, 6, "key"}, {"/data/8", 0, 4, ""}}}};
    scan.properties = {{"field.delim", "\t"}};
    plan.scans = {scan, ScanPlan{}};
    plan.result = {"/spill/1.csv", {"a", "day"}, 1 << 20};
    plan.memory_mib = 512;
    plan.spill_directory = "/spill";
    return plan;
}

TEST(Wire, a_plan_comes_back_as_it_was) {
    const std::string frame = encode_plan(whole_plan());
    const auto plan = decode_plan(payload_of(frame));
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->columns[0], list_of_rows());
    EXPECT_EQ(plan->scans[0].partitions, whole_plan().scans[0].partitions);
    EXPECT_EQ(plan->scans[0].files[0].extents[0].offset, 4096U);
    EXPECT_EQ(encode_plan(*plan), frame);
}

TEST(Wire, a_frame_begins_with_its_size_and_kind) {
    const std::string frame = encode_done(7);
    EXPECT_EQ(frame, std::string("\x08\0\0\0\x04\x07\0\0\0\0\0\0\0", 13));
}

TEST(Wire, what_is_cut_or_longer_is_refused) {
    const std::string plan = encode_plan(whole_plan());
    for (std::size_t size = 0; size < payload_of(plan).size(); ++size)
        ASSERT_FALSE(decode_plan(payload_of(plan).substr(0, size))) << size;
    EXPECT_FALSE(decode_plan(std::string(payload_of(plan)) + "x"));
    const std::string rows = encode_rows({{"a", std::nullopt}, {"", "b"}});
    for (std::size_t size = 0; size < payload_of(rows).size(); ++size)
        ASSERT_FALSE(decode_rows(payload_of(rows).substr(0, size))) << size;
}

TEST(Wire, rows_keep_null_and_the_empty_text_apart) {
    const std::vector<Cells> rows{{"a", std::nullopt}, {"", "b"}};
    EXPECT_EQ(decode_rows(payload_of(encode_rows(rows))), rows);
    EXPECT_EQ(decode_rows(payload_of(encode_rows({}))), std::vector<Cells>());
}

TEST(Wire, a_failure_keeps_its_code) {
    for (std::uint64_t number = 0; number < error_codes; ++number) {
        const Failed failed{*error_code(number), "why @ SYNTAX_ERROR: \n"};
        const auto back = decode_failed(payload_of(encode_failed(failed)));
        ASSERT_TRUE(back) << number;
        EXPECT_EQ(back->code, failed.code);
        EXPECT_EQ(back->message, failed.message);
    }
}

TEST(Wire, a_failure_with_an_unknown_code_is_refused) {
    std::string frame = encode_failed({ErrorCode::syntax_error, "why"});
    frame[frame_header_bytes] = static_cast<char>(error_codes);
    EXPECT_FALSE(decode_failed(payload_of(frame)));
}

TEST(Wire, a_plan_that_writes_comes_back_as_it_was) {
    WritePlan plan;
    plan.source = whole_plan().scans[0];
    plan.forms = {{"a", TextForm::us}, {"b", TextForm::iso}};
    plan.target = {"/out",
                   "part",
                   FileFormat::parquet,
                   Compression::snappy,
                   1,
                   2,
                   3,
                   4,
                   5,
                   false,
                   2,
                   {{"a", true, false}, {"b", false, true}},
                   {"c"},
                   {"d", "e"}};
    plan.rejects_path = "/rejects";
    plan.rejects_max = 6;
    plan.memory_mib = 7;
    plan.spill_directory = "/spill";
    const std::string frame = encode_write(plan);
    const auto back = decode_write(payload_of(frame));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->forms, plan.forms);
    EXPECT_EQ(back->target.partition_by, plan.target.partition_by);
    EXPECT_TRUE(back->target.sort[1].has_nulls_first);
    EXPECT_EQ(encode_write(*back), frame);
    for (std::size_t size = 0; size < payload_of(frame).size(); ++size)
        ASSERT_FALSE(decode_write(payload_of(frame).substr(0, size))) << size;
    const LookPlan look{plan.source, 1, 2, "/spill"};
    const auto looked = decode_look(payload_of(encode_look(look)));
    ASSERT_TRUE(looked);
    EXPECT_EQ(encode_look(*looked), encode_look(look));
}

TEST(Wire, what_was_written_and_seen_comes_back_as_it_was) {
    const Written written{
        1, 2, 3, {{"/out/a", 4, 5, {"p", std::nullopt}}, {"/out/b", 6, 7, {}}}, {"a note", ""}};
    EXPECT_EQ(decode_written(payload_of(encode_written(written))), written);
    const Looked looked{
        1,
        2,
        {{"a", 3, 4, 5, {{"bigint", TextForm::plain, 6, "x"}, {"date", TextForm::us, 0, ""}}}}};
    EXPECT_EQ(decode_looked(payload_of(encode_looked(looked))), looked);
    const std::string frame = encode_looked(looked);
    for (std::size_t size = 0; size < payload_of(frame).size(); ++size)
        ASSERT_FALSE(decode_looked(payload_of(frame).substr(0, size))) << size;
}

}  // namespace
}  // namespace freshet::sql::plan
