// `freshet query "SELECT ..."`: runs a statement through the Athena API and prints its rows.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>

#include "aws/auth/signer.h"
#include "aws/client.h"
#include "aws/model/athena.h"
#include "base/text/json_text.h"
#include "cli/commands.h"
#include "cli/global_options.h"
#include "cli/run.h"

namespace freshet::cli {
namespace {

using namespace aws::athena;

constexpr Millis poll_every = 50ms;

struct Options {
    Place place;
    std::string sql, database = "default", output, format = "table";
};

using Cells = std::vector<std::optional<std::string>>;

/// Columns on a terminal: counts characters, not bytes.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool prints_bare(const std::string& type, const std::string& text) {
    static constexpr std::string_view numbers[] = {"tinyint", "smallint", "integer", "bigint",
                                                   "float",   "double",   "decimal", "boolean"};
    return std::ranges::find(numbers, type) != std::end(numbers) &&
           text.find('N') == std::string::npos && text.find('I') == std::string::npos;
}

void print_table(const std::vector<ColumnInfo>& columns, const std::vector<Cells>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& column : columns) widths.push_back(width_of(column.name));
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i].value_or("NULL")));
    }
    const auto line = [&](const auto& text_of) {
        std::string text;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::string cell = text_of(i);
            const std::string blanks(widths[i] - std::min(widths[i], width_of(cell)), ' ');
            const bool is_right = prints_bare(columns[i].type, "") && columns[i].type != "boolean";
            text += (i > 0 ? "  " : "") + (is_right ? blanks + cell : cell + blanks);
        }
        text.erase(text.find_last_not_of(' ') + 1);
        fmt::print("{}\n", text);
    };
    line([&](std::size_t i) { return columns[i].name; });
    line([&](std::size_t i) { return std::string(widths[i], '-'); });
    for (const auto& row : rows)
        line([&](std::size_t i) {
            return i < row.size() ? row[i].value_or("NULL") : std::string();
        });
    fmt::print("({} row{})\n", rows.size(), rows.size() == 1 ? "" : "s");
}

void print_csv(const std::vector<ColumnInfo>& columns, const std::vector<Cells>& rows) {
    const auto line = [](const Cells& cells) {
        std::string text;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i > 0) text += ',';
            if (!cells[i]) continue;
            text += '"';
            for (const char c : *cells[i])
                text += c == '"' ? std::string("\"\"") : std::string(1, c);
            text += '"';
        }
        fmt::print("{}\n", text);
    };
    Cells labels;
    for (const auto& column : columns) labels.emplace_back(column.name);
    line(labels);
    for (const auto& row : rows) line(row);
}

void print_json(const std::vector<ColumnInfo>& columns, const std::vector<Cells>& rows) {
    for (const auto& row : rows) {
        std::string text;
        for (std::size_t i = 0; i < columns.size() && i < row.size(); ++i) {
            const std::string value = !row[i]                                 ? "null"
                                      : prints_bare(columns[i].type, *row[i]) ? *row[i]
                                                                              : json_text(*row[i]);
            text += (i > 0 ? "," : "") + json_text(columns[i].name) + ":" + value;
        }
        fmt::print("{{{}}}\n", text);
    }
}

/// The error, and under the line that it names ("line 2:8: ...") a caret at the column.
void print_problem(const std::string& sql, const std::string& message) {
    report_problem(message);
    int number = 0, column = 0;
    const auto at = message.find("line ");
    if (at == std::string::npos ||
        std::sscanf(message.c_str() + at, "line %d:%d:", &number, &column) != 2 || number < 1 ||
        column < 1)
        return;
    std::size_t begin = 0;
    for (int left = number; left > 1 && begin != std::string::npos; --left) {
        begin = sql.find('\n', begin);
        if (begin != std::string::npos) ++begin;
    }
    if (begin == std::string::npos) return;
    const std::string line = sql.substr(begin, sql.find('\n', begin) - begin);
    fmt::print(
        stderr, "  {}\n  {}^\n", line,
        std::string(
            width_of(std::string_view(line).substr(0, static_cast<std::size_t>(column) - 1)), ' '));
}

class Asker {
  public:
    Asker(io::Core& core, const Options& options) : core_(core), options_(options) {}

    io::Task<void> run(int& status) {
        auto client = aws::Client::make(core_, options_.place.options());
        if (client) {
            co_await ask(**client);
        } else {
            problem_ = client.error().message();
        }
        if (!problem_.empty()) print_problem(options_.sql, problem_);
        status = problem_.empty() ? 0 : 1;
    }

