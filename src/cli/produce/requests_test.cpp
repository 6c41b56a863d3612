#include "cli/produce/requests.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "record/kpl.h"

namespace freshet::cli {
namespace {

struct RequestsTest : testing::Test {
    RequestsTest() {
        path = std::filesystem::temp_directory_path() /
               ("freshet-requests-" + std::to_string(::getpid()) + ".csv");
    }
    ~RequestsTest() override { std::filesystem::remove(path); }
    void write(std::size_t rows, std::size_t row_bytes = 4) const {
        std::ofstream file(path);
        for (std::size_t row = 0; row < rows; ++row)
            file << (row % 2 ? "odd," : "even,") << std::string(row_bytes, 'x') << row << '\n';
    }
    RequestOptions options() const {
        RequestOptions some;
        some.files = {path};
        some.rows.form = RowOptions::Form::csv;
        some.rows.header = RowOptions::Header::send;
        return some;
    }
    std::string path;
};

std::size_t rows_of(const ProduceRequest& request) {
    std::size_t rows = 0;
    for (const ProducedRecord& record : request.records) rows += record.rows;
    return rows;
}

TEST_F(RequestsTest, hold_at_most_500_records_and_leave_no_row_out) {
    write(1001);
    RequestOptions plain = options();
    plain.aggregates = false;
    Requests requests(plain);
    std::uint64_t number = 0, row = 0;
    while (const auto request = *requests.next()) {
        EXPECT_EQ(request->number, number++);
        EXPECT_EQ(request->first_row, row);
        EXPECT_LE(request->records.size(), 500u);
        row += request->rows;
    }
    EXPECT_EQ(number, 3u);
    EXPECT_EQ(row, 1001u);
}

TEST_F(RequestsTest, aggregate_rows_with_their_line_breaks) {
    write(3);
    Requests requests(options());
    const auto request = *requests.next();
    ASSERT_EQ(request->records.size(), 1u);
    EXPECT_EQ(request->records[0].rows, 3u);
    const auto users = record::deaggregate(request->records[0].data);
    ASSERT_TRUE(users);
    EXPECT_EQ((*users)[0].data, "even,xxxx0\n");
    EXPECT_FALSE(*requests.next());
}

TEST_F(RequestsTest, put_rows_of_a_key_under_it_and_no_others) {
    write(10);
    RequestOptions keyed = options();
    keyed.rows.key = "1";
    Requests requests(keyed);
    const auto request = *requests.next();
    ASSERT_EQ(request->records.size(), 2u);
    EXPECT_EQ(request->records[0].key, "even");
    EXPECT_EQ(request->records[1].key, "odd");
    for (const ProducedRecord& record : request->records) {
        const auto users = record::deaggregate(record.data);
        ASSERT_TRUE(users);
        for (const record::UserRecord& user : *users)
            EXPECT_TRUE(user.data.starts_with(record.key));
    }
}

TEST_F(RequestsTest, leave_out_what_an_earlier_run_sent) {
    write(10);
    Requests requests(options());
    requests.skip(7);
    const auto request = *requests.next();
    EXPECT_EQ(request->first_row, 7u);
    EXPECT_EQ(rows_of(*request), 3u);
    Requests beyond(options());
    beyond.skip(11);
    EXPECT_FALSE(*beyond.next());
}

TEST_F(RequestsTest, with_a_rate_hold_what_a_tenth_of_a_second_brings) {
    write(100);
    RequestOptions slow = options();
    slow.rate = 50;
    Requests requests(slow);
    EXPECT_EQ(rows_of(**requests.next()), 5u);
    EXPECT_EQ((*requests.next())->first_row, 5u);
}

TEST_F(RequestsTest, end_with_the_reason_when_a_row_cannot_be_sent) {
    write(2, row_bytes_max);
    Requests requests(options());
    const auto request = requests.next();
    ASSERT_FALSE(request);
    EXPECT_NE(request.error().message().find(path), std::string::npos);
}

}  // namespace
}  // namespace freshet::cli
