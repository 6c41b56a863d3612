// Which rows are written and which are rejected, wherever they lie: lines are read some hundred at
// a time, into chunks of 2,048 rows.
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "duck/session.h"

namespace freshet::duck {
namespace {

namespace fs = std::filesystem;
namespace plan = sql::plan;
using sql::trino::TypeKind;

std::string gzipped(const std::string& text) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string made(deflateBound(&stream, text.size()), '\0');
    std::string input = text;
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(made.data());
    stream.avail_out = static_cast<uInt>(made.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    made.resize(stream.total_out);
    deflateEnd(&stream);
    return made;
}

/// Rows of (n bigint, flag boolean, real double, text varchar), some of them bad.
struct RejectsTest : testing::Test {
    static constexpr int rows_of_file = 5000;

    RejectsTest()
        : root(fs::temp_directory_path() /
               ("freshet-rejects-" + std::to_string(::getpid()) + "-" +
                testing::UnitTest::GetInstance()->current_test_info()->name())) {
        fs::remove_all(root);
        fs::create_directories(root / "out");
        made.target.directory = root / "out";
        made.target.file_name = "part";
        made.rejects_path = root / "rejects";
        made.rejects_max = 1'000'000;
        made.memory_mib = 512;
        made.source.partitions = {{}};
        made.source.properties = {{"field.delim", ","}};
        add_column("n", TypeKind::bigint);
        add_column("flag", TypeKind::boolean);
        add_column("real", TypeKind::double_);
        add_column("text", TypeKind::varchar);
    }
    ~RejectsTest() override { fs::remove_all(root); }

    void add_column(const std::string& name, TypeKind kind) {
        sql::trino::Type type;
        type.kind = kind;
        made.source.columns.push_back({name, type});
    }
    void add_file(const std::string& name, const std::string& content) {
        const std::string path = root / std::to_string(made.source.files.size());
        std::ofstream(path, std::ios::binary) << content;
        made.source.files.push_back(
            {"s3://lake/" + name, content.size(), 0, {{path, 0, content.size(), ""}}});
    }
    plan::Written write() {
        auto written = session.write(made);
        EXPECT_TRUE(written) << written.error().message;
        return written.value_or(plan::Written());
    }
    /// All rows of the files that were written, in the order of n.
    std::vector<std::string> rows_of(const plan::Written& written) {
        plan::QueryPlan query;
        query.sql =
            "SELECT CAST(c0 AS VARCHAR), CAST(c1 AS VARCHAR), CAST(c2 AS VARCHAR), c3 FROM scan_0 "
            "ORDER BY c0";
        query.columns.resize(4, made.source.columns[3].type);
        query.memory_mib = 512;
        plan::ScanPlan scan;
        scan.format = plan::Format::parquet;
        scan.partitions = {{}};
        scan.columns = made.source.columns;
        for (const auto& file : written.files)
            scan.files.push_back(
                {"s3://lake/" + file.path, file.bytes, 0, {{file.path, 0, file.bytes, ""}}});
        query.scans = {scan};
        std::vector<std::string> all;
        const auto answer = session.run(query, [&](std::vector<plan::Cells> rows) {
            for (const auto& row : rows) {
                std::string& text = all.emplace_back();
                for (const auto& cell : row) text += cell.value_or("NULL") + "|";
            }
            return true;
        });
        EXPECT_TRUE(answer) << answer.error().message;
        return all;
    }
    /// "FILE LINE COLUMN" of each rejected row.
    std::multiset<std::string> rejected() const {
        std::multiset<std::string> all;
        std::ifstream in(made.rejects_path);
        for (std::string line; std::getline(in, line);) {
            const auto value = [&](const std::string& name) {
                const auto at = line.find("\"" + name + "\":");
                EXPECT_NE(at, std::string::npos) << line;
                std::string text =
                    line.substr(at + name.size() + 3, line.find(',', at) - at - name.size() - 3);
                std::erase(text, '"');
                return text;
            };
            all.insert(value("file") + " " + value("line") + " " + value("column"));
        }
        return all;
    }

