// Runs tests/sql/*.test through the analyser and the engine. A file has tables and queries:
//   table NAME FORMAT column type, ... [; key=value ...]     then lines of data, then ----
//   query                                                    then SQL, ----, rows with tabs, an
//   empty line error                                                    then SQL, ----, a part of
//   the error
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "duck/session.h"
#include "sql/trino/analyzer.h"
#include "sql/trino/parse/parser.h"

namespace freshet::duck {
namespace {

namespace trino = sql::trino;
namespace plan = sql::plan;

struct Table {
    trino::TableInfo info;
    plan::ScanPlan scan;
};

class Runner {
  public:
    Runner() : session_("", 512) {}

    void file(const std::string& path) {
        std::ifstream in(path);
        std::string line;
        while (std::getline(in, line)) {
            ++line_;
            if (line.empty() || line[0] == '#') continue;
            const int at = line_;
            if (line.starts_with("table ")) {
                table(line.substr(6), block(in));
            } else {
                const std::string sql = block(in);
                const std::string wanted = block(in, true);
                const std::string got = run(sql);
                if (line == "query") {
                    EXPECT_EQ(got, wanted) << path << ":" << at << ": " << sql;
                } else {
                    EXPECT_NE(got.find(wanted.substr(0, wanted.size() - 1)), std::string::npos)
                        << path << ":" << at << ": " << sql << " gave " << got;
                    EXPECT_TRUE(got.starts_with("error ")) << path << ":" << at;
                }
            }
        }
    }

  private:
    std::string block(std::ifstream& in, bool ends_at_blank = false) {
        std::string text, line;
        while (std::getline(in, line)) {
            ++line_;
            if (ends_at_blank ? line.empty() : line == "----") break;
            text += line + "\n";
        }
        return text;
    }
    void table(const std::string& head, const std::string& data) {
        const auto blank = head.find(' '), next = head.find(' ', blank + 1);
        Table made;
        made.info.database = "default";
        made.info.name = head.substr(0, blank);
        const std::string format = head.substr(blank + 1, next - blank - 1);
        made.scan.format = format == "json"     ? plan::Format::json
                           : format == "quoted" ? plan::Format::quoted
                                                : plan::Format::delimited;
        std::string columns = head.substr(next + 1), properties;
        if (const auto semicolon = columns.find(';'); semicolon != std::string::npos) {
            properties = columns.substr(semicolon + 1);
            columns.resize(semicolon);
        }
        std::stringstream list(columns), pairs(properties);
        std::string part;
        while (std::getline(list, part, '|')) {
            std::stringstream words(part);
            std::string name, type;
            words >> name >> type;
            const auto parsed = trino::parse_hive_type(type);
            ASSERT_TRUE(parsed) << type;
            made.info.columns.push_back({name, *parsed, false});
            made.scan.columns.push_back({name, *parsed, false, true});
        }
        while (pairs >> part)
            made.scan.properties[part.substr(0, part.find('='))] = part.substr(part.find('=') + 1);
        const std::string path =
            testing::TempDir() + "sql_" + made.info.name + "_" + std::to_string(::getpid());
        std::ofstream("" + path) << "###" << data;
        made.scan.partitions.emplace_back();
        made.scan.files.push_back({made.info.name, data.size(), 0, {{path, 3, data.size()}}});
        tables_["default." + made.info.name] = std::move(made);
    }
    std::string run(const std::string& sql) {
        auto statement = trino::parse_statement(sql);
        if (!statement) return "error " + statement.error().text();
        trino::TableMap map;
        for (const auto& [key, table] : tables_) map[key] = table.info;
        trino::Context context;
        context.now_ms = 1'600'000'000'123;
        auto analyzed = trino::analyze(*statement->query, map, context);
        if (!analyzed)
            return "error " + std::string(name_of(analyzed.error().code)) + " " +
                   analyzed.error().text();
        plan::QueryPlan query;
        query.sql = analyzed->sql;
        for (const auto& column : analyzed->columns) query.columns.push_back(column.type);
        for (const auto& scan : analyzed->scans) {
            query.scans.push_back(tables_.at(scan.table).scan);
            query.scans.back().view = static_cast<std::uint32_t>(query.scans.size() - 1);
        }
        std::string text;
        const auto done = session_.run(query, [&](std::vector<plan::Cells> rows) {
            for (const auto& row : rows) {
                for (std::size_t i = 0; i < row.size(); ++i)
                    text += (i > 0 ? "\t" : "") + row[i].value_or("NULL");
                text += "\n";
            }
            return true;
        });
        if (!done)
            return "error " + std::string(name_of(done.error().code)) + " " + done.error().message +
                   "\n   " + analyzed->sql;
        return text;
    }

    Session session_;
    std::map<std::string, Table> tables_;
    int line_ = 0;
};

TEST(SqlFiles, each_answers_what_it_says) {
    for (const auto& entry : std::filesystem::directory_iterator(FRESHET_SOURCE_DIR "/tests/sql")) {
        if (entry.path().extension() == ".test") Runner().file(entry.path());
    }
}

}  // namespace
}  // namespace freshet::duck
