// A worker that answers what a file says: the server's end of the wire.
#include "query/worker.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace freshet::query {
namespace {

using sql::ErrorCode;
using sql::plan::Cells;

/// Writes `answer` to its socket at once, then waits for the end of what it is sent.
std::string script_that_answers(const std::string& answer) {
    static int count = 0;
    const std::string path =
        testing::TempDir() + "worker_" + std::to_string(::getpid()) + "_" + std::to_string(count++);
    std::ofstream(path + ".frames", std::ios::binary) << answer;
    std::ofstream(path) << "#!/bin/sh\ncat '" << path << ".frames' >&3\ncat <&3 >/dev/null\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
}

struct Ran {
    std::expected<std::uint64_t, sql::plan::Failed> answer;
    std::vector<Cells> rows;
    bool is_alive = false;
};

Ran run(const std::string& answer, bool takes_rows = true) {
    auto worker = Worker::start(script_that_answers(answer));
    EXPECT_TRUE(worker) << worker.error().message();
    Ran ran;
    ran.answer = (*worker)->run(sql::plan::encode_plan({}), 60s, [&](std::vector<Cells> rows) {
        for (auto& row : rows) ran.rows.push_back(std::move(row));
        return takes_rows;
    });
    ran.is_alive = (*worker)->is_alive();
    return ran;
}

void expect_failure(const Ran& ran, ErrorCode code, std::string_view message) {
    ASSERT_FALSE(ran.answer);
    EXPECT_EQ(name_of(ran.answer.error().code), name_of(code));
    EXPECT_EQ(ran.answer.error().message, message);
}

TEST(Worker, gives_rows_and_the_bytes_scanned) {
    const std::vector<Cells> rows{{"a", std::nullopt}, {"", "b"}};
    const Ran ran = run(sql::plan::encode_rows(rows) + sql::plan::encode_rows(rows) +
                        sql::plan::encode_done(42));
    ASSERT_TRUE(ran.answer);
    EXPECT_EQ(*ran.answer, 42U);
    EXPECT_EQ(ran.rows.size(), 4U);
    EXPECT_EQ(ran.rows[3], rows[1]);
    EXPECT_TRUE(ran.is_alive);
}

TEST(Worker, gives_the_code_of_a_failure_and_stays_alive) {
    const Ran ran =
        run(sql::plan::encode_failed({ErrorCode::division_by_zero, "Division by zero"}));
    expect_failure(ran, ErrorCode::division_by_zero, "Division by zero");
    EXPECT_TRUE(ran.is_alive);
}

TEST(Worker, that_answers_nonsense_is_killed) {
    std::string unknown_code = sql::plan::encode_failed({ErrorCode::division_by_zero, "why"});
    unknown_code[sql::plan::frame_header_bytes] = static_cast<char>(sql::error_codes);
    for (const std::string& answer :
         {std::string("\xff\xff\xff\xff\x02", 5), std::string("\0\0\0\0\x09", 5),
          sql::plan::encode_plan({}), unknown_code}) {
        const Ran ran = run(answer);
        expect_failure(ran, ErrorCode::generic_internal_error,
                       "the query worker answered nonsense");
        EXPECT_FALSE(ran.is_alive);
    }
}

TEST(Worker, whose_rows_are_not_wanted_any_more_is_killed) {
    const Ran ran = run(sql::plan::encode_rows({{"a"}}) + sql::plan::encode_rows({{"b"}}), false);
    expect_failure(ran, ErrorCode::user_canceled, "Query was canceled");
    EXPECT_EQ(ran.rows.size(), 1U);
    EXPECT_FALSE(ran.is_alive);
}

TEST(Worker, that_dies_is_gone_for_the_next_plan) {
    auto worker = Worker::start("/bin/true");
    ASSERT_TRUE(worker);
    const auto run_once = [&] {
        return (*worker)->run(sql::plan::encode_plan({}), 60s,
                              [](std::vector<Cells>) { return true; });
    };
    const auto first = run_once();  // its end may come before or after the plan is sent
    ASSERT_FALSE(first);
    EXPECT_FALSE((*worker)->is_alive());
    const auto second = run_once();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::worker_gone);
    EXPECT_EQ(second.error().message, "the query worker ended");
}

TEST(Worker, that_cannot_be_started_is_an_error) {
    const auto worker = Worker::start("/no/such/program");
    ASSERT_FALSE(worker);
    EXPECT_TRUE(worker.error().is(freshet::Errc::unavailable));
}

}  // namespace
}  // namespace freshet::query
