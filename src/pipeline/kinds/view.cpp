// Views: made by CREATE OR REPLACE VIEW, as Athena's users make them, and read back from the
// catalog.
#include <fmt/format.h>

#include "aws/model/athena.h"
#include "aws/model/glue.h"
#include "base/crypto/digest.h"
#include "pipeline/resource.h"
#include "sql/trino/parse/parser.h"

namespace freshet::pipeline {
namespace {

using namespace aws::athena;
namespace glue = aws::glue;

/// The SQL in "/* Presto View: <base64 of {"originalSql":"..."}> */".
std::string view_sql(std::string_view text) {
    constexpr std::string_view begin = "/* Presto View: ", member = "\"originalSql\":\"";
    std::string json, sql;
    const auto end = text.rfind(" */");
    if (!text.starts_with(begin) || end == std::string_view::npos ||
        !base64_decode(text.substr(begin.size(), end - begin.size()), json))
        return "";
    const auto at = json.find(member);
    if (at == std::string::npos) return "";
    for (std::size_t i = at + member.size(); i < json.size() && json[i] != '"'; ++i) {
        if (json[i] != '\\' || i + 1 == json.size()) {
            sql += json[i];
            continue;
        }
        const char escape = json[++i];
        if (escape == 'u' && i + 4 < json.size()) {  // control characters only
            sql += static_cast<char>(std::strtol(json.substr(i + 1, 4).c_str(), nullptr, 16));
            i += 4;
        } else {
            sql += escape == 'n'   ? '\n'
                   : escape == 't' ? '\t'
                   : escape == 'r' ? '\r'
                   : escape == 'b' ? '\b'
                   : escape == 'f' ? '\f'
                                   : escape;
        }
    }
    return sql;
}

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(" \t\r\n;") + 1 - first);
}

class ViewResource final : public Resource {
  public:
    ViewResource(std::string name, Section& section, const Surroundings& surroundings) {
        const auto dot = name.find('.');
        if (dot == std::string::npos)
            section.problems().add(section.value(), "a view's name is DATABASE.VIEW");
        database_ = name.substr(0, dot);
        name_ = dot == std::string::npos ? "" : name.substr(dot + 1);
        const std::size_t problems_before = section.problems().size();
        sql_ = trimmed(surroundings.long_text(section, "views." + name, "sql"));
        if (auto parsed = sql::trino::parse_statement(sql_);
            !parsed && problems_before == section.problems().size() && !surroundings.destroys)
            section.wrong(section.has("sql") ? "sql" : "sql_file", parsed.error().text());
        output_ = section.text("results", "");
    }

    std::vector<Need> needs() const override { return {{Need::Kind::database, database_}}; }
    Fields wanted() const override { return {{"sql", sql_}}; }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found =
            co_await calls.call<glue::GetTableOp>({.database_name = database_, .name = name_});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        co_return Fields{{"sql", trimmed(view_sql(found->table->view_original_text.value_or("")))}};
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        StartQueryExecutionInput start;
        start.query_string =
            fmt::format("CREATE OR REPLACE VIEW \"{}\".\"{}\" AS {}", database_, name_, sql_);
        start.query_execution_context.emplace().database = database_;
        if (!output_.empty()) start.result_configuration.emplace().output_location = output_;
        auto started = co_await calls.call<StartQueryExecutionOp>(std::move(start));
        if (!started) co_return pass(started);
        auto ended = co_await calls.statement_ended(started->query_execution_id.value_or(""));
        co_return ended;
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string>) override {
        auto made = co_await create(calls);
        co_return made;
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        auto removed =
            co_await calls.run<glue::DeleteTableOp>({.database_name = database_, .name = name_});
        co_return removed;
    }

  private:
    std::string database_, name_, sql_, output_;
};

}  // namespace

std::unique_ptr<Resource> read_view(std::string name, Section& section,
                                    const Surroundings& surroundings) {
    return std::make_unique<ViewResource>(std::move(name), section, surroundings);
}

}  // namespace freshet::pipeline
