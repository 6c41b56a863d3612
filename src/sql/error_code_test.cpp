#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sql/error_code.h"

namespace freshet::sql {
namespace {

TEST(ErrorCode, each_has_its_number_and_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (std::uint64_t number = 0; number < error_codes; ++number) {
        const auto code = error_code(number);
        ASSERT_TRUE(code) << number;
        EXPECT_EQ(static_cast<std::uint64_t>(*code), number);
        EXPECT_EQ(name_of(*code).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"),
                  std::string_view::npos)
            << name_of(*code);
        const bool shares_a_name =
            *code == ErrorCode::unsupported_statement || *code == ErrorCode::worker_gone;
        EXPECT_EQ(names.insert(name_of(*code)).second, !shares_a_name) << name_of(*code);
    }
}

TEST(ErrorCode, names_are_trinos) {
    EXPECT_EQ(name_of(ErrorCode::syntax_error), "SYNTAX_ERROR");
    EXPECT_EQ(name_of(ErrorCode::hive_partition_schema_mismatch), "HIVE_PARTITION_SCHEMA_MISMATCH");
    EXPECT_EQ(name_of(ErrorCode::unsupported_statement), "NOT_SUPPORTED");
    EXPECT_EQ(name_of(ErrorCode::worker_gone), "GENERIC_INTERNAL_ERROR");
}

TEST(ErrorCode, other_numbers_are_none) {
    EXPECT_FALSE(error_code(error_codes));
    EXPECT_FALSE(error_code(UINT64_MAX));
}

}  // namespace
}  // namespace freshet::sql
