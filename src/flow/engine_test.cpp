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
                                                    bool is_piecemeal) {
    std::map<std::string, std::vector<std::string>> lines;
    const Timestamp started = from_epoch_ms(time_of("00:00:00"));
    auto engine = std::make_unique<Engine>(program, started);
    for (const Event& event : test.events) {
        if (event.is_bound)
            engine->on_time(from_epoch_ms(event.ms));
        else
            engine->feed(0, {Bytes::copy(event.payload), from_epoch_ms(event.ms),
                             "shardId-000000000000", "key", "49"});
        if (!is_piecemeal) continue;
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
    std::atomic<bool> is_stopped = false;
    EXPECT_TRUE(Engine(program, {}).load(saved, &is_stopped));
    is_stopped = true;
    EXPECT_FALSE(Engine(program, {}).load(saved, &is_stopped));
    for (std::size_t i = 0; i < saved.size(); ++i) {
        std::string bent = saved;
        bent[i] = static_cast<char>(bent[i] ^ 1);
        EXPECT_FALSE(Engine(program, {}).load(bent)) << i;
        EXPECT_FALSE(Engine(program, {}).load(saved.substr(0, i))) << i;
    }
    const auto other = *Program::compile(code + " ", {input});
    EXPECT_FALSE(Engine(other, {}).load(saved));
}

TEST(Engine, a_row_that_failed_is_shown_with_columns_that_nothing_else_reads) {
    const InputStream input{"SOURCE_SQL_STREAM_001",
                            {{},
                             {{"A", {record::Kind::varchar, 8, 0}, false, ""},
                              {"B", {record::Kind::varchar, 8, 0}, false, ""}}}};
    Engine engine(*Program::compile("CREATE STREAM D (N INTEGER); CREATE PUMP P AS INSERT INTO D "
                                    "SELECT STREAM CAST(A AS INTEGER) FROM "
                                    "\"SOURCE_SQL_STREAM_001\";",
                                    {input}),
                  {});
    engine.feed(0, {Bytes::literal("x,y"), from_epoch_ms(1000), "shard", "key", "49"});
    const auto all = engine.take();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(record::to_text(all[0].rows.columns[5], 0),
              record::hex_text("x,y,1970-01-01 00:00:01.000,shard,key,49"));
}

TEST(Engine, a_program_reads_the_hidden_columns_that_it_names) {
    const InputStream input{"SOURCE_SQL_STREAM_001",
                            {{}, {{"A", {record::Kind::varchar, 8, 0}, false, ""}}}};
    const std::string begin =
                          "CREATE STREAM D (T VARCHAR(200)); CREATE PUMP P AS INSERT INTO D "
                          "SELECT STREAM S.",
                      end = " FROM \"SOURCE_SQL_STREAM_001\" AS S;";
    EXPECT_FALSE((*Program::compile(begin + "A" + end, {input}))->reads_sequence_numbers());
    const auto program = *Program::compile(begin + "SEQUENCE_NUMBER" + end, {input});
    EXPECT_TRUE(program->reads_sequence_numbers());
    Engine engine(program, {});
    engine.feed(0, {Bytes::literal("x"), from_epoch_ms(1000), "shard", "key", "49"});
    const auto all = engine.take();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(record::to_text(all[0].rows.columns[0], 0), "49");
}

// --- what a small input may cost

/// A stream D with the column A of the input.
std::shared_ptr<const Program> copy_of_a(const std::vector<record::Column>& columns, bool is_json,
                                         const std::string& type) {
    InputStream input{"SOURCE_SQL_STREAM_001", {}};
    input.schema.format.is_json = is_json;
    input.schema.columns = columns;
    auto program = Program::compile("CREATE STREAM D (A " + type +
                                        "); CREATE PUMP P AS INSERT INTO D SELECT STREAM A FROM "
                                        "\"SOURCE_SQL_STREAM_001\";",
                                    {input});
    EXPECT_TRUE(program) << (program ? "" : program.error().message());
    return *program;
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    while (times-- > 0) all += text;
    return all;
}

void feed(Engine& engine, std::string payload) {
    engine.feed(0, {Bytes::own(std::move(payload)), from_epoch_ms(1000), "s", "k", "1"});
}

/// Memory that the rows of an answer hold at least.
std::size_t bytes_of(const std::vector<Emitted>& all) {
    std::size_t bytes = 0;
    for (const Emitted& one : all) {
        bytes += one.rows.rows() * one.rows.columns.size() * 17;
        for (const record::Vector& column : one.rows.columns) {
            for (const std::string_view text : column.texts) bytes += text.size();
        }
    }
    return bytes;
}

const std::vector<record::Column> integer_a{{"A", {record::Kind::integer, 0, 0}, false, ""}};

TEST(EngineCost, failed_rows_are_bounded_and_the_rest_is_counted) {
    Engine engine(copy_of_a(integer_a, false, "INTEGER"), {});
    for (int i = 0; i < 3; ++i) feed(engine, repeated("x\n", 100'000));
    EXPECT_EQ(engine.rows_in(), 300'000u);
    auto all = engine.take();
    ASSERT_EQ(all.size(), 1u);
    const std::size_t rows = all[0].rows.rows();
    EXPECT_GT(rows, 8192u);
    EXPECT_EQ(rows - 1 + all[0].left_out, 300'000u);
    EXPECT_LT(bytes_of(all), 8u << 20);
    EXPECT_EQ(record::to_text(all[0].rows.columns[3], rows - 1),
              fmt::format("{} more rows failed and are not told one by one; the first of them: "
                          "column A: 'x' is not a value of INTEGER",
                          all[0].left_out));
    feed(engine, "y\n");
    all = engine.take();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].rows.rows(), 1u) << "counting begins anew";
}

TEST(EngineCost, failed_rows_of_many_bytes_are_bounded_by_their_bytes) {
    Engine engine(copy_of_a(integer_a, false, "INTEGER"), {});
    for (int i = 0; i < 1000; ++i) feed(engine, std::string(30'000, 'x') + "\n");
    const auto all = engine.take();
    EXPECT_LT(bytes_of(all), 10u << 20);
    EXPECT_EQ(all[0].rows.rows() - 1 + all[0].left_out, 1000u);
}

TEST(EngineCost, a_record_of_empty_documents_into_a_thousand_columns_is_cut) {
    std::vector<record::Column> columns;
    for (int i = 0; i < 1000; ++i)
        columns.push_back(
            {i ? fmt::format("C{}", i) : "A", {record::Kind::varchar, 9, 0}, false, ""});
    Engine engine(copy_of_a(columns, true, "VARCHAR(9)"), {});
    feed(engine, repeated("{}", 20'000));
    const auto all = engine.take();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_GT(all[0].rows.rows(), 3000u);
    EXPECT_LT(all[0].rows.rows(), 10'000u);
    EXPECT_TRUE(
        record::to_text(all[1].rows.columns[3], 0).starts_with("the record makes more than"))
        << record::to_text(all[1].rows.columns[3], 0);
}

TEST(EngineCost, blanks_of_wide_columns_are_bounded) {
    const std::vector<record::Column> wide{
        {"A", {record::Kind::character, 65'535, 0}, false, "$.A"}};
    Engine engine(copy_of_a(wide, true, "CHAR(65535)"), {});
    feed(engine, repeated("{\"A\":\"\"}\n", 10'000));
    EXPECT_TRUE(engine.is_full());
    EXPECT_LT(bytes_of(engine.take()), 256u << 20);
}

TEST(EngineCost, a_text_beside_an_array_counts_for_each_element) {
    const std::vector<record::Column> columns{
        {"A", {record::Kind::varchar, 10'000, 0}, false, "$.a"},
        {"N", {record::Kind::integer, 0, 0}, false, "$.l[0:].n"}};
    Engine engine(copy_of_a(columns, true, "VARCHAR(10000)"), {});
    const auto document = [](std::size_t elements) {
        return "{\"a\":\"" + std::string(10'000, 'x') + "\",\"l\":[" +
               repeated("{\"n\":1},", elements - 1) + "{\"n\":2}]}";
    };
    feed(engine, document(100));
    feed(engine, document(10'000));
    const auto all = engine.take();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].rows.rows(), 100u);
    ASSERT_EQ(all[1].rows.rows(), 1u);
    EXPECT_EQ(record::to_text(all[1].rows.columns[3], 0),
              "the document makes more than 64 MiB of rows");
}

TEST(EngineCost, a_batch_is_full_behind_many_rows) {
    const std::vector<record::Column> text{{"A", {record::Kind::varchar, 9, 0}, false, ""}};
    Engine engine(copy_of_a(text, false, "VARCHAR(9)"), {});
    feed(engine, repeated("x\n", 1000));
    EXPECT_FALSE(engine.is_full());
    feed(engine, repeated("x\n", 100'000));
    EXPECT_TRUE(engine.is_full());
    const auto all = engine.take();
    EXPECT_EQ(all[0].rows.rows(), 101'000u);
    EXPECT_FALSE(engine.is_full());
}

TEST(EngineCost, documents_that_never_close_take_no_time) {
    Engine engine(copy_of_a(integer_a, true, "INTEGER"), {});
    feed(engine, repeated("{\n", 200'000) + "{\"A\":1}\n");
    const auto all = engine.take();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].rows.rows(), 1u);
    EXPECT_EQ(engine.rows_in(), 200'001u);
}

TEST(EngineCost, an_array_of_many_elements_takes_no_time) {
    const std::vector<record::Column> columns{
        {"A", {record::Kind::integer, 0, 0}, false, "$.l[0:].n"}};
    Engine engine(copy_of_a(columns, true, "INTEGER"), {});
    feed(engine, "{\"l\":[" + repeated("{\"n\":1},", 50'000) + "{\"n\":2}]}");
    EXPECT_EQ(engine.take()[0].rows.rows(), 50'001u);
}

TEST(EngineCost, windows_of_one_row_each_cost_little) {
    Engine engine(*Program::compile("CREATE STREAM D (ITEM VARCHAR(8), N BIGINT);"
                                    "CREATE PUMP P AS INSERT INTO D SELECT STREAM * FROM TABLE("
                                    "TOP_K_ITEMS_TUMBLING(CURSOR(SELECT STREAM A FROM "
                                    "\"SOURCE_SQL_STREAM_001\"), 'A', 3, 1));",
                                    {{"SOURCE_SQL_STREAM_001",
                                      {{}, {{"A", {record::Kind::varchar, 8, 0}, false, ""}}}}}),
                  {});
    // 64 KiB for each would be 320 MB, more than a test may take.
    for (int i = 0; i < 5'000; ++i)
        engine.feed(0, {Bytes::literal("x"), from_epoch_ms(i * 1000), "", "", ""});
    EXPECT_EQ(engine.take()[0].rows.rows(), 4'999u);
}

}  // namespace
}  // namespace freshet::flow
