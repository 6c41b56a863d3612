#include "app/ports/dashboards.h"

#include "dashboards/errors.h"
#include "dashboards/limits.h"
#include "sql/trino/parse/parser.h"

namespace freshet::app {
namespace {

Failure refused(const Error& error) {
    if (!error.is_of<query::Errc>()) return fail(dashboards::Errc::unavailable, error.message());
    switch (error.as<query::Errc>()) {
        case query::Errc::invalid_request:
        case query::Errc::syntax:
        case query::Errc::not_found:
        case query::Errc::not_ready:
        case query::Errc::no_such_database:
        case query::Errc::no_such_table:
        case query::Errc::failed:
            return fail(dashboards::Errc::invalid, error.message());
        case query::Errc::metadata:
            return fail(dashboards::Errc::unavailable, error.message());
    }
    return fail(dashboards::Errc::unavailable, error.message());
}

/// Home core of `queries`. Statements change the catalog; a chart that is looked at must not.
io::Task<Result<query::Answer>> ask_select(query::Query& queries, query::AskRequest request) {
    const auto parsed = sql::trino::parse_statement(request.sql);
    if (!parsed) co_return fail(query::Errc::syntax, parsed.error().text());
    if (parsed->kind != sql::trino::StatementKind::select)
        co_return fail(query::Errc::invalid_request, "The SQL of a data set is one SELECT.");
    auto answer = co_await queries.ask(std::move(request));
    co_return answer;
}

}  // namespace

io::Task<Result<dashboards::Data>> DashboardQueries::ask(Home home, std::string database,
                                                         std::string sql) {
    query::AskRequest request;
    request.home = std::move(home);
    request.sql = std::move(sql);
    request.database = database.empty() ? "default" : std::move(database);
    request.rows_max = dashboards::limits::rows_max;
    auto answer = co_await io::run_on(query_.home(), ask_select(query_, std::move(request)));
    if (!answer) co_return refused(answer.error());
    dashboards::Data data;
    for (query::Column& column : answer->columns)
        data.columns.push_back({std::move(column.name), std::move(column.type)});
    data.rows = std::move(answer->rows);
    co_return data;
}

}  // namespace freshet::app