    fs::path root;
    plan::WritePlan made;
    Session session{"", 512};
};

/// The first, middle and last rows of chunks and of what is read at once.
const std::set<int>& bad_rows() {
    static const std::set<int> rows{0,    1,    2,    128,  255,  256,  257,  1000, 2046,
                                    2047, 2048, 2049, 4095, 4096, 4097, 4998, 4999};
    return rows;
}

struct Lines {
    std::string content;
    std::vector<std::string> rows;        ///< as rows_of() shows them
    std::multiset<std::string> rejected;  ///< as rejected() does
};

/// Of the row `n`: every third flag and every fifth number are NULL, so that a rejected row beside
/// them would be seen. A bad row is bad in each of its first three columns by turns.
Lines lines_of(const std::string& name, int first, plan::Format format, bool has_bad) {
    Lines made;
    for (int i = 0; i < RejectsTest::rows_of_file; ++i) {
        const int n = first + i;
        const bool is_bad = has_bad && bad_rows().contains(i);
        const bool is_flag_null = n % 3 == 0, is_real_null = n % 5 == 0;
        std::string number = std::to_string(n), flag = is_flag_null ? "" : "true",
                    real = is_real_null ? "" : std::to_string(n) + ".5";
        const std::string long_text =
            "row " + number + std::string(static_cast<std::size_t>(n % 40), 'x');
        if (is_bad) (i % 3 == 0 ? number : i % 3 == 1 ? flag : real) = "bad";
        if (is_bad && i % 2 == 0) real = "bad";  // two: the first one is named
        std::string text = long_text;
        if (format == plan::Format::quoted) {
            text += ", \"quoted\"";
            made.content +=
                number + ",\"" + flag + "\"," + real + ",\"" + long_text + ", \"\"quoted\"\"\"\n";
        } else if (format == plan::Format::json) {
            const auto member = [](const char* key, const std::string& value) {
                const bool is_text = value == "bad";
                return value.empty() ? std::string()
                                     : "\"" + std::string(key) + "\":" + (is_text ? "\"" : "") +
                                           value + (is_text ? "\"" : "") + ",";
            };
            made.content += "{" + member("n", number) + member("flag", flag) +
                            member("real", real) + "\"text\":\"" + long_text + "\"}\n";
        } else {
            made.content += number + "," + flag + "," + real + "," + text + "\n";
        }
        if (is_bad) {
            const std::string column = i % 3 == 0 ? "n" : i % 3 == 1 ? "flag" : "real";
            made.rejected.insert("s3://lake/" + name + " " + std::to_string(i + 1) + " " + column);
            continue;
        }
        made.rows.push_back(number + "|" + (is_flag_null ? "NULL" : "true") + "|" +
                            (is_real_null ? "NULL" : real) + "|" + text + "|");
    }
    return made;
}

TEST_F(RejectsTest, bad_rows_of_any_place_are_rejected_and_no_other) {
    for (const auto format : {plan::Format::delimited, plan::Format::quoted, plan::Format::json}) {
        made.source.format = format;
        made.source.files.clear();
        std::vector<std::string> rows;
        std::multiset<std::string> rejects;
        const std::vector<std::string> names{"a", "b.gz", "c", "d"};
        for (std::size_t file = 0; file < names.size(); ++file) {
            const bool has_bad = names[file] != "c";
            Lines lines =
                lines_of(names[file], static_cast<int>(file) * rows_of_file, format, has_bad);
            rows.insert(rows.end(), lines.rows.begin(), lines.rows.end());
            rejects.merge(lines.rejected);
            if (names[file] == "d") lines.content.pop_back();  // the last line break is missing
            add_file(names[file], names[file] == "b.gz" ? gzipped(lines.content) : lines.content);
        }
        const auto written = write();
        EXPECT_EQ(written.rows, rows.size());
        EXPECT_EQ(written.rejected, rejects.size());
        EXPECT_EQ(rows_of(written), rows);
        EXPECT_EQ(rejected(), rejects);
    }
}

TEST_F(RejectsTest, a_file_of_bad_rows_alone_gives_none) {
    std::string content;
    for (int i = 0; i < 3000; ++i) content += "bad,true,1,text\n";
    add_file("a", content);
    const auto written = write();
    EXPECT_EQ(written.rejected, 3000U);
    EXPECT_TRUE(written.files.empty());
}

TEST_F(RejectsTest, texts_are_kept_byte_for_byte) {
    made.source.properties["escape.delim"] = "\\";
    std::string content;
    std::vector<std::string> rows;
    for (int i = 0; i < 3000; ++i) {
        // Short and long texts, escapes, empty ones, letters of several bytes.
        const std::string text = std::string(static_cast<std::size_t>(i % 30), 'a') +
                                 (i % 7 == 0 ? "\xc3\xbc" : "") + (i % 5 == 0 ? "," : "");
        std::string escaped;
        for (const char c : text) escaped += c == ',' ? "\\," : std::string(1, c);
        const std::string number = std::to_string(10'000 + i);
        content += number + ",,," + (i % 11 == 0 ? "\\N" : escaped) + "\n";
        rows.push_back(number + "|NULL|NULL|" + (i % 11 == 0 ? "NULL" : text) + "|");
    }
    content += "13000,,,\xc3\n13001,,,ok\n";
    rows.emplace_back("13001|NULL|NULL|ok|");
    add_file("a", content);
    const auto written = write();
    EXPECT_EQ(rows_of(written), rows);
    EXPECT_EQ(rejected(), (std::multiset<std::string>{"s3://lake/a 3001 text"}));
}

}  // namespace
}  // namespace freshet::duck
