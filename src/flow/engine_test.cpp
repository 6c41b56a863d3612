// The golden tests of tests/streaming: each case is a schema, the code, rows with their times, and
// what comes out. Every case also runs cut into single records with a save and a load between them:
// the output must be the same.
#include "flow/engine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "record/decode.h"
#include "record/text.h"
#include "sql/streaming/tree.h"

namespace freshet::flow {
namespace {

struct Event {
    std::int64_t ms = 0;
    bool is_bound = false;
    std::string payload;
};

struct Case {
    std::string file, name, columns, code, error;
    bool is_json = false;
    std::vector<Event> events;
    std::map<std::string, std::vector<std::string>> expected;  ///< by stream: "time row"
};

std::int64_t time_of(const std::string& text) {
    return *record::parse_timestamp("2024-01-01 " + text);
}

/// A backslash and n in a row is a newline in its record.
std::string unescaped(std::string text) {
    for (std::size_t at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at))
        text.replace(at, 2, "\n");
    return text;
}

std::vector<Case> read_cases(const std::filesystem::path& path) {
    std::vector<Case> cases;
    std::ifstream file(path);
    std::string line, section, stream;
    while (std::getline(file, line)) {
        if (line.starts_with("#") || (line.empty() && section != "code")) continue;
        const std::size_t space = line.find(' ');
        const std::string word = line.substr(0, space),
                          rest = space == std::string::npos ? "" : line.substr(space + 1);
        if (word == "case") {
            cases.push_back({path.filename(), rest, "", "", "", false, {}, {}});
            section.clear();
        } else if (word == "columns") {
            cases.back().columns = rest;
        } else if (word == "json") {
            cases.back().is_json = true;
        } else if (word == "error") {
            cases.back().error = rest;
        } else if (word == "code" || word == "rows") {
            section = word;
        } else if (word == "expect") {
            section = word;
            stream = rest;
        } else if (section == "code") {
            cases.back().code += line + "\n";
        } else if (section == "rows") {
            const bool is_bound = word == "bound";
            cases.back().events.push_back(
                {time_of(is_bound ? rest : word), is_bound, is_bound ? "" : unescaped(rest)});
        } else {
            cases.back().expected[stream].push_back(line);
        }
    }
    return cases;
}

InputStream input_of(const Case& test) {
    InputStream input{"SOURCE_SQL_STREAM_001", {}};
    input.schema.format.is_json = test.is_json;
    const auto script = sql::streaming::parse_script("CREATE STREAM S (" + test.columns + ")");
    EXPECT_TRUE(script) << (script ? "" : script.error().text());
    input.schema.columns = script->streams[0].columns;
    return input;
}

void take_into(Engine& engine, std::map<std::string, std::vector<std::string>>& lines) {
    for (const Emitted& emitted : engine.take()) {
        for (std::size_t row = 0; row < emitted.rows.rows(); ++row) {
            std::string text;
            if (emitted.stream == error_stream)
                text = record::to_text(emitted.rows.columns[3], row) + "\n";
            else
                record::encode_row(record::RowFormat::csv, emitted.columns, emitted.rows, row,
                                   text);
            lines[emitted.stream].push_back(
                fmt::format("{} {}", record::time_text(emitted.rows.rowtimes[row]).substr(0, 8),
                            text.substr(0, text.size() - 1)));
        }
    }
}

std::map<std::string, std::vector<std::string>> run(const Case& test,
                                                    const std::shared_ptr<const Program>& program,
                                                    bool piecemeal) {
    std::map<std::string, std::vector<std::string>> lines;
    const Timestamp started = from_epoch_ms(time_of("00:00:00"));
    auto engine = std::make_unique<Engine>(program, started);
    for (const Event& event : test.events) {
        if (event.is_bound)
            engine->on_time(from_epoch_ms(event.ms));
        else
            engine->feed(0, {Bytes::copy(event.payload), from_epoch_ms(event.ms),
                             "shardId-000000000000", "key", "49"});
        if (!piecemeal) continue;
        take_into(*engine, lines);
        const std::string saved = engine->save();
        engine = std::make_unique<Engine>(program, started);
        const auto loaded = engine->load(saved);
        EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().message());
    }
    take_into(*engine, lines);
    return lines;
}

void check(const Case& test) {
    SCOPED_TRACE(test.file + ": " + test.name);
    const auto program = Program::compile(test.code, {input_of(test)});
    if (!test.error.empty()) {
        ASSERT_FALSE(program);
        EXPECT_EQ(program.error().message(), test.error);
        return;
    }
    ASSERT_TRUE(program) << program.error().message();
    EXPECT_EQ(run(test, *program, false), test.expected);
    EXPECT_EQ(run(test, *program, true), test.expected) << "cut into single records";
}

TEST(Engine, golden_cases_of_tests_streaming) {
    int cases = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(FRESHET_SOURCE_DIR "/tests/streaming")) {
        if (entry.path().extension() != ".test") continue;
        for (const Case& test : read_cases(entry.path())) {
            check(test);
            ++cases;
        }
    }
    EXPECT_GT(cases, 20);
}

TEST(Engine, a_damaged_or_foreign_state_is_refused) {
    const std::string code =
        "CREATE STREAM D (ITEM VARCHAR(8), N BIGINT);"
        "CREATE PUMP P AS INSERT INTO D SELECT STREAM * FROM "
        "TABLE(TOP_K_ITEMS_TUMBLING(CURSOR(SELECT STREAM A FROM \"SOURCE_SQL_STREAM_001\"), 'A', "
        "3, 60));";
    const InputStream input{"SOURCE_SQL_STREAM_001",
                            {{}, {{"A", {record::Kind::varchar, 8, 0}, false, ""}}}};
    const auto program = *Program::compile(code, {input});
    Engine engine(program, {});
    for (int i = 0; i < 20; ++i)
        engine.feed(0, {Bytes::own(fmt::format("v{}", i % 7)), from_epoch_ms(1000), "", "", ""});
    engine.take();
    const std::string saved = engine.save();
    EXPECT_TRUE(Engine(program, {}).load(saved));
    for (std::size_t i = 0; i < saved.size(); ++i) {
        std::string bent = saved;
        bent[i] = static_cast<char>(bent[i] ^ 1);
        EXPECT_FALSE(Engine(program, {}).load(bent)) << i;
        EXPECT_FALSE(Engine(program, {}).load(saved.substr(0, i))) << i;
    }
    const auto other = *Program::compile(code + " ", {input});
    EXPECT_FALSE(Engine(other, {}).load(saved));
}

}  // namespace
}  // namespace freshet::flow