  private:
    /// Makes the bucket for results that the Athena console makes for its users; that it is there
    /// already is as good.
    io::Task<std::string> results_bucket() {
        const aws::ClientOptions options = options_.place.options();
        const std::string bucket = "aws-athena-query-results-" + options.region;
        auto http = io::make_http_client(core_, options.endpoint);
        if (http) {
            io::ClientRequest request;
            request.method = "PUT";
            request.target = "/" + bucket;
            const std::string host = options.endpoint.substr(options.endpoint.find("//") + 2);
            request.headers.add("Host", host.substr(0, host.find('/')));
            aws::sign(request, options.credentials, options.region, "s3", core_.now());
            auto made = co_await (*http)->send(std::move(request), options.timeout);
            if (!made) problem_ = made.error().message();
        } else {
            problem_ = http.error().message();
        }
        co_return "s3://" + bucket + "/";
    }

    io::Task<void> ask(aws::Client& client) {
        StartQueryExecutionInput start;
        start.query_string = options_.sql;
        start.query_execution_context.emplace().database = options_.database;
        if (!options_.output.empty())
            start.result_configuration.emplace().output_location = options_.output;
        auto started = co_await client.call<StartQueryExecutionOp>(start);
        if (!started && options_.output.empty() &&
            started.error().message.starts_with("No output location")) {
            auto location = co_await results_bucket();
            start.result_configuration.emplace().output_location = location;
            started = co_await client.call<StartQueryExecutionOp>(start);
        }
        if (!started) {
            problem_ = started.error().message;
            co_return;
        }
        const std::string id = started->query_execution_id.value_or("");
        while (true) {
            auto found = co_await client.call<GetQueryExecutionOp>(GetQueryExecutionInput{id});
            if (!found) {
                problem_ = found.error().message;
                co_return;
            }
            const QueryExecutionStatus status = found->query_execution.value_or(QueryExecution())
                                                    .status.value_or(QueryExecutionStatus());
            const std::string state = status.state.value_or("");
            is_select_ = found->query_execution->statement_type.value_or("") == "DML";
            if (state == "SUCCEEDED") break;
            if (state == "FAILED" || state == "CANCELLED") {
                problem_ = status.state_change_reason.value_or(state);
                co_return;
            }
            co_await io::sleep_until(core_.now() + poll_every);
        }
        co_await fetch(client, id);
    }

    io::Task<void> fetch(aws::Client& client, std::string id) {
        GetQueryResultsInput input;
        input.query_execution_id = id;
        std::vector<Cells> rows;
        std::vector<ColumnInfo> columns;
        bool is_first = true;
        do {
            auto page = co_await client.call<GetQueryResultsOp>(input);
            if (!page) {
                problem_ = page.error().message;
                co_return;
            }
            const ResultSet set = page->result_set.value_or(ResultSet());
            if (set.result_set_metadata)
                columns = set.result_set_metadata->column_info.value_or(columns);
            for (const auto& row : set.rows.value_or(std::vector<Row>())) {
                Cells cells;
                for (const auto& datum : row.data.value_or(std::vector<Datum>()))
                    cells.push_back(datum.var_char_value);
                if (!(is_select_ && std::exchange(is_first, false)))
                    rows.push_back(std::move(cells));
            }
            input.next_token = page->next_token;
        } while (input.next_token);
        if (!is_select_) {
            for (const auto& row : rows) fmt::print("{}\n", row.empty() ? "" : row[0].value_or(""));
        } else if (options_.format == "csv") {
            print_csv(columns, rows);
        } else if (options_.format == "json") {
            print_json(columns, rows);
        } else {
            print_table(columns, rows);
        }
    }

    io::Core& core_;
    const Options& options_;
    std::string problem_;
    bool is_select_ = false;
};

}  // namespace

void add_query(CLI::App& app, GlobalOptions& global) {
    auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("query", "Run a statement of Athena's SQL and print its rows");
    command->add_option("SQL", options->sql, "The statement")->required()->type_name("");
    command->add_option("--database", options->database, "Database of names without one")
        ->type_name("NAME")
        ->capture_default_str();
    add_place(*command, global.place);
    add_json(*command, global.wants_json);
    command
        ->add_option("--output", options->output,
                     "Where the result object goes; the work group's, or "
                     "s3://aws-athena-query-results-REGION/, when not given")
        ->type_name("URL");
    command->add_option("--format", options->format, "How rows are printed")
        ->check(CLI::IsMember({"table", "csv", "json"}))
        ->type_name("FORM")
        ->capture_default_str();
    on_chosen(*command, global, [options, &global] {
        options->place = global.place;
        if (global.wants_json) options->format = "json";
        return run_command<Asker>(*options);
    });
}

}  // namespace freshet::cli
