// Query executions: started, described, stopped, listed, and their results.
#include <fmt/format.h>

#include <algorithm>

#include "aws/services/athena/words.h"
#include "base/text/ascii.h"

namespace freshet::aws::athena_words {
namespace {

using namespace athena;
namespace domain = query;

const char* name_of(domain::State state) {
    switch (state) {
        case domain::State::queued:
            return "QUEUED";
        case domain::State::running:
            return "RUNNING";
        case domain::State::succeeded:
            return "SUCCEEDED";
        case domain::State::failed:
            return "FAILED";
        case domain::State::cancelled:
            break;
    }
    return "CANCELLED";
}

QueryExecution describe(const domain::Execution& e) {
    QueryExecution out;
    out.query_execution_id = *e.id;
    out.query = e.sql;
    out.statement_type = e.kind == domain::StatementKind::dml   ? "DML"
                         : e.kind == domain::StatementKind::ddl ? "DDL"
                                                                : "UTILITY";
    if (!e.substatement.empty()) out.substatement_type = e.substatement;
    out.result_configuration.emplace().output_location = e.output_location;
    out.result_reuse_configuration.emplace().result_reuse_by_age_configuration.emplace().enabled =
        false;
    out.query_execution_context = QueryExecutionContext{e.database, lower(e.catalog)};
    QueryExecutionStatus& status = out.status.emplace();
    status.state = name_of(e.state);
    status.submission_date_time = e.submitted;
    status.completion_date_time = e.completed;
    if (e.problem) {
        status.state_change_reason = e.problem->message;
        status.athena_error = AthenaError{e.problem->category, e.problem->type,
                                          e.problem->is_retryable, e.problem->message};
    }
    QueryExecutionStatistics& statistics = out.statistics.emplace();
    statistics.engine_execution_time_in_millis = e.statistics.engine_ms;
    statistics.data_scanned_in_bytes = e.statistics.scanned_bytes;
    statistics.total_execution_time_in_millis = e.statistics.total_ms;
    statistics.query_queue_time_in_millis = e.statistics.queue_ms;
    statistics.query_planning_time_in_millis = e.statistics.planning_ms;
    statistics.service_processing_time_in_millis = e.statistics.service_ms;
    statistics.result_reuse_information = ResultReuseInformation{false};
    out.work_group = e.work_group;
    out.engine_version = engine();
    if (!e.parameters.empty()) out.execution_parameters = e.parameters;
    return out;
}

class Handlers {
  public:
    explicit Handlers(domain::Query& query) : query_(query) {}

    io::Task<Answer<StartQueryExecutionOutput>> start(Caller caller,
                                                      StartQueryExecutionInput input) {
        domain::StartRequest request;
        request.home = caller.home();
        request.sql = std::move(input.query_string);
        request.token = input.client_request_token;
        if (input.query_execution_context) {
            request.database = input.query_execution_context->database.value_or("default");
            request.catalog = input.query_execution_context->catalog.value_or(catalog_name);
        }
        if (lower(request.catalog) != lower(catalog_name))
            co_return refuse("InvalidRequestException",
                             fmt::format("Catalog {} does not exist", request.catalog));
        request.work_group = input.work_group.value_or("primary");
        if (input.result_configuration)
            request.output_location = input.result_configuration->output_location;
        if (input.execution_parameters) request.parameters = std::move(*input.execution_parameters);
        auto started = co_await query_.start(std::move(request));
        if (!started) co_return refuse(started.error());
        co_return StartQueryExecutionOutput{**started};
    }

    io::Task<Answer<GetQueryExecutionOutput>> get(Caller caller, GetQueryExecutionInput input) {
        auto found = co_await query_.get(caller.home(),
                                         domain::ExecutionId(std::move(input.query_execution_id)));
        if (!found) co_return refuse(found.error());
        co_return GetQueryExecutionOutput{describe(*found)};
    }

