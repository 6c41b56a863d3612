// Files that plans write, read back by queries; rows that do not fit, and files that would lose
// something.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "duck/session.h"

namespace freshet::duck {
namespace {

namespace fs = std::filesystem;
namespace plan = sql::plan;
using sql::trino::Type;
using sql::trino::TypeKind;

Type type(TypeKind kind, int precision = 0, int scale = 0) {
    Type made;
    made.kind = kind;
    made.precision = precision;
    made.scale = scale;
    return made;
}

struct WriteTest : testing::Test {
    WriteTest() {
        root = fs::temp_directory_path() /
               ("freshet-write-" + std::to_string(::getpid()) + "-" +
                testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(root);
        fs::create_directories(root / "out");
        made.target.directory = root / "out";
        made.target.file_name = "part";
        made.rejects_path = root / "rejects";
        made.rejects_max = 100;
        made.memory_mib = 512;
        made.source.partitions = {{}};
        made.source.properties = {{"field.delim", ","}};
    }
    ~WriteTest() override { fs::remove_all(root); }

    plan::File file(const std::string& name, const std::string& content) {
        const std::string path = root / std::to_string(files++);
        std::ofstream(path, std::ios::binary) << content;
        return {"s3://lake/" + name, content.size(), 0, {{path, 0, content.size(), ""}}};
    }
    static plan::File written_file(const plan::WrittenFile& file) {
        return {"s3://lake/" + file.path, file.bytes, 0, {{file.path, 0, file.bytes, ""}}};
    }
    plan::Written write() {
        auto written = session.write(made);
        EXPECT_TRUE(written) << written.error().message;
        return written.value_or(plan::Written());
    }
    std::string failure() {
        const auto written = session.write(made);
        EXPECT_FALSE(written);
        EXPECT_TRUE(fs::is_empty(root / "out"));
        EXPECT_FALSE(fs::exists(made.rejects_path + ".found"));
        return written ? "" : written.error().message;
    }
    /// Rows of `sql` over the view scan_0 of the files, their cells with '|' between.
    std::string read(const std::vector<plan::WrittenFile>& files_, const std::string& sql,
                     std::size_t columns) {
        plan::QueryPlan query;
        query.sql = sql;
        query.columns.resize(columns, type(TypeKind::varchar));
        query.memory_mib = 512;
        plan::ScanPlan scan;
        scan.format = plan::Format::parquet;
        scan.partitions = {{}};
        for (const auto& column : made.source.columns) {
            const auto& by = made.target.partition_by;
            if (std::ranges::find(by, column.name) == by.end()) scan.columns.push_back(column);
        }
        for (const auto& file : files_) scan.files.push_back(written_file(file));
        query.scans = {scan};
        std::string text;
        const auto answer = session.run(query, [&](std::vector<plan::Cells> rows) {
            for (const auto& row : rows) {
                for (const auto& cell : row) text += cell.value_or("NULL") + "|";
                text += "\n";
            }
            return true;
        });
        EXPECT_TRUE(answer) << answer.error().message;
        return text;
    }
    /// The same of the plan's own source.
    std::string read_source(const std::string& sql, std::size_t columns) {
        plan::QueryPlan query;
        query.sql = sql;
        query.columns.resize(columns, type(TypeKind::varchar));
        query.memory_mib = 512;
        query.scans = {made.source};
        std::string text;
        const auto answer = session.run(query, [&](std::vector<plan::Cells> rows) {
            for (const auto& row : rows) {
                for (const auto& cell : row) text += cell.value_or("NULL") + "|";
                text += "\n";
            }
            return true;
        });
        EXPECT_TRUE(answer) << answer.error().message;
        return text;
    }
    std::string rejects() const {
        std::ifstream in(made.rejects_path);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void columns(std::vector<plan::ScanColumn> all) { made.source.columns = std::move(all); }

    fs::path root;
    plan::WritePlan made;
    int files = 0;
    Session session{"", 512};
};

TEST_F(WriteTest, writes_the_rows_that_fit_and_names_the_others) {
    columns({{"Id", type(TypeKind::bigint)},
             {"price", type(TypeKind::decimal, 6, 2)},
             {"day", type(TypeKind::date)},
             {"at", type(TypeKind::timestamp)},
             {"name", type(TypeKind::varchar)}});
    made.source.properties["skip.header.line.count"] = "1";
    made.source.files = {file("a.csv",
                              "id,price,day,at,name\n"
                              "1,1.25,2026-01-31,2026-01-31 23:59:59.123456,a\n"
                              "x,1.25,2026-01-31,,b\r\n"
                              "3,,,,\n"
                              "4,1,2026-13-01,,\xff\n"
                              "5,1\n"
                              "6,1,2026-01-01,,\xff\n"),
                         file("b.csv", "id\n\\N,\\N,\\N,\\N,\\N\n9000000000000000000000,,,,q\"\n")};
    const auto written = write();
    EXPECT_EQ(written.rows, 4U);
    EXPECT_EQ(written.rejected, 4U);
    ASSERT_EQ(written.files.size(), 1U);
    EXPECT_EQ(written.files[0].path, (root / "out/part-0.parquet").string());
    EXPECT_EQ(read(written.files,
                   "SELECT CAST(c0 AS VARCHAR), CAST(c1 AS VARCHAR), CAST(c2 AS VARCHAR), "
                   "CAST(c3 AS VARCHAR), c4 FROM scan_0 ORDER BY c0",
                   5),
              "1|1.25|2026-01-31|2026-01-31 23:59:59.123|a|\n"
              "3|NULL|NULL|NULL||\n"
              "5|1.00|NULL|NULL|NULL|\n"
              "NULL|NULL|NULL|NULL|NULL|\n");
    std::vector<std::string> lines;
    std::stringstream all(rejects());
    for (std::string line; std::getline(all, line);) lines.push_back(line);
    std::ranges::sort(lines);
    EXPECT_EQ(
        lines,
        (std::vector<std::string>{
            R"({"file":"s3://lake/a.csv","line":3,"column":"Id","reason":"not of the type bigint: \"x\"","raw":"x,1.25,2026-01-31,,b"})",
            R"({"file":"s3://lake/a.csv","line":5,"column":"day","reason":"not of the type date: \"2026-13-01\"","raw_base64":"NCwxLDIwMjYtMTMtMDEsLP8="})",
            R"({"file":"s3://lake/a.csv","line":7,"column":"name","reason":"the text is not UTF-8","raw_base64":"NiwxLDIwMjYtMDEtMDEsLP8="})",
            R"({"file":"s3://lake/b.csv","line":3,"column":"Id","reason":"not of the type bigint: \"9000000000000000000000\"","raw":"9000000000000000000000,,,,q\""})"}));
}

TEST_F(WriteTest, a_rejected_row_leaves_no_null_behind) {
    columns({{"a", type(TypeKind::bigint)}, {"b", type(TypeKind::bigint)}});
    made.source.files = {file("a", ",x\n1,2\n")};
    const auto written = write();
    EXPECT_EQ(written.rejected, 1U);
    EXPECT_EQ(read(written.files, "SELECT CAST(c0 AS VARCHAR), CAST(c1 AS VARCHAR) FROM scan_0", 2),
              "1|2|\n");
}

TEST_F(WriteTest, more_rejected_rows_than_allowed_fail_the_plan) {
    columns({{"a", type(TypeKind::bigint)}});
    made.rejects_max = 1;
    made.source.files = {file("a", "1\nx\ny\n")};
    const std::string message = failure();
    EXPECT_TRUE(message.contains("s3://lake/a: more than 1 rows do not fit")) << message;
    EXPECT_FALSE(fs::exists(made.rejects_path));
}

TEST_F(WriteTest, no_rows_give_no_file) {
    columns({{"a", type(TypeKind::bigint)}});
    made.source.files = {file("a", "x\n")};
    auto written = write();
    EXPECT_EQ(written.rejected, 1U);
    EXPECT_TRUE(written.files.empty());
    made.source.files.clear();
    written = write();
    EXPECT_EQ(written, plan::Written());
    EXPECT_TRUE(fs::is_empty(root / "out"));
}

TEST_F(WriteTest, reads_ranges_of_a_large_file_once_each_and_counts_its_lines) {
    columns({{"n", type(TypeKind::bigint)}, {"t", type(TypeKind::varchar)}});
    std::string content;
    std::int64_t rows = 0;
    // Lines of many lengths, two that span more than a range, and a bad one near the end.
    while (content.size() < (std::size_t{70} << 20)) {
        const auto filler = static_cast<std::size_t>(rows % 30'000 == 7 ? 17 << 20 : rows % 5000);
        content += std::to_string(rows++) + "," + std::string(filler, 'x') + "\n";
    }
    content += "bad,1\nlast";
    made.source.files = {file("large", content)};
    made.rejects_max = 1;
    auto written = session.write(made);
    ASSERT_FALSE(written);  // "last" is not a number either
    made.rejects_max = 2;
    written = session.write(made);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(written->rows, static_cast<std::uint64_t>(rows));
    EXPECT_EQ(written->rejected, 2U);
    EXPECT_TRUE(rejects().contains("\"line\":" + std::to_string(rows + 1) + ",")) << rejects();
    EXPECT_TRUE(rejects().contains("\"line\":" + std::to_string(rows + 2) + ",")) << rejects();
    EXPECT_EQ(read(written->files,
                   "SELECT CAST(count(*) AS VARCHAR), CAST(count(DISTINCT c0) AS VARCHAR), "
                   "CAST(sum(c0) AS VARCHAR) FROM scan_0",
                   3),
              std::to_string(rows) + "|" + std::to_string(rows) + "|" +
                  std::to_string(rows * (rows - 1) / 2) + "|\n");
    // The order of the lines is kept.
    EXPECT_EQ(read(written->files, "SELECT CAST(c0 AS VARCHAR) FROM scan_0 LIMIT 3", 1),
              "0|\n1|\n2|\n");
}

TEST_F(WriteTest, text_is_written_as_a_query_reads_it) {
    columns({{"i", type(TypeKind::integer)},
             {"d", type(TypeKind::double_)},
             {"b", type(TypeKind::boolean)},
             {"s", type(TypeKind::varchar)}});
    std::string content;
    for (int i = 0; i < 5000; ++i)
        content += std::to_string(i * 7919 % 5000) + "," + std::to_string(i / 3.0) + "," +
                   (i % 3 == 0   ? "TRUE"
                    : i % 3 == 1 ? "false"
                                 : "") +
                   ",\"it\"\\,s " + std::string(static_cast<std::size_t>(i % 7), 'z') + "\n";
    for (const auto format : {plan::Format::delimited, plan::Format::quoted}) {
        if (format == plan::Format::quoted) content.insert(0, "1,2,true,\"a \"\"b\"\", c\"\n");
        made.source.format = format;
        made.source.files = {file("a", content)};
        const auto written = write();
        EXPECT_EQ(written.rejected, 0U) << rejects();
        const std::string sql =
            "SELECT CAST(c0 AS VARCHAR), CAST(c1 AS VARCHAR), CAST(c2 AS VARCHAR), c3 FROM scan_0";
        const std::string from_files = read(written.files, sql, 4);
        EXPECT_EQ(std::ranges::count(from_files, '\n'), std::ranges::count(content, '\n'));
        if (format == plan::Format::delimited) {
            EXPECT_EQ(from_files, read_source(sql, 4));
        }
    }
}

TEST_F(WriteTest, json_keeps_the_names_of_nested_fields) {
    Type row = type(TypeKind::row);
    row.arguments = {type(TypeKind::bigint), type(TypeKind::varchar)};
    row.names = {"Count", "name"};
    Type list = type(TypeKind::array);
    list.arguments = {row};
    Type map = type(TypeKind::map);
    map.arguments = {type(TypeKind::varchar), row};
    columns({{"id", type(TypeKind::bigint)}, {"items", list}, {"by", map}});
    made.source.format = plan::Format::json;
    made.source.files = {file("a.json",
                              "{\"id\":1,\"items\":[{\"count\":2,\"name\":\"x\"},null]}\n"
                              "\n"
                              "{\"id\":2,\"by\":{\"k\":{\"count\":3}}}\n"
                              "{\"id\":3,\"items\":[{\"count\":\"no\"}]}\n"
                              "{\"id\":4,\n")};
    const auto written = write();
    EXPECT_EQ(written.rows, 2U);
    EXPECT_EQ(written.rejected, 2U);
    EXPECT_TRUE(rejects().contains("\"line\":4,\"column\":\"items\"")) << rejects();
    EXPECT_TRUE(rejects().contains("\"line\":5,\"reason\":\"the line is not a JSON object\""))
        << rejects();
    EXPECT_EQ(read(written.files,
                   "SELECT CAST(c0 AS VARCHAR), CAST(c1[1].f0 AS VARCHAR), CAST(len(c1) AS "
                   "VARCHAR), CAST(map_extract(c2, 'k')[1].f0 AS VARCHAR) FROM scan_0 ORDER BY c0",
                   4),
              "1|2|2|NULL|\n2|NULL|NULL|3|\n");
    // Written again, the fields are found by their names.
    made.source.format = plan::Format::parquet;
    made.source.files = {written_file(written.files[0])};
    made.target.file_name = "again";
    const auto again = write();
    EXPECT_EQ(again.rows, 2U);
    std::ifstream in(again.files[0].path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    EXPECT_TRUE(bytes.contains("Count"));
}

TEST_F(WriteTest, timestamps_have_the_form_that_is_asked_for) {
    columns({{"iso", type(TypeKind::timestamp)},
             {"us", type(TypeKind::timestamp)},
             {"day", type(TypeKind::date)}});
    made.forms = {
        {"iso", plan::TextForm::iso}, {"us", plan::TextForm::us}, {"day", plan::TextForm::us}};
    for (const auto format : {plan::Format::delimited, plan::Format::quoted}) {
        made.source.format = format;
        made.source.files = {file("a",
                                  "2026-01-31T10:00:00.5Z,01/31/2026 12:00:00 AM,01/31/2026\n"
                                  "2026-01-31 10:00:00,01/31/2026 11:59:59 PM,\n"
                                  "2026-01-31,13/31/2026 11:59:59 PM,\n"
                                  "2026-01-31,,01/31/2026 01:00:00 AM\n")};
        const auto written = write();
        EXPECT_EQ(written.rejected, 2U) << rejects();
        EXPECT_EQ(read(written.files,
                       "SELECT CAST(c0 AS VARCHAR), CAST(c1 AS VARCHAR), CAST(c2 AS VARCHAR) FROM "
                       "scan_0",
                       3),
                  "2026-01-31 10:00:00.5|2026-01-31 00:00:00|2026-01-31|\n"
                  "2026-01-31 10:00:00|2026-01-31 23:59:59|NULL|\n");
    }
}

TEST_F(WriteTest, files_end_at_their_size_and_rows_are_sorted) {
    columns({{"n", type(TypeKind::bigint)}, {"t", type(TypeKind::varchar)}});
    std::string content;
    for (int i = 0; i < 200'000; ++i)
        content +=
            std::to_string(i * 7919LL % 200'000) + "," + std::to_string(i * 31LL % 9973) + "\n";
    made.source.files = {file("a", content)};
    made.target.file_bytes = 200'000;
    made.target.row_group_rows = 20'480;
    made.target.sort = {{"n", true, false}};
    made.target.compression = plan::Compression::none;
    const auto written = write();
    EXPECT_GT(written.files.size(), 2U);
    EXPECT_EQ(written.rows, 200'000U);
    for (std::size_t i = 0; i < written.files.size(); ++i)
        EXPECT_TRUE(written.files[i].path.ends_with("part-" + std::to_string(i) + ".parquet"));
    EXPECT_EQ(read({written.files.front()}, "SELECT CAST(c0 AS VARCHAR) FROM scan_0 LIMIT 2", 1),
              "199999|\n199998|\n");
    EXPECT_EQ(std::distance(fs::directory_iterator(root / "out"), {}),
              static_cast<std::ptrdiff_t>(written.files.size()));
}

TEST_F(WriteTest, rows_of_equal_values_get_files_of_their_own) {
    columns({{"n", type(TypeKind::bigint)}, {"p", type(TypeKind::varchar)}});
    const std::vector<std::optional<std::string>> values{
        "a b", std::nullopt, "__HIVE_DEFAULT_PARTITION__", "null", "", "x/y=z%41", "\xc3\xbc"};
    std::string content;
    for (int i = 0; i < 70; ++i)
        content += std::to_string(i) + "," +
                   values[static_cast<std::size_t>(i % 7)].value_or("\\N") + "\n";
    made.source.files = {file("a", content)};
    made.target.partition_by = {"p"};
    const auto written = write();
    EXPECT_EQ(written.rows, 70U);
    ASSERT_EQ(written.files.size(), 7U);
    for (const auto& file : written.files) {
        EXPECT_EQ(file.rows, 10U);
        ASSERT_EQ(file.partition.size(), 1U);
        EXPECT_NE(std::ranges::find(values, file.partition[0]), values.end())
            << file.partition[0].value_or("NULL");
    }
}

TEST_F(WriteTest, parquet_files_of_other_types_are_merged_without_loss_or_not_at_all) {
    const auto parquet_of = [&](const std::string& name, Type of, const std::string& content) {
        made.source.format = plan::Format::delimited;
        columns({{"v", of}});
        made.source.files = {file(name, content)};
        made.target.file_name = name;
        const auto written = write();
        EXPECT_EQ(written.rejected, 0U);
        auto found = written_file(written.files.at(0));
        const std::string kept = root / (name + ".kept");
        fs::rename(written.files.at(0).path, kept);
        found.name = "s3://lake/" + name;
        found.extents[0].path = kept;
        return found;
    };
    const auto small = parquet_of("small", type(TypeKind::integer), "1\n2\n");
    const auto big = parquet_of("big", type(TypeKind::bigint), "9007199254740993\n");
    const auto fine = parquet_of("fine", type(TypeKind::decimal, 10, 4), "1.2345\n");
    const auto coarse = parquet_of("coarse", type(TypeKind::decimal, 10, 4), "1.2300\n");
    const auto text = parquet_of("text", type(TypeKind::varchar), "a\n");
    made.source.format = plan::Format::parquet;
    made.target.file_name = "merged";
    const auto merge = [&](Type to, std::vector<plan::File> files_) {
        columns({{"v", to}});
        made.source.files = std::move(files_);
        auto written = session.write(made);
        if (!written) {
            EXPECT_TRUE(fs::is_empty(root / "out"));
            return written.error().message;
        }
        return read(written->files, "SELECT CAST(c0 AS VARCHAR) FROM scan_0", 1);
    };
    EXPECT_EQ(merge(type(TypeKind::bigint), {small, big}), "1|\n2|\n9007199254740993|\n");
    EXPECT_EQ(merge(type(TypeKind::decimal, 10, 2), {coarse}), "1.23|\n");
    for (auto* file : {&small, &coarse}) EXPECT_TRUE(file->size > 0);
    fs::remove(root / "out/merged-0.parquet");
    std::string message = merge(type(TypeKind::double_), {small, big});
    EXPECT_TRUE(message.contains("s3://lake/big")) << message;
    message = merge(type(TypeKind::integer), {small, big});
    EXPECT_TRUE(message.contains("s3://lake/big")) << message;
    message = merge(type(TypeKind::decimal, 10, 2), {coarse, fine});
    EXPECT_TRUE(message.contains("s3://lake/fine")) << message;
    message = merge(type(TypeKind::bigint), {small, text});
    EXPECT_TRUE(message.contains("s3://lake/text")) << message;
    made.source.columns = {{"w", type(TypeKind::bigint)}};
    made.source.files = {small};
    message = failure();
    EXPECT_TRUE(message.contains("s3://lake/small has the column v")) << message;
    made.source.files = {file("no", "PAR1 this is not Parquet PAR1")};
    message = failure();
    EXPECT_TRUE(message.contains("s3://lake/no")) << message;
}

TEST_F(WriteTest, what_an_orc_file_cannot_be_is_refused_by_name) {
    columns({{"a", type(TypeKind::bigint)}});
    made.target.format = plan::FileFormat::orc;
    made.target.compression = plan::Compression::zstd;
    EXPECT_TRUE(failure().contains("ORC files are not written compressed by zstd"));
    made.target.compression = plan::Compression::gzip;
    made.target.file_bytes = 1000;
    EXPECT_TRUE(failure().contains("ORC files are not written cut by size"));
    made.target.file_bytes = 0;
    made.target.partition_by = {"a"};
    EXPECT_TRUE(failure().contains("ORC files are not written sorted into partitions"));
}

TEST_F(WriteTest, looking_says_which_types_the_texts_have) {
    plan::LookPlan look;
    look.memory_mib = 512;
    columns({{"whole", type(TypeKind::varchar)},
             {"zip", type(TypeKind::varchar)},
             {"real", type(TypeKind::varchar)},
             {"at", type(TypeKind::varchar)},
             {"us", type(TypeKind::varchar)},
             {"flag", type(TypeKind::varchar)},
             {"none", type(TypeKind::varchar)},
             {"typed", type(TypeKind::bigint)}});
    made.source.files = {file("a",
                              "1,60601,1.5,2026-01-31T10:00:00Z,01/31/2026 11:59:59 PM,true,,1\n"
                              "-20,00501,2,2026-01-31,02/01/2026 12:00:00 AM,FALSE,,2\n"
                              ",60601,1e3,2026-01-31 10:00:00.25,,,,3\n")};
    look.source = made.source;
    const auto looked = session.look(look);
    ASSERT_TRUE(looked) << looked.error().message;
    EXPECT_EQ(looked->rows, 3U);
    ASSERT_EQ(looked->columns.size(), 7U);
    const auto narrowest = [&](std::size_t column) {
        const plan::Fit* fit = looked->columns[column].narrowest();
        return fit == nullptr ? "" : fit->type + (fit->form == plan::TextForm::us ? " us" : "");
    };
    EXPECT_EQ(narrowest(0), "bigint");
    EXPECT_EQ(looked->columns[0].empty, 1U);
    EXPECT_EQ(narrowest(1), "");
    EXPECT_EQ(narrowest(2), "double");
    EXPECT_EQ(narrowest(3), "timestamp");
    EXPECT_EQ(narrowest(4), "timestamp us");
    EXPECT_EQ(narrowest(5), "boolean");
    EXPECT_EQ(narrowest(6), "");
    const auto& zip = looked->columns[1].fits;
    const auto bigint = std::ranges::find(zip, "bigint", &plan::Fit::type);
    EXPECT_EQ(bigint->misfits, 1U);
    EXPECT_EQ(bigint->example, "00501");
}

}  // namespace
}  // namespace freshet::duck