    io::Task<Answer<BatchGetQueryExecutionOutput>> get_many(Caller caller,
                                                            BatchGetQueryExecutionInput input) {
        std::vector<domain::ExecutionId> ids;
        for (auto& id : input.query_execution_ids) ids.emplace_back(id);
        auto found = co_await query_.get_many(caller.home(), ids);
        if (!found) co_return refuse(found.error());
        BatchGetQueryExecutionOutput output;
        output.query_executions.emplace();
        output.unprocessed_query_execution_ids.emplace();
        for (const auto& id : ids) {
            bool is_known = false;
            for (const auto& execution : *found) {
                if (execution.id != id) continue;
                is_known = true;
                output.query_executions->push_back(describe(execution));
            }
            if (!is_known)
                output.unprocessed_query_execution_ids->push_back(
                    {*id, "QUERY_EXECUTION_NOT_FOUND",
                     fmt::format("QueryExecution {} was not found", *id)});
        }
        co_return output;
    }

    io::Task<Answer<StopQueryExecutionOutput>> stop(Caller caller, StopQueryExecutionInput input) {
        auto done = co_await query_.cancel(
            caller.home(), domain::ExecutionId(std::move(input.query_execution_id)));
        if (!done) co_return refuse(done.error());
        co_return StopQueryExecutionOutput{};
    }

    io::Task<Answer<ListQueryExecutionsOutput>> list(Caller caller,
                                                     ListQueryExecutionsInput input) {
        const std::string group = input.work_group.value_or("primary");
        auto known = co_await query_.work_group(caller.home(), group);
        if (!known) co_return refuse(known.error());
        const auto next = page_row(input.next_token);
        if (!next) co_return refuse("InvalidRequestException", "Invalid NextToken");
        auto listed =
            co_await query_.list(caller.home(), group,
                                 std::min(input.max_results.value_or(domain::limits::list_max),
                                          domain::limits::list_max),
                                 *next);
        if (!listed) co_return refuse(listed.error());
        ListQueryExecutionsOutput output;
        output.query_execution_ids.emplace();
        for (const auto& id : listed->ids) output.query_execution_ids->push_back(*id);
        if (listed->next) output.next_token = page_token(std::to_string(*listed->next));
        co_return output;
    }

    io::Task<Answer<GetQueryResultsOutput>> results(Caller caller, GetQueryResultsInput input) {
        if (input.query_result_type && *input.query_result_type == "DATA_MANIFEST")
            co_return refuse("InvalidRequestException", "The query has no data manifest");
        auto page = co_await query_.results(
            caller.home(), domain::ExecutionId(std::move(input.query_execution_id)),
            input.max_results.value_or(domain::limits::page_rows_max), input.next_token);
        if (!page) co_return refuse(page.error());
        GetQueryResultsOutput output;
        output.update_count = page->update_count;
        output.next_token = page->next;
        ResultSet& set = output.result_set.emplace();
        set.rows.emplace();
        for (auto& row : page->rows) {
            auto& data = set.rows->emplace_back().data.emplace();
            for (auto& cell : row) data.push_back(Datum{std::move(cell)});
        }
        auto& columns = set.result_set_metadata.emplace().column_info.emplace();
        for (const auto& column : page->columns) {
            columns.push_back({"hive", "", "", column.name, column.name, column.type,
                               column.precision, column.scale, "UNKNOWN",
                               column.is_case_sensitive});
        }
        co_return output;
    }

  private:
    domain::Query& query_;
};

}  // namespace

void register_executions(Router& router, query::Query& query) {
    auto h = std::make_shared<Handlers>(query);
    io::Core& home = query.home();
    on<StartQueryExecutionOp>(router, home, h, &Handlers::start);
    on<GetQueryExecutionOp>(router, home, h, &Handlers::get);
    on<BatchGetQueryExecutionOp>(router, home, h, &Handlers::get_many);
    on<StopQueryExecutionOp>(router, home, h, &Handlers::stop);
    on<ListQueryExecutionsOp>(router, home, h, &Handlers::list);
    on<GetQueryResultsOp>(router, home, h, &Handlers::results);
}

}  // namespace freshet::aws::athena_words
